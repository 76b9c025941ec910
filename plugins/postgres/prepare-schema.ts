import { DaybookError } from "daybook/plugin";
import type { PostgresOptions } from "./options.js";
import { createSql, upgradeSql } from "./schema-sql.js";
import type { Session } from "./session.js";
import { quoted } from "./sql-text.js";
import { READABLE, SCHEMA_VERSION, grantReading } from "./tables.js";
import { lockName, numberIn } from "./transaction.js";

type SchemaOptions = Pick<PostgresOptions, "schema" | "migrate" | "readRole">;

/** Makes the tables what this version writes, or says why it cannot. Within a transaction. */
export async function prepareSchema(session: Session, options: SchemaOptions): Promise<void> {
  const { schema, migrate, readRole } = options;
  await requireUtf8(session);
  const held = await schemaVersion(session, schema);
  if (held < SCHEMA_VERSION) {
    if (!migrate) throw outdated(schema, held);
    await migrateSchema(session, schema);
  }
  if (migrate && readRole !== undefined && !(await canRead(session, schema, readRole))) {
    await session.query(grantReading(schema, readRole));
  }
}

/**
 * Whether the tables are of an older version, which a write will upgrade: for a check, since rows are written anew then. Throws
 * SINK_REFUSED where the role may not do so. Within a transaction.
 */
export async function awaitsUpgrade(session: Session, { schema, migrate }: SchemaOptions): Promise<boolean> {
  const held = await schemaVersion(session, schema);
  if (!migrate || held === 0 || held === SCHEMA_VERSION) return false;
  const [row] = await session.query(
    "SELECT bool_and(pg_has_role(relowner, 'MEMBER')) AS owned FROM pg_class WHERE relnamespace = to_regnamespace($1)",
    [quoted(schema)],
  );
  if (row?.["owned"] === true) return true;
  throw new DaybookError("SINK_REFUSED", {
    message: `postgres: schema ${schema}: expected its tables to be owned by this role, found another owner`,
    hint: "have the owner run upgrade.sql of the postgres plugin",
  });
}

/** Whether the tables are there; SINK_REFUSED where they are not as this version needs them. Within a transaction. */
export async function hasTables(session: Session, { schema, migrate }: SchemaOptions): Promise<boolean> {
  const held = await schemaVersion(session, schema);
  if (held === SCHEMA_VERSION) return true;
  if (held === 0 && migrate) return false;
  throw outdated(schema, held);
}

/** The number of the newest migration; 0 when there are no tables. SINK_REFUSED when a newer Daybook made them. */
async function schemaVersion(session: Session, schema: string): Promise<number> {
  const [found] = await session.query("SELECT to_regclass($1) IS NOT NULL AS exists", [
    `${quoted(schema)}.schema_version`,
  ]);
  if (found?.["exists"] !== true) return 0;
  const [row] = await session.query(
    `SELECT coalesce(max(version), 0) AS version FROM ${quoted(schema)}.schema_version`,
  );
  const version = numberIn(row, "version");
  if (version <= SCHEMA_VERSION) return version;
  throw new DaybookError("SINK_REFUSED", {
    message: `postgres: schema ${schema}: expected version ${SCHEMA_VERSION} or older, found ${version}`,
    hint: "use the newer Daybook that made these tables",
  });
}

async function migrateSchema(session: Session, schema: string): Promise<void> {
  await lockName(session, `migrate ${schema}`);
  // A schema that a DBA made for this role needs no right to make schemas.
  const [found] = await session.query("SELECT to_regnamespace($1) IS NOT NULL AS exists", [quoted(schema)]);
  if (found?.["exists"] !== true) await session.query(`CREATE SCHEMA ${quoted(schema)}`);
  // Read again: another writer may have migrated while this one waited.
  const held = await schemaVersion(session, schema);
  if (held === SCHEMA_VERSION) return;
  await session.query(held === 0 ? createSql(schema) : upgradeSql(schema));
}

async function canRead(session: Session, schema: string, role: string): Promise<boolean> {
  const [row] = await session.query(
    `SELECT has_schema_privilege($1, $2, 'USAGE')
       AND bool_and(has_table_privilege($1, format('%I.%I', $2::text, name), 'SELECT')) AS granted
     FROM unnest(string_to_array($3, ' ')) AS name`,
    [role, schema, READABLE.join(" ")],
  );
  return row?.["granted"] === true;
}

/** In any other encoding some record lines could not be kept byte for byte. */
async function requireUtf8(session: Session): Promise<void> {
  const [row] = await session.query("SELECT current_setting('server_encoding') AS encoding");
  if (row?.["encoding"] === "UTF8") return;
  throw new DaybookError("SINK_REFUSED", {
    message: `postgres: encoding of the database: expected UTF8, found ${String(row?.["encoding"])}`,
    hint: "create a database with ENCODING 'UTF8'",
  });
}

function outdated(schema: string, held: number): DaybookError {
  const found = held === 0 ? "no tables" : `version ${held}`;
  return new DaybookError("SINK_REFUSED", {
    message: `postgres: schema ${schema}: expected the tables of version ${SCHEMA_VERSION}, found ${found}`,
    hint:
      held === 0
        ? "run schema.sql of the postgres plugin, or set migrate: true"
        : "run upgrade.sql of the postgres plugin; with migrate: true the next delivery upgrades them",
  });
}
