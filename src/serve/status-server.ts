import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { DaemonState } from "../daemon/state.js";
import type { Clock } from "../io/clock.js";
import { DaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { Counts } from "./counts.js";
import { isOwnHost } from "./own-host.js";
import { SECURITY_HEADERS } from "./page.js";
import { answerPath, textAnswer } from "./routes.js";
import type { Answer } from "./routes.js";
import type { SourcesOf } from "./sealed-manifests.js";

export interface StatusServerParts {
  readonly state: Pick<DaemonState, "snapshot">;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Pick<Counts, "eventsSealed" | "requests">;
  readonly sourcesOf: SourcesOf;
  /** Takes known secrets out of a text: the last door before an answer leaves. */
  readonly redact: (text: string) => string;
  readonly version: string;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Nobody who only looks needs more; whoever sends slowly or holds connections takes nothing from the archive. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MOST_CONNECTIONS = 64;
const IDLE_SOCKET_MS = 30_000;

/** What the daemon shows to the outside: health, metrics, status page. It reads, and changes nothing. */
export class StatusServer {
  readonly #parts: StatusServerParts;
  readonly #listen: ListenAddress;
  readonly #server: Server;

  constructor(parts: StatusServerParts, listen: ListenAddress) {
    this.#parts = parts;
    this.#listen = listen;
    this.#server = createServer(LIMITS, (request, response) => void this.#answer(request, response));
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.timeout = IDLE_SOCKET_MS;
  }

  /** Resolves once connections are taken; SERVE_FAILED when the address cannot be had. Returns the port. */
  async start(): Promise<number> {
    const { host, port } = this.#listen;
    this.#server.listen(port, host);
    try {
      await once(this.#server, "listening");
    } catch (cause) {
      throw new DaybookError("SERVE_FAILED", {
        message: `serve.listen: cannot listen on ${host}:${port}: found ${codeOf(cause)}, expected a free address of this machine`,
        cause,
      });
    }
    this.#server.on("error", (err) => this.#parts.log.warn({ err }, "status server failed"));
    const address = this.#server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    this.#parts.log.info({ host, port: bound }, "status server started");
    return bound;
  }

  /** Ends every connection at once: a page half sent is no loss. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#judge(request);
    const bytes = Buffer.from(this.#parts.redact(body));
    response.writeHead(status, {
      ...SECURITY_HEADERS,
      "content-type": type,
      "content-length": bytes.length,
      ...(status === 405 ? { allow: "GET, HEAD" } : {}),
      // A body that nobody reads must not stand before the next request of the connection.
      ...(hasBody(request) ? { connection: "close" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  }

  async #judge(request: IncomingMessage): Promise<Answer> {
    const { state, clock, log, counts, sourcesOf, version } = this.#parts;
    if (!isOwnHost(request.headers.host, this.#listen.host))
      return textAnswer(421, "unknown host: use an address, localhost, or the name in serve.listen");
    if (request.method !== "GET" && request.method !== "HEAD") return textAnswer(405, "only GET and HEAD");
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    try {
      return await answerPath(path, {
        snapshot: state.snapshot(),
        nowMs: clock.now(),
        version,
        counts,
        sourcesOf,
      });
    } catch (err) {
      log.error({ path, err }, "page failed");
      return textAnswer(500, "the page failed; the log says why");
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "an unknown error";
}
