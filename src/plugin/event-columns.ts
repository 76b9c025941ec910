import { creationTimeMicros } from "../model/creation-time.js";

/** What a column holds. A timestamp is microseconds since the epoch. */
export type EventColumnType = "text" | "integer" | "boolean" | "timestamp";

/** A value that fits its column; null where the event has none that does. */
export type EventValue = string | number | boolean | null;

export interface EventColumn {
  readonly name: string;
  readonly type: EventColumnType;
  /** Whether every row has a value. */
  readonly required: boolean;
}

/** The record line as sealed. */
export const RECORD_LINE: EventColumn = { name: "event", type: "text", required: true };

/** What Daybook says of a record: its number in the day, from 1, and the revision that the file shows. */
const OWN_COLUMNS: readonly EventColumn[] = [
  { name: "record_no", type: "integer", required: true },
  { name: "revision", type: "integer", required: true },
  RECORD_LINE,
];

/**
 * The fields that have a column, under the source's own names. They are those that nearly every event has or that people
 * filter by, and whose type no known source disputes; all others are read from `event`. A later version may add columns
 * at the end, never change or remove one: files of several versions are queried together. No two names differ in case only,
 * for engines that ignore case.
 */
export const EVENT_FIELDS: readonly EventColumn[] = [
  ...fields("text", "Id"),
  ...fields("timestamp", "CreationTime"),
  ...fields("text", "Activity", "Operation", "Workload", "ResultStatus"),
  ...fields("boolean", "IsSuccess"),
  ...fields("integer", "RecordType", "UserType"),
  ...fields(
    "text",
    "OrganizationId",
    "UserId",
    "UserKey",
    "ClientIP",
    "UserAgent",
    "RequestId",
    "ActivityId",
  ),
  ...fields("text", "ItemName", "ObjectId", "ObjectType", "WorkSpaceName", "WorkspaceId"),
  ...fields("text", "CapacityId", "CapacityName"),
  ...fields("text", "ReportName", "ReportId", "ReportType", "DashboardName", "DashboardId"),
  ...fields("text", "DatasetName", "DatasetId", "ArtifactName", "ArtifactId", "ArtifactKind"),
  ...fields("text", "DataflowName", "DataflowId", "AppName", "GatewayId", "SensitivityLabelId"),
  ...fields("text", "DistributionMethod", "ConsumptionMethod", "SharingAction", "RefreshType"),
];

export const EVENT_COLUMNS: readonly EventColumn[] = [...OWN_COLUMNS, ...EVENT_FIELDS];

const MAX_INTEGER = 2 ** 31 - 1;

/**
 * The value as a column of the type holds it, else null: the source changes types without notice, no value is converted to
 * fit, and every value can still be read in `event`.
 */
export function fitting(type: EventColumnType, value: unknown): EventValue {
  switch (type) {
    case "text":
      // A lone surrogate has no UTF-8: the writers would put U+FFFD in its place.
      return typeof value === "string" && value.isWellFormed() ? value : null;
    case "integer":
      return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER
        ? value
        : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "timestamp":
      return typeof value === "string" ? (creationTimeMicros(value) ?? null) : null;
    default:
      return type satisfies never;
  }
}

function fields(type: EventColumnType, ...names: readonly string[]): readonly EventColumn[] {
  return names.map((name) => ({ name, type, required: false }));
}
