import { MIGRATIONS } from "./migrations.js";
import { quoted } from "./sql-text.js";

export interface SchemaRoles {
  readonly schema: string;
  /** The role that Daybook signs in with. */
  readonly writeRole: string;
  /** The role of the analysts. */
  readonly readRole: string;
}

/** Keeps the number of the newest migration that a schema has. */
export function versionTable(schema: string): string {
  return `CREATE TABLE ${quoted(schema)}.schema_version (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
`;
}

export function recordVersion(schema: string, version: number): string {
  return `INSERT INTO ${quoted(schema)}.schema_version (version) VALUES (${version});\n`;
}

/** Lets a role read the tables, and nothing else. */
export function grantReading(schema: string, role: string): string {
  const s = quoted(schema);
  return `GRANT USAGE ON SCHEMA ${s} TO ${quoted(role)};
GRANT SELECT ON ${s}.archive_day, ${s}.activity_event TO ${quoted(role)};
`;
}

/** Lets a role replace days, and change no table. */
function grantWriting(schema: string, role: string): string {
  const s = quoted(schema);
  return `GRANT USAGE ON SCHEMA ${s} TO ${quoted(role)};
GRANT SELECT ON ${s}.schema_version TO ${quoted(role)};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${s}.archive_day, ${s}.activity_event TO ${quoted(role)};
GRANT EXECUTE ON FUNCTION ${s}.make_month(date) TO ${quoted(role)};
`;
}

/** Everything that `migrate: true` would do, for a DBA to read and run: the text of schema.sql. */
export function schemaSql({ schema, writeRole, readRole }: SchemaRoles): string {
  return [
    `-- The tables of Daybook's postgres sink, for \`migrate: false\`. Run it as the role that shall own them:
--   CREATE ROLE ${writeRole} LOGIN PASSWORD '…';  -- Daybook signs in with it
--   CREATE ROLE ${readRole};                      -- granted to whoever analyses
--   psql --set ON_ERROR_STOP=1 --file schema.sql DATABASE
BEGIN;
CREATE SCHEMA ${quoted(schema)};
`,
    versionTable(schema),
    ...MIGRATIONS.map(({ version, sql }) => `${sql(schema)}${recordVersion(schema, version)}`),
    grantWriting(schema, writeRole),
    `${grantReading(schema, readRole)}COMMIT;\n`,
  ].join("\n");
}
