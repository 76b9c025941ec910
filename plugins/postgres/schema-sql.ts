import { quoted } from "./sql-text.js";
import { SCHEMA_VERSION, createTables, grantReading, grantWriting } from "./tables.js";
import { upgradeFirstTables } from "./upgrade.js";

export interface SchemaRoles {
  readonly schema: string;
  /** The role that Daybook signs in with. */
  readonly writeRole: string;
  /** The role of the analysts. */
  readonly readRole: string;
}

/** Makes the schema's tables where there are none. */
export function createSql(schema: string): string {
  return `CREATE TABLE ${quoted(schema)}.schema_version (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

${createTables(schema)}
${recordVersion(schema)}`;
}

/** Makes the newest tables from those of version 1. */
export function upgradeSql(schema: string): string {
  return `${upgradeFirstTables(schema)}${recordVersion(schema)}`;
}

/** What `migrate: true` would do, for a DBA to read and run: the text of schema.sql. */
export function schemaFile(roles: SchemaRoles): string {
  const { schema, writeRole, readRole } = roles;
  return `-- The tables of Daybook's postgres sink, for \`migrate: false\`. Run it as the role that shall own them:
--   CREATE ROLE ${writeRole} LOGIN PASSWORD '…';  -- Daybook signs in with it
--   CREATE ROLE ${readRole};                      -- granted to whoever analyses
--   psql --set ON_ERROR_STOP=1 --file schema.sql DATABASE
BEGIN;
CREATE SCHEMA ${quoted(schema)};

${createSql(schema)}
${grants(roles)}COMMIT;
`;
}

/** The same for tables of version 1: the text of upgrade.sql. */
export function upgradeFile(roles: SchemaRoles): string {
  const { schema } = roles;
  return `-- Makes the tables of version ${SCHEMA_VERSION} of Daybook's postgres sink from those of version 1, for \`migrate: false\`. Stop Daybook, and
-- run it as the role that owns the tables. All rows are written anew: it needs as much space again until it ends.
--   psql --set ON_ERROR_STOP=1 --file upgrade.sql DATABASE
BEGIN;
${upgradeSql(schema)}
${grants(roles)}COMMIT;
`;
}

function grants({ schema, writeRole, readRole }: SchemaRoles): string {
  return `${grantWriting(schema, writeRole)}\n${grantReading(schema, readRole)}`;
}

function recordVersion(schema: string): string {
  return `INSERT INTO ${quoted(schema)}.schema_version (version) VALUES (${SCHEMA_VERSION});\n`;
}
