import { DaybookError } from "daybook/plugin";
import type { Row, Session } from "./session.js";

export type Isolation = "READ COMMITTED" | "REPEATABLE READ READ ONLY";

// How long to wait for another writer of the day; after that the day is retried later.
const LOCK_TIMEOUT_MS = 30_000;
// A reader that stopped must not keep the server from cleaning up for ever.
const IDLE_TIMEOUT_MS = 600_000;

/** Begins a transaction. A caller that does not reach COMMIT ends the session, which rolls it back. */
export async function begin(
  session: Session,
  isolation: Isolation,
  statementTimeoutMs: number,
): Promise<void> {
  await session.query(
    [
      `BEGIN ISOLATION LEVEL ${isolation}`,
      `SET LOCAL statement_timeout = ${statementTimeoutMs}`,
      `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
      `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`,
      // Every name is written with its schema, so nothing that another user puts into `public` is called.
      "SET LOCAL search_path = pg_catalog",
      "SET LOCAL TimeZone = 'UTC'",
      // The ledger records the receipt: without this, a crash of the server could lose a day that it has confirmed.
      "SET LOCAL synchronous_commit = on",
    ].join("; "),
  );
}

/** Locks the name within this database until the transaction ends; waits while another session has it. */
export async function lockName(session: Session, name: string): Promise<void> {
  await session.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`daybook ${name}`]);
}

/** As `lockName`, beside others that lock it so; waits while a session has it alone. */
export async function lockNameShared(session: Session, name: string): Promise<void> {
  await session.query("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", [`daybook ${name}`]);
}

/** The number in a column of a row; SINK_MISMATCH when there is none. */
export function numberIn(row: Row | undefined, column: string): number {
  // The driver gives a bigint as text.
  const value = Number(row?.[column] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw new DaybookError("SINK_MISMATCH", { message: `postgres: ${column}: expected a number, found none` });
}
