import { DaybookError, abortable } from "daybook/plugin";
import type { Batch, UtcDay } from "daybook/plugin";
import { EVENTS, EVENT_LINES, copyRows } from "./copy-rows.js";
import type { RowForm } from "./copy-rows.js";
import type { Session } from "./session.js";
import { quoted } from "./sql-text.js";
import { monthLock } from "./tables.js";
import { lockName, lockNameShared, numberIn } from "./transaction.js";

// One step of reading a day back: a number of bytes, because lines may be long or short.
const STEP_CHARS = 4_000_000;
const FIRST_STEP_ROWS = 100;
const MAX_STEP_ROWS = 5_000;

/** The rows of one tenant. Every method is part of a transaction that the caller began. */
export class DayTable {
  readonly #schema: string;
  readonly #schemaName: string;

  constructor(
    private readonly session: Session,
    schema: string,
    private readonly tenant: string,
  ) {
    this.#schema = quoted(schema);
    this.#schemaName = schema;
  }

  /** Makes the partitions for the day's month when there are none. */
  async makeMonth(day: UtcDay): Promise<void> {
    await this.session.query(`SELECT ${this.#schema}.make_month($1)`, [day]);
  }

  /** Drops the partitions of the day's month when no day of it is left and nobody writes one; whether it did. */
  async dropMonth(day: UtcDay): Promise<boolean> {
    const [row] = await this.session.query(`SELECT ${this.#schema}.drop_month($1) AS dropped`, [day]);
    return row?.["dropped"] === true;
  }

  /** Replaces the day with the batch; returns the number of rows. SINK_CONFLICT, SINK_MISMATCH. */
  async replace(batch: Batch): Promise<number> {
    const { day, records } = batch;
    await this.#lock(day);
    if (await this.#isHeld(batch)) return records;
    // As long as a writer holds this lock, nobody drops the month as empty.
    await lockNameShared(this.session, monthLock(this.#schemaName, day.slice(0, 7).replace("-", "_")));
    await this.makeMonth(day);
    await this.#deleteRows(day);
    for (const form of [EVENTS, EVENT_LINES]) await this.#copy(form, batch);
    await this.#recordDay(batch);
    return records;
  }

  /** The record lines of the day in their order; undefined when the day was never written. */
  async lines(day: UtcDay): Promise<AsyncGenerator<string> | undefined> {
    const [held] = await this.session.query(
      `SELECT revision FROM ${this.#schema}.days WHERE tenant = $1 AND date = $2`,
      [this.tenant, day],
    );
    return held === undefined ? undefined : this.#fetchLines(day);
  }

  /** Deletes the day; returns how many rows it had, or undefined when there was no such day. */
  async remove(day: UtcDay): Promise<number | undefined> {
    await this.#lock(day);
    const held = await this.session.query(
      `DELETE FROM ${this.#schema}.days WHERE tenant = $1 AND date = $2 RETURNING 1`,
      [this.tenant, day],
    );
    return held.length === 0 ? undefined : this.#deleteRows(day);
  }

  async #copy(form: RowForm, batch: Batch): Promise<void> {
    const { day, revision, records } = batch;
    const columns = form.columns.map(quoted).join(", ");
    const place = { tenant: this.tenant, day, revision, records };
    const copied = await this.session.copyIn(
      `COPY ${this.#schema}.${form.table} (${columns}) FROM STDIN`,
      (signal) => abortable(copyRows(form, place, batch.blocks()), signal),
    );
    if (copied === records) return;
    throw new DaybookError("SINK_MISMATCH", {
      message: `${day}: expected the server to take ${records} rows of ${form.table}, found ${copied}`,
    });
  }

  /** Without the lock, two writers of a day would not see, and so not delete, each other's rows. */
  #lock(day: UtcDay): Promise<void> {
    return lockName(this.session, `${this.#schema} ${this.tenant} ${day}`);
  }

  /** Whether exactly this delivery is stored already. */
  async #isHeld({ day, revision, manifestSha256 }: Batch): Promise<boolean> {
    const [held] = await this.session.query(
      `SELECT revision, manifest_sha256 FROM ${this.#schema}.days WHERE tenant = $1 AND date = $2`,
      [this.tenant, day],
    );
    if (held === undefined) return false;
    const heldRevision = numberIn(held, "revision");
    if (heldRevision < revision) return false;
    if (heldRevision === revision && held["manifest_sha256"] === manifestSha256) return true;
    throw new DaybookError("SINK_CONFLICT", {
      message: `${day}: expected an older revision than ${revision}, found ${heldRevision} of manifest ${String(held["manifest_sha256"])}`,
    });
  }

  async #deleteRows(day: UtcDay): Promise<number> {
    const [deleted] = await this.session.query(
      `WITH gone AS (DELETE FROM ${this.#schema}.events WHERE tenant = $1 AND date = $2 RETURNING 1),
         lines AS (DELETE FROM ${this.#schema}.event_lines WHERE tenant = $1 AND date = $2)
       SELECT count(*) AS rows FROM gone`,
      [this.tenant, day],
    );
    return numberIn(deleted, "rows");
  }

  async #recordDay(batch: Batch): Promise<void> {
    const { tenantId, day, revision, records, manifestSha256, eventSetSha256, retainUntil } = batch;
    await this.session.query(
      `INSERT INTO ${this.#schema}.days
         (tenant, date, tenant_id, revision, records, manifest_sha256, event_set_sha256, retain_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant, date) DO UPDATE SET tenant_id = excluded.tenant_id, revision = excluded.revision,
         records = excluded.records, manifest_sha256 = excluded.manifest_sha256,
         event_set_sha256 = excluded.event_set_sha256, retain_until = excluded.retain_until, delivered_at = now()`,
      [this.tenant, day, tenantId, revision, records, manifestSha256, eventSetSha256, retainUntil],
    );
  }

  async *#fetchLines(day: UtcDay): AsyncGenerator<string> {
    await this.session.query(
      `DECLARE day_lines NO SCROLL CURSOR FOR SELECT event FROM ${this.#schema}.event_lines
       WHERE tenant = $1 AND date = $2 ORDER BY record_no`,
      [this.tenant, day],
    );
    for (let step = FIRST_STEP_ROWS; ;) {
      const rows = await this.session.query(`FETCH ${step} FROM day_lines`);
      if (rows.length === 0) return;
      const lines = rows.map(({ event }) => event as string);
      yield* lines;
      step = nextStep(lines);
    }
  }
}

/** As many rows as will hold about STEP_CHARS if they are as long as these. */
function nextStep(lines: readonly string[]): number {
  const chars = lines.reduce((sum, { length }) => sum + length, 1);
  return Math.min(MAX_STEP_ROWS, Math.max(1, Math.floor((STEP_CHARS * lines.length) / chars)));
}
