import {
  app,
  artifact,
  dashboard,
  dataflow,
  dataset,
  exportedArtifact,
  folder,
  gateway,
  imported,
  label,
  lakehouse,
  nothing,
  report,
  scan,
  shared,
  subscription,
  viewed,
} from "./activity-fields.js";
import type { Fields } from "./activity-fields.js";
import type { Scene } from "./tenant-directory.js";

export interface Activity {
  readonly name: string;
  /** What an event of this activity has beside the fields that all have. */
  readonly fields: (scene: Scene) => Fields;
}

/** What the tenant's users do, in the shapes that the activity log has. The first is by far the most frequent. */
export const ACTIVITIES: readonly [Activity, ...Activity[]] = [
  { name: "ViewReport", fields: viewed },
  { name: "ViewDashboard", fields: dashboard },
  { name: "ViewTile", fields: (s) => ({ ...dashboard(s), TileText: "Total Δ vs. plan" }) },
  { name: "ExportReport", fields: report },
  { name: "ExportArtifact", fields: exportedArtifact },
  { name: "DownloadReport", fields: report },
  { name: "PrintReport", fields: viewed },
  { name: "ShareReport", fields: (s) => ({ ...shared(s), ...artifact("Report", s.report) }) },
  { name: "ShareDashboard", fields: (s) => ({ ...shared(s), ...artifact("Dashboard", s.report) }) },
  { name: "CreateReport", fields: report },
  { name: "EditReport", fields: report },
  { name: "DeleteReport", fields: report },
  { name: "PublishToWebReport", fields: viewed },
  { name: "CreateApp", fields: app },
  { name: "UpdateApp", fields: (s) => ({ ...app(s), IsUpdateAppActivity: true }) },
  { name: "InstallApp", fields: (s) => ({ ObjectId: s.app.name }) },
  { name: "ImportArtifactStart", fields: imported },
  { name: "ImportArtifactEnd", fields: imported },
  { name: "CreateDataset", fields: dataset },
  {
    name: "RefreshDataset",
    fields: (s) => ({ ...dataset(s), RefreshType: "Scheduled", LastRefreshTime: "3/10/2025 11:00:41 AM" }),
  },
  { name: "CancelDatasetRefresh", fields: dataset },
  {
    name: "EditDatasetProperties",
    fields: (s) => ({ ...dataset(s), DatasetCertificationStage: "Certified" }),
  },
  {
    name: "SetScheduledRefresh",
    fields: (s) => ({
      ...dataset(s),
      Schedules: { RefreshFrequency: "Daily", TimeZone: "UTC", Days: ["All"], Time: ["05:00:00"] },
    }),
  },
  {
    name: "TakeOverDataset",
    fields: (s) => ({
      ...dataset(s),
      TakingOverOwner: s.user.principalName,
      OriginalOwner: s.colleague.principalName,
    }),
  },
  { name: "AnalyzedByExternalApplication", fields: dataset },
  { name: "CreateDataflow", fields: dataflow },
  {
    name: "GenerateDataflowSasToken",
    fields: (s) => ({
      ...dataflow(s),
      DataflowAccessTokenRequestParameters: {
        tokenLifetimeInMinutes: 60,
        permissions: 1,
        entityName: "Readings",
        partitionUri: "https://nwstore.blob.core.windows.net/powerbi/Readings.csv",
      },
    }),
  },
  { name: "CreateFolder", fields: folder },
  { name: "DeleteGroup", fields: folder },
  {
    name: "UpdateFolderAccess",
    fields: (s) => ({
      ...folder(s),
      FolderAccessRequests: [
        { RolePermissions: "Contributor", UserObjectId: s.guid(13), UserId: 7_712_043 },
        { RolePermissions: "Viewer", GroupObjectId: s.guid(14), GroupId: 993 },
      ],
    }),
  },
  {
    name: "AddGroupMembers",
    fields: (s) => ({
      MembershipInformation: [{ MemberEmail: s.colleague.principalName }],
      ObjectId: s.workspace.name,
    }),
  },
  {
    name: "UpdateWorkspaceAccess",
    fields: (s) => ({
      WorkspaceAccessList: [
        {
          WorkspaceId: s.workspace.id,
          UserAccessList: [
            { GroupUserAccessRight: "Admin", Identifier: s.colleague.principalName, PrincipalType: "User" },
          ],
        },
      ],
    }),
  },
  { name: "AddAdminPersonalWorkspaceAccess", fields: folder },
  {
    name: "UpdatedAdminFeatureSwitch",
    fields: () => ({ SwitchState: "Enabled for a subset of the organization", ObjectId: "PublishToWeb" }),
  },
  {
    name: "ExportActivityEvents",
    fields: () => ({
      ExportEventStartDateTimeParameter: "2025-03-10T00:00:00Z",
      ExportEventEndDateTimeParameter: "2025-03-10T23:59:59.999Z",
    }),
  },
  { name: "GetSnapshots", fields: () => ({ ModelsSnapshots: [] }) },
  {
    name: "GetGroupsAsAdmin",
    fields: () => ({
      AggregatedWorkspaceInformation: {
        WorkspaceCount: 412,
        WorkspacesByCapacitySku: '[{"Sku":"Shared","Count":371},{"Sku":"F64","Count":41}]',
      },
    }),
  },
  { name: "GetWorkspacesInfoAPI", fields: scan },
  { name: "CreateEmailSubscription", fields: subscription },
  { name: "RunEmailSubscription", fields: subscription },
  {
    name: "GenerateEmbedToken",
    fields: (s) => ({
      ...report(s),
      EmbedTokenId: s.guid(15),
      RLSIdentities: [{ Username: "customer-0042", Roles: ["Customer"], Datasets: [s.dataset.id] }],
    }),
  },
  { name: "SensitivityLabelApplied", fields: label },
  { name: "SensitivityLabelChanged", fields: label },
  { name: "SensitivityLabelRemoved", fields: label },
  {
    name: "DeployAlmPipeline",
    fields: (s) => ({
      DeploymentPipelineId: 20_417,
      DeploymentPipelineObjectId: s.guid(16),
      DeploymentPipelineDisplayName: "Finance Dev→Prod",
      DeploymentPipelineStageOrder: 1,
    }),
  },
  { name: "UpdateGatewayClusterDatasource", fields: gateway },
  {
    name: "ChangeCapacityState",
    fields: (s) => ({ CapacityState: "Active", CapacityUsers: s.user.principalName }),
  },
  {
    name: "ArtifactAccessRequest",
    fields: (s) => ({
      ArtifactAccessRequestInfo: {
        RequestId: 88_102,
        AccessRequestAction: "Create",
        WorkspaceName: s.workspace.name,
        TenantObjectId: s.tenantId,
      },
    }),
  },
  { name: "ReadArtifact", fields: lakehouse },
  { name: "ReadFileOrGetBlob", fields: lakehouse },
  {
    name: "UpdateFeaturedTables",
    fields: (s) => ({
      UpdateFeaturedTables: [{ TableName: "Cost Center", State: "Featured" }],
      DatasetId: s.dataset.id,
    }),
  },
  { name: "OptInForPPUTrial", fields: nothing },
];
