import type { Clock } from "../io/clock.js";
import type { Http } from "../io/http.js";
import { bodySha256 } from "../bytes/body-digest.js";
import { nextToken } from "../bytes/continuation.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { PageRecord } from "../model/page-record.js";
import { scanPage } from "../bytes/page-scanner.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import type { RequestBudget } from "../plan/request-budget.js";
import { continuationRequest, firstRequest } from "./activity-request.js";
import type { ActivityRequest } from "./activity-request.js";
import { isTokenRefused, refusalOf } from "./answer-refusal.js";
import type { Endpoints } from "./clouds.js";
import { inspectContinuationUri } from "./continuation-uri.js";
import { outcomeFailure } from "./last-outcome.js";
import type { OutcomeNote } from "./last-outcome.js";
import { pageName, pageRecord } from "./page-facts.js";
import type { Exchange, WantedPage, PageEnd } from "./page-facts.js";
import type { Quarantine } from "./quarantine.js";
import type { ReadingTally } from "./reading-tally.js";
import type { RefusalBackoff } from "./refusal-backoff.js";
import type { RetryPolicy } from "./retry-policy.js";
import type { AccessToken, Tokens } from "./tokens.js";

export interface FetchedPage {
  readonly record: PageRecord;
  readonly body: Uint8Array;
  /** The decoded token of the next page; null at the end of the chain. */
  readonly next: string | null;
}

/** The reading that a page is fetched for. */
export interface ReadingUnderWay {
  readonly tally: ReadingTally;
  /** Called before each request is sent, so that its cost is recorded first. */
  beforeRequest(): Promise<void>;
  readonly signal: AbortSignal;
}

export interface PageLimits {
  /** Of one request, its body included. Pages that take over 100 s happen. */
  readonly timeoutMs: number;
  /** Of a body after decoding. */
  readonly maxBytes: number;
}

export interface PageFetcherParts {
  readonly http: Http;
  readonly tokens: Tokens;
  readonly access: RefusalBackoff;
  /** Who asks whom, as configured: what `access` keeps a refusal by. */
  readonly application: string;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly quarantine: Quarantine;
  readonly answers: OutcomeNote;
  readonly log: Log;
}

/** One page being fetched, over all its attempts. */
interface Fetch {
  readonly wanted: WantedPage;
  readonly request: ActivityRequest;
  readonly reading: ReadingUnderWay;
  sent: number;
  /** The token that the source refused; it is renewed once for each page. */
  rejected?: AccessToken;
}

/** Fetches one page: takes a slot of the budget, sends the request, judges the answer, and retries where that can help. */
export class PageFetcher {
  readonly #parts: PageFetcherParts;
  readonly #endpoints: Endpoints;
  readonly #limits: PageLimits;

  constructor(parts: PageFetcherParts, endpoints: Endpoints, limits: PageLimits) {
    this.#parts = parts;
    this.#endpoints = endpoints;
    this.#limits = limits;
  }

  /** `token-refused`: the source refused its own continuation token (400), so the chain must start again. */
  async fetchPage(wanted: WantedPage, reading: ReadingUnderWay): Promise<FetchedPage | "token-refused"> {
    const fetch: Fetch = { wanted, request: requestFor(this.#endpoints.api, wanted), reading, sent: 0 };
    return this.#parts.retry.run((number) => this.#attempt(fetch, number), reading.signal);
  }

  async #attempt(fetch: Fetch, number: number): Promise<FetchedPage | "token-refused"> {
    const { access, answers, application } = this.#parts;
    // Outside of the try: a refusal that still stands is no new one.
    await access.check(application);
    try {
      const exchange = await this.#sendSignedIn(fetch);
      const isContinuation = fetch.wanted.token !== null;
      if (exchange.answer.status === 400 && isContinuation) return "token-refused";
      await this.#refuse(fetch, exchange);
      await access.succeeded();
      await answers.ok();
      return await this.#page(fetch, exchange);
    } catch (error) {
      if (isDaybookError(error, "ACCESS_DENIED")) await access.failed(error, application);
      if (isDaybookError(error)) this.#logFailure(fetch.wanted, number, error);
      await this.#noteFailure(error);
      throw error;
    }
  }

  /** A sign-in keeps its own outcome. A source that asks to wait is within reach. */
  async #noteFailure(error: unknown): Promise<void> {
    const failure = outcomeFailure(error);
    if (failure === undefined || /^SIGNIN_|^SOURCE_THROTTLED$/.test(failure.code)) return;
    await this.#parts.answers.failed(failure);
  }

