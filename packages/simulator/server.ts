import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../src/io/clock.js";
import { DaybookError } from "../../src/model/errors.js";
import { ACTIVITY_EVENTS_PATH, answerActivityEvents } from "./activity-events.js";
import { BearerTokens, Throttle } from "./admission.js";
import { badRequest, httpDate, jsonAnswer } from "./answers.js";
import { FaultPlan } from "./faults.js";
import type { Answer, SimulatedRequest } from "./faults.js";
import { parseQuery } from "./query.js";
import { guidText } from "./seeded-random.js";
import { SignIn, isSignInPath } from "./sign-in.js";
import type { Tenant } from "./tenant.js";
import { faultyAnswer, gzipAnswer, isResetAtOnce, readBody, sendAnswer, sendFaulty } from "./wire.js";

/** One request as the simulator saw it. */
export interface RequestRecord {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** 0 when the connection was reset instead. */
  readonly status: number;
  /** The bearer token is replaced by a part of its hash, so that tests can tell tokens apart and logs hold none. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Address {
  /** 0 takes any free port. */
  readonly port: number;
  /** With both, the simulator speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** The HTTP face of a simulated tenant, on 127.0.0.1 only. */
export class SimulatorServer {
  readonly faults: FaultPlan;
  readonly tokens: BearerTokens;
  readonly #tenant: Tenant;
  readonly #clock: Clock;
  readonly #throttle: Throttle;
  readonly #signIn: SignIn;
  readonly #counts = { "activity-events": 0, "sign-in": 0, other: 0 };
  readonly #requests: RequestRecord[] = [];
  #server: Server | undefined;
  #base = "";

  constructor(tenant: Tenant, clock: Clock) {
    this.#tenant = tenant;
    this.#clock = clock;
    this.faults = new FaultPlan(tenant.scenario.faults);
    this.tokens = new BearerTokens(tenant.scenario);
    this.#throttle = new Throttle(tenant.scenario);
    this.#signIn = new SignIn(tenant.scenario, this.tokens);
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  /** Resolves with the address, `http://127.0.0.1:40123`; USAGE when the server cannot listen on the port. */
  async listen({ port, tls }: Address): Promise<string> {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      // The client has disconnected, or a rule has thrown: there is nothing more to send.
      this.#serve(request, response).catch(() => response.destroy());
    };
    const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(portRefused(port, cause)));
      server.listen(port, "127.0.0.1", resolve);
    });
    this.#server = server;
    const { port: taken } = server.address() as AddressInfo;
    this.#base = `${tls === undefined ? "http" : "https"}://127.0.0.1:${taken}`;
    return this.#base;
  }

  /** Closes the connections too: a client that waits gets a reset, not an answer. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await this.#readRequest(incoming);
    let made: Promise<Answer> | undefined;
    const own = (): Promise<Answer> => (made ??= this.#answer(request));
    const rule = this.faults.ruleFor(request);
    if (rule === undefined) {
      const answer = await own();
      this.#record(request, answer.status);
      sendAnswer(response, answer);
      return;
    }
    const fault = typeof rule.respond === "function" ? await rule.respond(request, own) : rule.respond;
    const answer = await faultyAnswer(fault, own);
    this.#record(request, isResetAtOnce(fault) ? 0 : answer.status);
    await sendFaulty(
      response,
      { ...answer, headers: { ...this.#usualHeaders(request), ...answer.headers } },
      fault,
    );
  }

  async #readRequest(incoming: IncomingMessage): Promise<SimulatedRequest> {
    const url = incoming.url ?? "";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = mark < 0 ? "" : url.slice(mark + 1);
    const kind = kindOf(path);
    this.#counts[kind] += 1;
    return {
      number: this.#counts[kind],
      kind,
      method: incoming.method ?? "GET",
      path,
      query,
      parameters: parseQuery(query),
      headers: joinHeaders(incoming.headers),
      body: await readBody(incoming),
    };
  }

  async #answer(request: SimulatedRequest): Promise<Answer> {
    const answer = this.#tenantAnswer(request);
    const whole = { ...answer, headers: { ...this.#usualHeaders(request), ...answer.headers } };
    const accepted = request.headers["accept-encoding"] ?? "";
    return this.#tenant.scenario.gzip && /\bgzip\b/.test(accepted) && whole.body.length > 0
      ? gzipAnswer(whole)
      : whole;
  }

  #tenantAnswer(request: SimulatedRequest): Answer {
    const nowMs = this.#clock.now();
    if (request.kind === "other") return jsonAnswer(404, {});
    if (request.kind === "sign-in") return this.#signIn.answer(request, this.#base, nowMs);
    if (request.method !== "GET") return jsonAnswer(405, {});
    const refusal =
      this.tokens.refuse(request.headers["authorization"], nowMs) ?? this.#throttle.refuse(nowMs);
    if (refusal !== undefined) return refusal;
    if (request.parameters === undefined) return badRequest("The query is not valid.");
    return answerActivityEvents(this.#tenant, request.parameters, nowMs);
  }

  /** What support asks for, and the service's own time. */
  #usualHeaders({ kind, number }: SimulatedRequest): Readonly<Record<string, string>> {
    const { seed, continuationHost } = this.#tenant.scenario;
    const date = httpDate(this.#clock.now());
    if (kind !== "activity-events") return { date };
    return {
      date,
      RequestId: guidText(seed, 0x5e9, number),
      "home-cluster-uri": `https://${continuationHost}/`,
    };
  }

  #record({ method, path, query, headers }: SimulatedRequest, status: number): void {
    const { authorization } = headers;
    const shown =
      authorization === undefined ? headers : { ...headers, authorization: shortHash(authorization) };
    this.#requests.push({ atMs: this.#clock.now(), method, path, query, status, headers: shown });
  }
}

function portRefused(port: number, cause: Error): DaybookError {
  const message = `simulator: expected a free port on 127.0.0.1, found ${port} refused`;
  return new DaybookError("USAGE", { message, hint: "name another port, or 0 for any", cause });
}

function kindOf(path: string): SimulatedRequest["kind"] {
  if (path.toLowerCase() === ACTIVITY_EVENTS_PATH) return "activity-events";
  return isSignInPath(path) ? "sign-in" : "other";
}

function joinHeaders(headers: IncomingMessage["headers"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function shortHash(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}
