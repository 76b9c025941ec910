import { RECORD_LINE } from "daybook/plugin";
import { COLUMNS, SQL_TYPES } from "./columns.js";
import { quoted } from "./sql-text.js";
import { VIEWS, createViews } from "./views.js";

/** What `createTables` makes. The version of a schema is the newest in its table `schema_version`. */
export const SCHEMA_VERSION = 2;

const TABLES = ["days", "events", "event_lines"];

/** What an analyst may read. */
export const READABLE: readonly string[] = [...TABLES, ...VIEWS];

/** Every table, function and view of a schema that exists and has none of them. */
export function createTables(schema: string): string {
  const s = quoted(schema);
  return [createDays(s), createEvents(s), makeMonth(schema), dropMonth(schema), createViews(s)].join("\n");
}

/** Lets a role read the tables and views, and nothing else. */
export function grantReading(schema: string, role: string): string {
  const s = quoted(schema);
  return `GRANT USAGE ON SCHEMA ${s} TO ${quoted(role)};
GRANT SELECT ON ${READABLE.map((name) => `${s}.${name}`).join(", ")} TO ${quoted(role)};
`;
}

/** Lets a role replace days, and change no table. */
export function grantWriting(schema: string, role: string): string {
  const s = quoted(schema);
  return `GRANT USAGE ON SCHEMA ${s} TO ${quoted(role)};
GRANT SELECT ON ${s}.schema_version TO ${quoted(role)};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${TABLES.map((name) => `${s}.${name}`).join(", ")} TO ${quoted(role)};
GRANT EXECUTE ON FUNCTION ${s}.make_month(date), ${s}.drop_month(date) TO ${quoted(role)};
`;
}

/** The name that a writer of the month locks, shared, and that `drop_month` locks alone; `month` is as in 2026_11. */
export function monthLock(schema: string, month: string): string {
  return `month ${schema} ${month}`;
}

function createDays(s: string): string {
  return `CREATE TABLE ${s}.days (
  tenant text NOT NULL,
  date date NOT NULL,
  tenant_id text NOT NULL,
  revision integer NOT NULL,
  records bigint NOT NULL,
  manifest_sha256 text NOT NULL,
  event_set_sha256 text NOT NULL,
  retain_until date NOT NULL,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, date)
);
COMMENT ON TABLE ${s}.days IS 'One row for each day that was delivered, also for a day without events';
COMMENT ON COLUMN ${s}.days.tenant IS 'The name of the tenant in the configuration of Daybook';
COMMENT ON COLUMN ${s}.days.date IS 'The UTC day';
COMMENT ON COLUMN ${s}.days.revision IS 'The reading of the day that the rows show; later ones have late events too';
COMMENT ON COLUMN ${s}.days.records IS 'The number of rows of the day in events';
COMMENT ON COLUMN ${s}.days.manifest_sha256 IS 'The hash of the signed manifest in the archive';
COMMENT ON COLUMN ${s}.days.event_set_sha256 IS 'The hash of the record lines, whatever their order';
COMMENT ON COLUMN ${s}.days.retain_until IS 'The last day on which the day must be kept';
`;
}

/** The record line is two thirds of a row: apart, so that a question about the columns does not read it. */
function createEvents(s: string): string {
  const width = Math.max(...COLUMNS.map(({ name }) => name.length));
  const typed = COLUMNS.map(({ name, type }) => `  ${name.padEnd(width)} ${SQL_TYPES[type]},`);
  return `CREATE TABLE ${s}.events (
  tenant text NOT NULL,
  date date NOT NULL,
  record_no integer NOT NULL,
  revision integer NOT NULL,
${typed.join("\n")}
  PRIMARY KEY (tenant, date, record_no)
) PARTITION BY RANGE (date);
CREATE INDEX events_date ON ${s}.events USING brin (date) WITH (autosummarize = on);
COMMENT ON TABLE ${s}.events IS 'One row for each distinct record of a day: the columns and names of the lake';
COMMENT ON COLUMN ${s}.events.date IS 'The UTC day; partitions are months';
COMMENT ON COLUMN ${s}.events.record_no IS 'The number of the record line in the archive, from 1';
COMMENT ON COLUMN ${s}.events.revision IS 'The reading of the day that has the row';
${COLUMNS.map(({ name, field }) => `COMMENT ON COLUMN ${s}.events.${name} IS 'The field ${field}';`).join("\n")}

CREATE TABLE ${s}.event_lines (
  tenant text NOT NULL,
  date date NOT NULL,
  record_no integer NOT NULL,
  ${RECORD_LINE.name} text NOT NULL,
  PRIMARY KEY (tenant, date, record_no)
) PARTITION BY RANGE (date);
COMMENT ON TABLE ${s}.event_lines IS 'The record line of each row of events';
COMMENT ON COLUMN ${s}.event_lines.${RECORD_LINE.name} IS 'The record line as archived, byte for byte';
`;
}

/**
 * Makes the partitions for a day's month. It runs with its owner's rights, so that the role that writes needs none to create
 * tables. ATTACH, because CREATE TABLE … PARTITION OF would wait for every reader of the whole table.
 */
function makeMonth(schema: string): string {
  const s = quoted(schema);
  return `CREATE FUNCTION ${s}.make_month(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month_start date := date_trunc('month', of_day::timestamp)::date;
  month_end date := (date_trunc('month', of_day::timestamp) + interval '1 month')::date;
  month text := to_char(of_day::timestamp, 'YYYY_MM');
  whole text;
BEGIN
  IF to_regclass(format('%I.%I', '${schema}', 'event_lines_' || month)) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('daybook make_month ${schema}', 0));
  -- Another writer may have made them in the meantime.
  IF to_regclass(format('%I.%I', '${schema}', 'event_lines_' || month)) IS NOT NULL THEN RETURN; END IF;
  FOREACH whole IN ARRAY ARRAY['events', 'event_lines'] LOOP
    EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL)',
      '${schema}', whole || '_' || month, '${schema}', whole);
    EXECUTE format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
      '${schema}', whole, '${schema}', whole || '_' || month, month_start, month_end);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION ${s}.make_month(date) FROM PUBLIC;
`;
}

/** Drops the partitions of a month without days, unless somebody writes one: their space is then free at once. */
function dropMonth(schema: string): string {
  const s = quoted(schema);
  return `CREATE FUNCTION ${s}.drop_month(of_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month_start date := date_trunc('month', of_day::timestamp)::date;
  month_end date := (date_trunc('month', of_day::timestamp) + interval '1 month')::date;
  month text := to_char(of_day::timestamp, 'YYYY_MM');
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('daybook ${monthLock(schema, "")}' || month, 0)) THEN
    RETURN false;
  END IF;
  IF EXISTS (SELECT FROM ${s}.days WHERE date >= month_start AND date < month_end) THEN RETURN false; END IF;
  EXECUTE format('DROP TABLE IF EXISTS %I.%I, %I.%I',
    '${schema}', 'events_' || month, '${schema}', 'event_lines_' || month);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION ${s}.drop_month(date) FROM PUBLIC;
`;
}
