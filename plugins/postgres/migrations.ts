import { COLUMNS } from "./columns.js";
import { quoted } from "./sql-text.js";

/** A step of the schema. A released step is never changed: another follows it. */
export interface Migration {
  /** From 1, without holes. */
  readonly version: number;
  /** The statements for the schema of this name, which exists. */
  readonly sql: (schema: string) => string;
}

export const MIGRATIONS: readonly Migration[] = [{ version: 1, sql: firstTables }];

export const NEWEST_VERSION = MIGRATIONS.length;

function firstTables(schema: string): string {
  const s = quoted(schema);
  const width = Math.max(...COLUMNS.map(({ name }) => name.length));
  return `CREATE TABLE ${s}.archive_day (
  tenant text NOT NULL,
  day date NOT NULL,
  tenant_id text NOT NULL,
  revision integer NOT NULL,
  records bigint NOT NULL,
  manifest_sha256 text NOT NULL,
  event_set_sha256 text NOT NULL,
  retain_until date NOT NULL,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, day)
);
COMMENT ON TABLE ${s}.archive_day IS 'One row a day that was delivered, also for a day without events';

CREATE TABLE ${s}.activity_event (
  tenant text NOT NULL,
  day date NOT NULL,
  record_no integer NOT NULL,
${COLUMNS.map(({ name, type }) => `  ${name.padEnd(width)} ${type},`).join("\n")}
  event text NOT NULL,
  PRIMARY KEY (tenant, day, record_no)
) PARTITION BY RANGE (day);
COMMENT ON TABLE ${s}.activity_event IS 'The current view: one row for each distinct record of a day';
COMMENT ON COLUMN ${s}.activity_event.event IS 'The record line as archived, byte for byte';
${COLUMNS.map(({ name, field }) => `COMMENT ON COLUMN ${s}.activity_event.${name} IS '${field}';`).join("\n")}

${makeMonth(schema)}`;
}

/**
 * Makes the partition for a day's month. It runs with its owner's rights, so that the role that writes needs none to create
 * tables. ATTACH, because CREATE TABLE … PARTITION OF would wait for every reader of the whole table.
 */
function makeMonth(schema: string): string {
  const s = quoted(schema);
  return `CREATE FUNCTION ${s}.make_month(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month_start date := date_trunc('month', of_day::timestamp)::date;
  month_end date := (date_trunc('month', of_day::timestamp) + interval '1 month')::date;
  part text := 'activity_event_' || to_char(of_day::timestamp, 'YYYY_MM');
BEGIN
  IF to_regclass(format('%I.%I', '${schema}', part)) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('daybook make_month ${schema}', 0));
  -- Another writer may have made it in the meantime.
  IF to_regclass(format('%I.%I', '${schema}', part)) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I.%I (LIKE %I.activity_event INCLUDING ALL)', '${schema}', part, '${schema}');
  EXECUTE format('ALTER TABLE %I.activity_event ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
    '${schema}', '${schema}', part, month_start, month_end);
END $$;
REVOKE ALL ON FUNCTION ${s}.make_month(date) FROM PUBLIC;
`;
}
