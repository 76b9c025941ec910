import { Socket } from "node:net";
import type { Client, ClientConfig } from "pg";
import type { ServerAddress } from "./connection-string.js";
import { sendCopy } from "./send-copy.js";
import { sinkError } from "./server-error.js";

export interface SessionSettings {
  readonly address: ServerAddress;
  /** Undefined: plain text, which `serverTls` allows within this machine alone. */
  readonly ssl: Exclude<ClientConfig["ssl"], boolean> | undefined;
  readonly connectTimeoutMs: number;
}

export type Row = Readonly<Record<string, unknown>>;

/**
 * A connection in use, one statement at a time. The server rolls back what was not committed when the connection ends,
 * however it ends. An abort rejects everything at once with the signal's reason, also while the server does not answer.
 */
export class Session {
  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly signal: AbortSignal,
  ) {}

  static async open(settings: SessionSettings, signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    const { default: pg } = await import("pg");
    const socket = new Socket();
    const client = new pg.Client(clientConfig(settings, socket));
    // Without a listener a broken connection would end the process. The running statement is rejected as well.
    client.on("error", () => {});
    const session = new Session(client, socket, signal);
    signal.addEventListener("abort", session.#cut, { once: true });
    try {
      await session.#answer(client.connect());
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** The rows of one statement. Several statements at once take no values and return no rows. */
  async query(sql: string, values: readonly (string | number)[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#answer(
      values.length === 0 ? this.client.query<Row>(sql) : this.client.query<Row>(sql, [...values]),
    );
    return rows;
  }

  /** Runs `COPY … FROM STDIN`; returns how many rows the server took. */
  async copyIn(sql: string, chunks: (signal: AbortSignal) => AsyncIterable<Uint8Array>): Promise<number> {
    const { from } = await import("pg-copy-streams");
    return this.#answer(sendCopy(this.client.query(from(sql)), chunks, this.signal));
  }

  /** Ends the session, or cuts the connection while a statement is running. May be called again. */
  async end(): Promise<void> {
    if (this.signal.aborted) this.#cut();
    await this.client.end();
    this.signal.removeEventListener("abort", this.#cut);
    this.#cut();
  }

  readonly #cut = (): void => void this.socket.destroy();

  async #answer<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : sinkError(error);
    }
  }
}

function clientConfig({ address, ssl, connectTimeoutMs }: SessionSettings, socket: Socket): ClientConfig {
  const { host, port, user, password, database } = address;
  return {
    host,
    port,
    user,
    database,
    // A function, or the driver would look for one in the environment and the home folder. Without one it sends none.
    password: () => password as string,
    ssl: ssl ?? false,
    stream: () => socket,
    application_name: "daybook",
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
}
