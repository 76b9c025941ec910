import { DaybookError, isDaybookError, utcDayOf } from "daybook/plugin";
import type { Batch, Host, Receipt, RemovalReceipt, Sink, UtcDay } from "daybook/plugin";
import { parseConnection } from "./connection-string.js";
import { DayTable } from "./day-table.js";
import type { PostgresOptions } from "./options.js";
import { awaitsUpgrade, hasTables, prepareSchema } from "./prepare-schema.js";
import { probeOf } from "./probe-day.js";
import { serverTls } from "./server-tls.js";
import { Session } from "./session.js";
import { begin } from "./transaction.js";
import type { Isolation } from "./transaction.js";

/** How long an empty month may wait for its readers before it is left: others wait behind it meanwhile. */
const DROP_LOCK_TIMEOUT_MS = 2_000;

/** Each day's current view as rows. Every operation has a connection of its own, and the secret is read for each. */
export class PostgresSink implements Sink {
  constructor(
    private readonly options: PostgresOptions,
    private readonly host: Host,
  ) {}

  /** Does what a write does, for a tenant that no configuration can name, and never commits it. */
  async check(signal: AbortSignal): Promise<void> {
    await this.#within(signal, async (session) => {
      await this.#begin(session);
      if (await awaitsUpgrade(session, this.options)) return;
      await prepareSchema(session, this.options);
      const probe = probeOf(utcDayOf(this.host.clock.now()));
      const table = new DayTable(session, this.options.schema, probe.tenant);
      await table.replace(probe);
      await table.remove(probe.day);
    });
  }

  /** Signs in, and looks at the tables in a transaction that can only read. */
  async look(signal: AbortSignal): Promise<string | undefined> {
    return this.#within(signal, async (session) => {
      await this.#begin(session, "REPEATABLE READ READ ONLY");
      const { schema } = this.options;
      if (await awaitsUpgrade(session, this.options))
        return `the tables of schema ${schema} will be upgraded`;
      return (await hasTables(session, this.options))
        ? undefined
        : `the tables of schema ${schema} will be made`;
    });
  }

  async write(batch: Batch, signal: AbortSignal): Promise<Receipt> {
    const { schema } = this.options;
    const { tenant } = this.host;
    return this.#within(signal, async (session) => {
      const table = new DayTable(session, schema, tenant);
      // A transaction of its own: the locks of a new table or partition must not last as long as the copying of a day.
      await this.#begin(session);
      await prepareSchema(session, this.options);
      await table.makeMonth(batch.day);
      await session.query("COMMIT");
      await this.#begin(session);
      const records = await table.replace(batch);
      await session.query("COMMIT");
      return { records, location: `${schema}.events, tenant ${tenant}, day ${batch.day}` };
    });
  }

  async *read(day: UtcDay, signal: AbortSignal): AsyncGenerator<string> {
    const session = await this.#open(signal);
    try {
      // One snapshot: a day that is replaced meanwhile is read as it was.
      await this.#begin(session, "REPEATABLE READ READ ONLY");
      const table = new DayTable(session, this.options.schema, this.host.tenant);
      const lines = (await hasTables(session, this.options)) ? await table.lines(day) : undefined;
      if (lines === undefined) throw neverGot(day);
      for await (const line of lines) {
        signal.throwIfAborted();
        yield line;
      }
    } finally {
      await session.end();
    }
  }

  async remove(day: UtcDay, signal: AbortSignal): Promise<RemovalReceipt> {
    return this.#within(signal, async (session) => {
      await this.#begin(session);
      if (await awaitsUpgrade(session, this.options)) await prepareSchema(session, this.options);
      const table = new DayTable(session, this.options.schema, this.host.tenant);
      const rows = (await hasTables(session, this.options)) ? await table.remove(day) : undefined;
      if (rows === undefined) throw neverGot(day);
      await session.query("COMMIT");
      const space = (await this.#dropMonth(session, table, day)) ? "with the month" : "at its next vacuum";
      return { removed: 1, note: `${rows} rows; the server frees their space ${space}` };
    });
  }

  /** The day is gone already: a month that readers keep from being dropped is no failure. */
  async #dropMonth(session: Session, table: DayTable, day: UtcDay): Promise<boolean> {
    try {
      await this.#begin(session);
      await session.query(`SET LOCAL lock_timeout = ${DROP_LOCK_TIMEOUT_MS}`);
      const dropped = await table.dropMonth(day);
      await session.query("COMMIT");
      return dropped;
    } catch (error) {
      if (isDaybookError(error) && error.code === "SINK_UNAVAILABLE") return false;
      throw error;
    }
  }

  async close(): Promise<void> {}

  async #within<T>(signal: AbortSignal, use: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#open(signal);
    try {
      return await use(session);
    } finally {
      await session.end();
    }
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const { connection, tls, connectTimeoutSeconds } = this.options;
    const address = parseConnection(await this.host.secret(connection));
    const ssl = await serverTls(address, tls, this.host.files);
    const session = await Session.open(
      { address, ssl, connectTimeoutMs: connectTimeoutSeconds * 1000 },
      signal,
    );
    return session;
  }

  #begin(session: Session, isolation: Isolation = "READ COMMITTED"): Promise<void> {
    return begin(session, isolation, this.options.statementTimeoutSeconds * 1000);
  }
}

function neverGot(day: UtcDay): DaybookError {
  return new DaybookError("SINK_NOT_FOUND", {
    message: `${day}: expected rows, found that it was never written`,
  });
}
