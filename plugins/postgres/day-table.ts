import { DaybookError, abortable } from "daybook/plugin";
import type { Batch, UtcDay } from "daybook/plugin";
import { COPY_COLUMNS, copyRows } from "./copy-rows.js";
import type { Session } from "./session.js";
import { quoted } from "./sql-text.js";
import { lockName, numberIn } from "./transaction.js";

// One step of reading a day back: a number of bytes, because lines may be long or short.
const STEP_CHARS = 4_000_000;
const FIRST_STEP_ROWS = 100;
const MAX_STEP_ROWS = 5_000;

/** The rows of one tenant. Every method is part of a transaction that the caller began. */
export class DayTable {
  readonly #schema: string;

  constructor(
    private readonly session: Session,
    schema: string,
    private readonly tenant: string,
  ) {
    this.#schema = quoted(schema);
  }

  /** Makes the partition for the day's month when there is none. */
  async makeMonth(day: UtcDay): Promise<void> {
    await this.session.query(`SELECT ${this.#schema}.make_month($1)`, [day]);
  }

  /** Replaces the day with the batch; returns the number of rows. SINK_CONFLICT, SINK_MISMATCH. */
  async replace(batch: Batch): Promise<number> {
    const { day, records } = batch;
    await this.#lock(day);
    if (await this.#isHeld(batch)) return records;
    await this.#deleteRows(day);
    const columns = COPY_COLUMNS.map(quoted).join(", ");
    const copied = await this.session.copyIn(
      `COPY ${this.#schema}.activity_event (${columns}) FROM STDIN`,
      (signal) => abortable(copyRows({ tenant: this.tenant, day, records }, batch.blocks()), signal),
    );
    if (copied !== records) {
      throw new DaybookError("SINK_MISMATCH", {
        message: `${day}: expected the server to take ${records} rows, found ${copied}`,
      });
    }
    await this.#recordDay(batch);
    return copied;
  }

  /** The record lines of the day in their order; undefined when the day was never written. */
  async lines(day: UtcDay): Promise<AsyncGenerator<string> | undefined> {
    const [held] = await this.session.query(
      `SELECT revision FROM ${this.#schema}.archive_day WHERE tenant = $1 AND day = $2`,
      [this.tenant, day],
    );
    return held === undefined ? undefined : this.#fetchLines(day);
  }

  /** Deletes the day; returns how many rows it had, or undefined when there was no such day. */
  async remove(day: UtcDay): Promise<number | undefined> {
    await this.#lock(day);
    const held = await this.session.query(
      `DELETE FROM ${this.#schema}.archive_day WHERE tenant = $1 AND day = $2 RETURNING 1`,
      [this.tenant, day],
    );
    return held.length === 0 ? undefined : this.#deleteRows(day);
  }

  /** Without the lock, two writers of a day would not see, and so not delete, each other's rows. */
  #lock(day: UtcDay): Promise<void> {
    return lockName(this.session, `${this.#schema} ${this.tenant} ${day}`);
  }

  /** Whether exactly this delivery is stored already. */
  async #isHeld({ day, revision, manifestSha256 }: Batch): Promise<boolean> {
    const [held] = await this.session.query(
      `SELECT revision, manifest_sha256 FROM ${this.#schema}.archive_day WHERE tenant = $1 AND day = $2`,
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
      `WITH gone AS (DELETE FROM ${this.#schema}.activity_event WHERE tenant = $1 AND day = $2 RETURNING 1)
       SELECT count(*) AS rows FROM gone`,
      [this.tenant, day],
    );
    return numberIn(deleted, "rows");
  }

  async #recordDay(batch: Batch): Promise<void> {
    const { tenantId, day, revision, records, manifestSha256, eventSetSha256, retainUntil } = batch;
    await this.session.query(
      `INSERT INTO ${this.#schema}.archive_day
         (tenant, day, tenant_id, revision, records, manifest_sha256, event_set_sha256, retain_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant, day) DO UPDATE SET tenant_id = excluded.tenant_id, revision = excluded.revision,
         records = excluded.records, manifest_sha256 = excluded.manifest_sha256,
         event_set_sha256 = excluded.event_set_sha256, retain_until = excluded.retain_until, delivered_at = now()`,
      [this.tenant, day, tenantId, revision, records, manifestSha256, eventSetSha256, retainUntil],
    );
  }

  async *#fetchLines(day: UtcDay): AsyncGenerator<string> {
    await this.session.query(
      `DECLARE day_lines NO SCROLL CURSOR FOR SELECT event FROM ${this.#schema}.activity_event
       WHERE tenant = $1 AND day = $2 ORDER BY record_no`,
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
