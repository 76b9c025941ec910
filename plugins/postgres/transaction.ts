import { DaybookError } from "daybook/plugin";
import type { Row, Session } from "./session.js";

export type Isolation = "READ COMMITTED" | "REPEATABLE READ READ ONLY";

// A writer of the same day is waited for this long; then the day is tried again later.
const LOCK_TIMEOUT_MS = 30_000;
// A reader that stopped asking must not keep the server from cleaning up for ever.
const IDLE_TIMEOUT_MS = 600_000;

/** Begins a transaction. Whoever does not reach COMMIT ends the session, which rolls it back. */
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
      // Every name is written with its schema: what another user puts into `public` is never called.
      "SET LOCAL search_path = pg_catalog",
      "SET LOCAL TimeZone = 'UTC'",
      // A receipt goes into the ledger: a server set to forget its last moments in a crash would make it untrue.
      "SET LOCAL synchronous_commit = on",
    ].join("; "),
  );
}

/** Waits until nobody else in this database works under this name; held to the end of the transaction. */
export async function lockName(session: Session, name: string): Promise<void> {
  await session.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`daybook ${name}`]);
}

/** The number in a column of a row; SINK_MISMATCH when there is none. */
export function numberIn(row: Row | undefined, column: string): number {
  // The driver gives a bigint as text.
  const value = Number(row?.[column] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw new DaybookError("SINK_MISMATCH", { message: `postgres: ${column}: expected a number, found none` });
}
