import type { Scene } from "./tenant-directory.js";

/** Fields of an event, in order. A bigint is written as an integer that a JavaScript number could not hold. */
export type Fields = Readonly<Record<string, unknown>>;

export const artifact = (kind: string, thing: { id: string; name: string }): Fields => ({
  ObjectId: thing.name,
  ArtifactId: thing.id,
  ArtifactName: thing.name,
  ArtifactKind: kind,
});
export const report = (s: Scene): Fields => ({
  ItemName: s.report.name,
  ReportName: s.report.name,
  DatasetName: s.dataset.name,
  DatasetId: s.dataset.id,
  ReportId: s.report.id,
  ReportType: "PowerBIReport",
  ...artifact("Report", s.report),
});
export const viewed = (s: Scene): Fields => ({
  ...report(s),
  SensitivityLabelId: s.guid(1),
  RefreshEnforcementPolicy: 0,
  ConsumptionMethod: "Power BI Web",
  DistributionMethod: "Workspace",
});
export const dataset = (s: Scene): Fields => ({
  ItemName: s.dataset.name,
  DatasetName: s.dataset.name,
  DatasetId: s.dataset.id,
  DataConnectivityMode: "Import",
  ...artifact("Dataset", s.dataset),
});
export const dashboard = (s: Scene): Fields => ({
  DashboardName: s.report.name,
  DashboardId: s.guid(2),
  Datasets: [{ DatasetId: s.dataset.id, DatasetName: s.dataset.name }],
  ConsumptionMethod: "Mobile",
  ...artifact("Dashboard", s.report),
});
export const shared = (s: Scene): Fields => ({
  SharingInformation: [
    {
      RecipientEmail: s.colleague.principalName,
      RecipientName: s.colleague.name,
      ObjectId: s.guid(3),
      ResharePermission: "ReadReshare",
      UserPrincipalName: s.colleague.principalName,
    },
    { RecipientName: "SG-Finance-EMEA", ObjectId: s.guid(4), ResharePermission: "Read" },
  ],
  Datasets: [{ DatasetId: s.dataset.id, DatasetName: s.dataset.name }],
  SharingAction: "CreateShareLink",
  ShareLinkId: "K_7pQx-20r",
  SharingScope: "Specific People",
});
export const folder = (s: Scene): Fields => ({
  FolderObjectId: s.workspace.id,
  FolderDisplayName: s.workspace.name,
});
export const app = (s: Scene): Fields => ({
  OrgAppPermission: {
    recipients: `${s.app.name}(Entire Organization)`,
    permissions: `${s.app.name}(Read,CopyOnWrite)`,
  },
  ObjectId: s.app.name,
  AppId: s.app.id,
});
export const dataflow = (s: Scene): Fields => ({
  ObjectId: s.dataset.name,
  DataflowId: s.guid(5),
  DataflowName: s.dataset.name,
  DataflowType: "PowerBIDataflow",
  DataflowAllowNativeQueries: false,
});
export const imported = (s: Scene): Fields => ({
  ImportId: s.guid(6),
  ImportSource: "Upload",
  ImportType: "Publish",
  ImportDisplayName: s.dataset.name,
  ObjectId: `${s.dataset.name}.pbix`,
  Datasets: [{ DatasetId: s.dataset.id, DatasetName: s.dataset.name }],
});
export const subscription = (s: Scene): Fields => ({
  ...report(s),
  HasFullReportAttachment: true,
  SubscribeeInformation: [
    { RecipientEmail: s.colleague.principalName, RecipientName: s.colleague.name, ObjectId: s.guid(7) },
  ],
  ExternalSubscribeeInformation: [{ RecipientEmail: "auditor@bigfour.example" }],
  SubscriptionSchedule: { Type: "Daily", TimeZone: "Romance Standard Time", Time: ["05:00:00", "17:30:00"] },
});
export const label = (s: Scene): Fields => ({
  ...artifact("Dataset", s.dataset),
  ArtifactType: "Dataset",
  SensitivityLabelEventData: {
    SensitivityLabelId: s.guid(1),
    OldSensitivityLabelId: s.guid(8),
    ActionSource: "Manual",
    ActionSourceDetail: "None",
    LabelEventType: "LabelUpgraded",
  },
});
export const scan = (s: Scene): Fields => ({
  IsTenantAdminApi: true,
  RequiredWorkspaces: [s.workspace.id, s.guid(9)],
  Lineage: true,
  DatasourceDetails: true,
  IncludeSubartifacts: true,
  IncludeExpressions: false,
});
export const lakehouse = (s: Scene): Fields => ({
  ...artifact("Lakehouse", { id: s.guid(10), name: "bronze_sensors" }),
  ObjectType: "Lakehouse",
  ObjectDisplayName: "bronze_sensors",
  Experience: "DataEngineering",
  ResultStatus: "Succeeded",
  BillingType: 0,
  SubfolderId: 9_223_372_036_854_775_807n,
});
export const gateway = (s: Scene): Fields => ({
  GatewayClusterId: s.guid(11),
  DatasourceId: s.guid(12),
  GatewayClusterDatasources: [
    {
      id: s.guid(12),
      clusterId: s.guid(11),
      datasourceName: "sql-erp-prod",
      datasourceType: "Sql",
      credentialDetails: {
        credentialType: "Windows",
        encryptedConnection: "Encrypted",
        privacyLevel: "Organizational",
      },
    },
  ],
});
export const exportedArtifact = (s: Scene): Fields => ({
  ExportedArtifactInfo: { ExportType: "PDF", ArtifactType: "Report", ArtifactId: 9_007_199_254_740_993n },
  ...report(s),
});
export const nothing = (): Fields => ({});