  /** Sends the request, once more with a new token when the source refuses the first. */
  async #sendSignedIn(fetch: Fetch): Promise<Exchange> {
    const { tokens } = this.#parts;
    const token = await tokens.token(fetch.reading.signal, fetch.rejected);
    const exchange = await this.#send(fetch, token);
    if (fetch.rejected !== undefined || !isTokenRefused(exchange.answer)) return exchange;
    fetch.rejected = token;
    return this.#send(fetch, await tokens.token(fetch.reading.signal, token));
  }

  async #send(fetch: Fetch, token: AccessToken): Promise<Exchange> {
    const { http, clock, budget } = this.#parts;
    const { request, reading } = fetch;
    await budget.take(reading.signal);
    reading.tally.addRequest(fetch.sent > 0);
    const attempts = ++fetch.sent;
    await reading.beforeRequest();
    const requestedMs = clock.now();
    const headers = {
      accept: "application/json",
      "accept-encoding": "gzip",
      authorization: `Bearer ${token.value}`,
    };
    const sent = { method: "GET", url: request.url, headers, ...this.#limits } as const;
    const answer = await http.request(sent, reading.signal);
    return { request, answer, requestedMs, receivedMs: clock.now(), attempts };
  }

  /** Throws where the answer is no page. */
  async #refuse(fetch: Fetch, exchange: Exchange): Promise<void> {
    const { wanted } = fetch;
    const { answer, receivedMs: nowMs } = exchange;
    const refusal = refusalOf(answer, { subject: pageName(wanted), deadlineMs: wanted.deadlineMs, nowMs });
    if (refusal === undefined) return;
    if (refusal.code === "SOURCE_THROTTLED") await this.#block(refusal, nowMs, fetch);
    if (refusal.code === "SOURCE_PAGE_INVALID") await this.#keep(wanted, answer.body);
    throw refusal;
  }

  async #page(fetch: Fetch, exchange: Exchange): Promise<FetchedPage> {
    const { wanted } = fetch;
    const { body } = exchange.answer;
    const page = await this.#scan(wanted, body);
    const end = this.#end(fetch, page);
    const sha256 = await bodySha256(body);
    return { record: pageRecord(wanted, exchange, { page, sha256, end }), body, next: end.next };
  }

  #end({ wanted, request, reading }: Fetch, page: ScannedPage): PageEnd {
    const expected = { day: wanted.day, path: request.path, endpoints: this.#endpoints };
    const uri = inspectContinuationUri(page.continuationUri, expected);
    reading.tally.addNotices(uri.notices);
    const next = nextToken(page);
    if (next === undefined) throw tokenMissing(wanted);
    return { next, uriHost: uri.host };
  }

  /** The allowance is the tenant's: no window sends a request before it is renewed. */
  async #block(refusal: DaybookError, nowMs: number, { wanted, reading }: Fetch): Promise<void> {
    const waitMs = typeof refusal.retry === "object" ? refusal.retry.after : 0;
    const untilMs = nowMs + waitMs;
    this.#parts.log.warn({ day: wanted.day, window: wanted.window.label, waitMs }, "source asked to wait");
    reading.tally.addThrottling(nowMs, untilMs);
    await this.#parts.budget.blockUntil(untilMs, reading.signal);
  }

  async #scan(wanted: WantedPage, body: Uint8Array): Promise<ScannedPage> {
    try {
      return await scanPage(body);
    } catch (error) {
      if (!isDaybookError(error, "SOURCE_PAGE_INVALID")) throw error;
      await this.#keep(wanted, body);
      throw new DaybookError(error.code, { message: `${pageName(wanted)}: ${error.message}`, cause: error });
    }
  }

  async #keep({ day, window }: WantedPage, body: Uint8Array): Promise<void> {
    if (body.length > 0) await this.#parts.quarantine.keep(day, window.label, body);
  }

  #logFailure({ day, window, number: page }: WantedPage, attempt: number, error: DaybookError): void {
    const fields = { day, window: window.label, page, attempt, code: error.code };
    this.#parts.log.debug(fields, "attempt failed");
  }
}

function requestFor(base: string, wanted: WantedPage): ActivityRequest {
  return wanted.token === null ? firstRequest(base, wanted.window) : continuationRequest(base, wanted.token);
}

function tokenMissing(wanted: WantedPage): DaybookError {
  return new DaybookError("SOURCE_CHAIN_BROKEN", {
    message: `${pageName(wanted)}: found a continuationUri without a token, expected a token or the end of the chain`,
  });
}
