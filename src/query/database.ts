import { join } from "node:path";
import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPreparedStatement,
} from "@duckdb/node-api";
import { DaybookError, messageOf } from "../model/errors.js";
import { rowsOf } from "./answer.js";
import type { Answer, Row } from "./answer.js";
import { CREATE_DAYS, appendDayFacts } from "./day-table.js";
import type { DayFacts } from "./day-table.js";
import { loadDuckDb } from "./duckdb.js";
import type { Engine } from "./duckdb.js";
import { CREATE_EVENTS, NAME_EVENTS, appendDay, eventsWithLake } from "./event-table.js";
import type { RecordedDay } from "./event-table.js";
import { CREATE_OPERATIONS, appendOperation } from "./operation-table.js";
import type { Operation } from "../model/operation-list.js";

export interface QueryLimits {
  /** Memory of the query engine; what does not fit goes to `folder`. */
  readonly memoryBytes: number;
  readonly timeMs: number;
}

export interface QueryPlace extends QueryLimits {
  /** An empty folder, which the caller removes: it comes to contain events. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Values for `$name` in a query. */
export type QueryValues = Readonly<Record<string, string | number>>;

/**
 * The tables `events`, `days` and `operations`, filled from an archive and then closed: from `seal` on nothing reaches the
 * network, a file or an extension, and no setting can be changed.
 */
export class QueryDatabase {
  readonly #engine: Engine;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #events: DuckDBAppender;
  readonly #place: QueryPlace;
  readonly #lakeFiles: string[] = [];

  private constructor(
    engine: Engine,
    instance: DuckDBInstance,
    open: { readonly connection: DuckDBConnection; readonly events: DuckDBAppender },
    place: QueryPlace,
  ) {
    this.#engine = engine;
    this.#instance = instance;
    this.#connection = open.connection;
    this.#events = open.events;
    this.#place = place;
  }

