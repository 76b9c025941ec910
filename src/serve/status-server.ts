import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { DaemonState } from "../daemon/state.js";
import type { Clock } from "../io/clock.js";
import type { ProcessUsage } from "../io/process-usage.js";
import type { Log } from "../model/log.js";
import { hasAccess } from "./access-token.js";
import type { Counts } from "./counts.js";
import { closeNow, listenOn } from "./listen.js";
import type { ListenAddress } from "./listen.js";
import { isOwnHost } from "./own-host.js";
import { SECURITY_HEADERS } from "./page.js";
import { answerPath, textAnswer } from "./routes.js";
import type { Response } from "./routes.js";
import type { SourcesOf } from "./sealed-manifests.js";

export interface StatusServerParts {
  readonly state: Pick<DaemonState, "snapshot">;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Pick<Counts, "eventsSealed" | "requests">;
  readonly usage: () => ProcessUsage;
  readonly sourcesOf: SourcesOf;
  /** Host names, beside that of the address, under which browsers may open the pages. */
  readonly hosts: readonly string[];
  /** What pages and metrics ask for; read for each request, so that a rotated one is used at once. */
  readonly token?: () => Promise<string>;
  /** Removes known secrets from a text: the last step before an answer leaves. */
  readonly redact: (text: string) => string;
  readonly version: string;
}

/** More than a browser or Prometheus needs. A client that sends slowly or keeps connections open costs the archive nothing. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 64;
const IDLE_SOCKET_MS = 30_000;

/** Answered under any host name: monitoring reaches the daemon by the name of a service, and a browser has no use for them. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** Answered without the token: an orchestrator's probes have none, and health shows no name. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** Serves health, metrics and the status page. It reads, and changes nothing. */
export class StatusServer {
  #parts: StatusServerParts;
  readonly #listen: ListenAddress;
  readonly #server: Server;
  /** Connections without a request under way, the longest idle first. */
  readonly #idle = new Set<Socket>();
  #connections = 0;

  constructor(parts: StatusServerParts, listen: ListenAddress) {
    this.#parts = parts;
    this.#listen = listen;
    this.#server = createServer(LIMITS, (request, response) => {
      const { socket } = request;
      this.#idle.delete(socket);
      response.once("close", () => {
        if (!socket.destroyed) this.#idle.add(socket);
      });
      void this.#answer(request, response);
    });
    this.#server.on("connection", (socket) => this.#admit(socket));
    this.#server.timeout = IDLE_SOCKET_MS;
  }

  /** Resolves with the port once the server listens; SERVE_FAILED when it cannot listen on the address. */
  async start(): Promise<number> {
    const bound = await listenOn(this.#server, this.#listen, "serve.listen");
    this.#server.on("error", (err) => this.#parts.log.warn({ err }, "status server failed"));
    this.#parts.log.info({ host: this.#listen.host, port: bound }, "status server started");
    return bound;
  }

  /** Answers with other parts from the next request on. */
  follow(parts: StatusServerParts): void {
    this.#parts = parts;
  }

  close(): Promise<void> {
    return closeNow(this.#server);
  }

  /** With too many connections the longest idle one is closed: a client that only keeps connections open locks nobody out. */
  #admit(socket: Socket): void {
    this.#connections += 1;
    this.#idle.add(socket);
    socket.once("close", () => {
      this.#connections -= 1;
      this.#idle.delete(socket);
    });
    if (this.#connections <= MAX_CONNECTIONS) return;
    const [longestIdle = socket] = this.#idle;
    this.#idle.delete(longestIdle);
    longestIdle.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#judge(request);
    const bytes = Buffer.from(this.#parts.redact(body));
    response.writeHead(status, {
      ...SECURITY_HEADERS,
      "content-type": type,
      "content-length": bytes.length,
      ...(status === 405 ? { allow: "GET, HEAD" } : {}),
      ...(status === 401 ? { "www-authenticate": 'Basic realm="Daybook", charset="UTF-8"' } : {}),
      // The body is not read, so the connection cannot be used for another request.
      ...(hasBody(request) ? { connection: "close" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  }

  async #judge(request: IncomingMessage): Promise<Response> {
    const { state, clock, log, counts, usage, sourcesOf, hosts, version } = this.#parts;
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (!OPEN_PATHS.has(path) && !isOwnHost(request.headers.host, [this.#listen.host, ...hosts]))
      return textAnswer(421, "unknown host: use an address, localhost, or a name in serve.hosts");
    if (request.method !== "GET" && request.method !== "HEAD") return textAnswer(405, "only GET and HEAD");
    try {
      if (!(await this.#isAllowed(request, path)))
        return textAnswer(401, "serve.token is asked for: as a bearer token, or as the password");
      return await answerPath(path, {
        snapshot: state.snapshot(),
        nowMs: clock.now(),
        version,
        counts,
        usage,
        sourcesOf,
      });
    } catch (err) {
      log.error({ path, err }, "page failed");
      return textAnswer(500, "the page failed; the log says why");
    }
  }

  async #isAllowed({ headers }: IncomingMessage, path: string): Promise<boolean> {
    const { token } = this.#parts;
    if (token === undefined || HEALTH_PATHS.has(path)) return true;
    return hasAccess(headers.authorization, await token());
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
