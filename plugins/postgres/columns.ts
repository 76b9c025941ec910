/** A typed column of `activity_event` and where its value comes from. */
export interface Column {
  readonly name: string;
  readonly type: "text" | "integer" | "boolean" | "timestamptz";
  /** The event's field. */
  readonly field: string;
}

/**
 * What analysts group, join and filter by. Everything else is in `event`, from which `event::json ->> 'Field'` takes it.
 * Texts stay texts: ids are not always GUIDs, and an address may be none. Names and types are a contract with people's
 * queries: a change is a migration (migrations.ts).
 */
export const COLUMNS: readonly Column[] = [
  { name: "event_id", type: "text", field: "Id" },
  { name: "creation_time", type: "timestamptz", field: "CreationTime" },
  { name: "record_type", type: "integer", field: "RecordType" },
  { name: "activity", type: "text", field: "Activity" },
  { name: "operation", type: "text", field: "Operation" },
  { name: "user_id", type: "text", field: "UserId" },
  { name: "user_type", type: "integer", field: "UserType" },
  { name: "client_ip", type: "text", field: "ClientIP" },
  { name: "user_agent", type: "text", field: "UserAgent" },
  { name: "is_success", type: "boolean", field: "IsSuccess" },
  { name: "request_id", type: "text", field: "RequestId" },
  { name: "workspace_id", type: "text", field: "WorkspaceId" },
  // The source writes this one with a capital S.
  { name: "workspace_name", type: "text", field: "WorkSpaceName" },
  { name: "capacity_id", type: "text", field: "CapacityId" },
  { name: "capacity_name", type: "text", field: "CapacityName" },
  { name: "item_name", type: "text", field: "ItemName" },
  { name: "artifact_id", type: "text", field: "ArtifactId" },
  { name: "artifact_name", type: "text", field: "ArtifactName" },
  { name: "artifact_kind", type: "text", field: "ArtifactKind" },
  { name: "report_id", type: "text", field: "ReportId" },
  { name: "report_name", type: "text", field: "ReportName" },
  { name: "dashboard_id", type: "text", field: "DashboardId" },
  { name: "dashboard_name", type: "text", field: "DashboardName" },
  { name: "dataset_id", type: "text", field: "DatasetId" },
  { name: "dataset_name", type: "text", field: "DatasetName" },
  { name: "app_name", type: "text", field: "AppName" },
  { name: "consumption_method", type: "text", field: "ConsumptionMethod" },
  { name: "distribution_method", type: "text", field: "DistributionMethod" },
];