  /** QUERY_ENGINE_MISSING when the engine is not installed. */
  static async open(place: QueryPlace): Promise<QueryDatabase> {
    const engine = await loadDuckDb();
    const instance = await engine.DuckDBInstance.create(join(place.folder, "events.duckdb"), {
      memory_limit: `${place.memoryBytes}B`,
      temp_directory: join(place.folder, "spilled"),
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      allow_unsigned_extensions: "false",
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    for (const sql of [CREATE_EVENTS, CREATE_DAYS, CREATE_OPERATIONS]) await connection.run(sql);
    // One transaction, which no query can see half: nothing is written twice, to a log first.
    await connection.run("BEGIN");
    const events = await connection.createAppender("recorded_events");
    return new QueryDatabase(engine, instance, { connection, events }, place);
  }

  /** ARCHIVE_DAMAGED when the lines are not those that were sealed; the database is then of no use. */
  async addEvents(day: RecordedDay): Promise<void> {
    await this.#told(() => appendDay(this.#events, day, this.#engine));
  }

  /** A day's file in a lake, below `tenant=NAME/date=DAY`: it is read when a query needs it, as it then is. */
  addLakeFile(path: string): void {
    this.#lakeFiles.push(path);
  }

  async addDays(days: readonly DayFacts[]): Promise<void> {
    const appender = await this.#connection.createAppender("days");
    for (const day of days) appendDayFacts(appender, day, this.#engine);
    appender.closeSync();
  }

  async addOperations(operations: Iterable<Operation>): Promise<void> {
    const appender = await this.#connection.createAppender("operations");
    for (const operation of operations) appendOperation(appender, operation);
    appender.closeSync();
  }

  /** Runs `views`, each a statement that makes a table or a view, and closes every door. Nothing can be added from then on. */
  async seal(views: readonly string[] = []): Promise<void> {
    this.#events.closeSync();
    await this.#connection.run("COMMIT");
    const lake = this.#lakeFiles.map(quoted);
    await this.#told(() => this.#connection.run(lake.length === 0 ? NAME_EVENTS : eventsWithLake(lake)));
    for (const view of views) await this.#told(() => this.#connection.run(view));
    await this.#connection.run(`SET allowed_directories = [${quoted(this.#answers)}]`);
    await this.#connection.run(`SET allowed_paths = [${lake.join(", ")}]`);
    await this.#connection.run("SET enable_external_access = false");
    await this.#connection.run("SET lock_configuration = true");
  }

  /** QUERY_REFUSED unless `sql` is one SELECT that the engine accepts; QUERY_LIMIT beyond time or memory. */
  async ask(sql: string, values: QueryValues = {}): Promise<Answer> {
    const statement = await this.#prepare(sql);
    statement.bind(known(statement, values));
    const limited = this.#limit();
    const result = await this.#told(() => statement.stream(), limited);
    return {
      columns: result.deduplicatedColumnNames(),
      rows: this.#limited(rowsOf(result, this.#engine), limited),
    };
  }

  /** Writes the answer as a Parquet file into the folder; its path. */
  async writeParquet(sql: string): Promise<string> {
    await this.#prepare(sql);
    const path = join(this.#answers, "answer.parquet");
    const select = sql.trimEnd().replace(/;+$/, "");
    const copy = `COPY (${select}\n) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`;
    const limited = this.#limit();
    try {
      await this.#told(() => this.#connection.run(copy), limited);
    } finally {
      limited.end();
    }
    return path;
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  get #answers(): string {
    return join(this.#place.folder, "answers");
  }

  async #prepare(sql: string): Promise<DuckDBPreparedStatement> {
    const { StatementType } = this.#engine;
    const statements = await this.#told(() => this.#connection.extractStatements(sql));
    if (statements.count !== 1) throw refused(`expected one statement, found ${statements.count}`);
    const statement = await this.#told(() => statements.prepare(0));
    if (statement.statementType !== StatementType.SELECT)
      throw refused(
        `expected a SELECT, found ${StatementType[statement.statementType] ?? "another statement"}`,
      );
    return statement;
  }

  /** Interrupts the engine when the time is over or the signal aborts, until `end`. */
  #limit(): Limited {
    const { signal, timeMs } = this.#place;
    const over = AbortSignal.timeout(timeMs);
    const both = AbortSignal.any([signal, over]);
    const interrupt = (): void => this.#connection.interrupt();
    both.addEventListener("abort", interrupt, { once: true });
    return { over, end: () => both.removeEventListener("abort", interrupt) };
  }

  async *#limited(
    rows: AsyncGenerator<readonly Row[], void>,
    limited: Limited,
  ): AsyncGenerator<readonly Row[]> {
    try {
      for (;;) {
        const next = await this.#told(() => rows.next(), limited);
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      limited.end();
    }
  }

  /** The engine's errors in Daybook's words. */
  async #told<T>(work: () => Promise<T>, limited?: Limited): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      this.#place.signal.throwIfAborted();
      if (cause instanceof DaybookError) throw cause;
      const text = messageOf(cause);
      if (limited?.over.aborted === true)
        throw limitReached(`still at work after ${this.#place.timeMs / 1000} s`, cause);
      if (text.startsWith("Out of Memory")) throw limitReached(text.split("\n")[0] ?? "", cause);
      throw refused(text.trimEnd(), cause);
    }
  }
}

interface Limited {
  readonly over: AbortSignal;
  readonly end: () => void;
}

/** Those of the values that the statement names: the engine refuses others. */
function known(statement: DuckDBPreparedStatement, values: QueryValues): Record<string, string | number> {
  const names = Array.from({ length: statement.parameterCount }, (_, index) =>
    statement.parameterName(index + 1),
  );
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function refused(message: string, cause?: unknown): DaybookError {
  return new DaybookError("QUERY_REFUSED", { message: `query: ${message}`, cause });
}

function limitReached(message: string, cause: unknown): DaybookError {
  return new DaybookError("QUERY_LIMIT", { message: `query: ${message}`, cause });
}
