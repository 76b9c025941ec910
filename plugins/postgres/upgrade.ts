import { COLUMNS } from "./columns.js";
import { quoted } from "./sql-text.js";
import { createTables } from "./tables.js";

/** Columns of the first version's `activity_event`, by the name that the field has now. */
const FIRST_COLUMNS: Readonly<Record<string, string>> = {
  id: "event_id",
  creationtime: "creation_time",
  recordtype: "record_type",
  activity: "activity",
  operation: "operation",
  userid: "user_id",
  usertype: "user_type",
  clientip: "client_ip",
  useragent: "user_agent",
  issuccess: "is_success",
  requestid: "request_id",
  workspaceid: "workspace_id",
  workspacename: "workspace_name",
  capacityid: "capacity_id",
  capacityname: "capacity_name",
  itemname: "item_name",
  artifactid: "artifact_id",
  artifactname: "artifact_name",
  artifactkind: "artifact_kind",
  reportid: "report_id",
  reportname: "report_name",
  dashboardid: "dashboard_id",
  dashboardname: "dashboard_name",
  datasetid: "dataset_id",
  datasetname: "dataset_name",
  appname: "app_name",
  consumptionmethod: "consumption_method",
  distributionmethod: "distribution_method",
};

const ADDED = COLUMNS.filter(({ name }) => !(name in FIRST_COLUMNS));

/**
 * Makes the tables of version 2 from those of version 1, whose names were Daybook's own and whose rows had the record line
 * in them. Within a transaction; the old tables go with it.
 */
export function upgradeFirstTables(schema: string): string {
  const s = quoted(schema);
  return `DROP FUNCTION ${s}.make_month(date);
${createTables(schema)}
DO $$ BEGIN
  PERFORM ${s}.make_month(month)
  FROM (SELECT DISTINCT date_trunc('month', day::timestamp)::date AS month FROM ${s}.archive_day) months;
END $$;

INSERT INTO ${s}.days (tenant, date, tenant_id, revision, records, manifest_sha256, event_set_sha256, retain_until, delivered_at)
SELECT tenant, day, tenant_id, revision, records, manifest_sha256, event_set_sha256, retain_until, delivered_at
FROM ${s}.archive_day;

INSERT INTO ${s}.event_lines (tenant, date, record_no, event)
SELECT tenant, day, record_no, event FROM ${s}.activity_event;

${addedTexts(s)}
INSERT INTO ${s}.events (tenant, date, record_no, revision, ${COLUMNS.map(({ name }) => name).join(", ")})
SELECT a.tenant, a.day, a.record_no, d.revision, ${COLUMNS.map(({ name }) => oldValue(name)).join(", ")}
FROM ${s}.activity_event a
JOIN ${s}.archive_day d USING (tenant, day)
CROSS JOIN LATERAL ${s}.added_texts(a.event) AS added;

DROP FUNCTION ${s}.added_texts(text);
DROP TABLE ${s}.activity_event, ${s}.archive_day;
`;
}

function oldValue(name: string): string {
  const old = FIRST_COLUMNS[name];
  return old === undefined ? `added[${ADDED.findIndex((column) => column.name === name) + 1}]` : `a.${old}`;
}

/** The texts that had no column; all NULL where the record line has a NUL or half a surrogate pair. */
function addedTexts(s: string): string {
  const values = ADDED.map(
    ({ field }) => `CASE WHEN jsonb_typeof(record -> '${field}') = 'string' THEN record ->> '${field}' END`,
  );
  return `CREATE FUNCTION ${s}.added_texts(event text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  record jsonb;
BEGIN
  record := event::jsonb;
  RETURN ARRAY[
    ${values.join(",\n    ")}
  ];
EXCEPTION WHEN OTHERS THEN
  RETURN ARRAY[]::text[];
END $$;
`;
}
