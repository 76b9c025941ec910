import { createHmac, timingSafeEqual } from "node:crypto";
import { HOUR_MS } from "../../src/model/utc-day.js";
import { jsonAnswer } from "./answers.js";
import type { Answer } from "./faults.js";
import type { Scenario } from "./scenario.js";

/** Issues bearer tokens and knows its own again, without keeping them: they outlive a restart of the simulator. */
export class BearerTokens {
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  issue(nowMs: number): string {
    const expires = Math.floor(nowMs / 1_000) + this.#scenario.tokenLifetimeSeconds;
    const claims = {
      aud: "https://analysis.windows.net/powerbi/api",
      appid: this.#scenario.clientId,
      tid: this.#scenario.tenantId,
      exp: expires,
    };
    const signed = `${base64url({ typ: "JWT", alg: "HS256" })}.${base64url(claims)}`;
    return `${signed}.${this.#sign(signed)}`;
  }

  /** Undefined lets the caller in; else the answer that turns it away. */
  refuse(authorization: string | undefined, nowMs: number): Answer | undefined {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return notAuthorized();
    if (token !== this.#scenario.bearerToken) {
      const expires = this.#expiryOf(token);
      if (expires === undefined) return notAuthorized();
      if (nowMs / 1_000 >= expires) return tokenExpired();
    }
    if (this.#scenario.access === "not-authorized") return notAuthorized();
    return this.#scenario.access === "not-accessible" ? notAccessible() : undefined;
  }

  /** In seconds since 1970; undefined for a token that was never issued here. */
  #expiryOf(token: string): number | undefined {
    const [header, claims, signature] = token.split(".");
    if (header === undefined || claims === undefined || signature === undefined) return undefined;
    const expected = Buffer.from(this.#sign(`${header}.${claims}`));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return (JSON.parse(Buffer.from(claims, "base64url").toString()) as { readonly exp: number }).exp;
  }

  #sign(text: string): string {
    const { seed, tenantId, clientSecret } = this.#scenario;
    return createHmac("sha256", `${seed} ${tenantId} ${clientSecret}`).update(text).digest("base64url");
  }
}

/** The allowance of requests in any 60 minutes, and the spells in which there is none. */
export class Throttle {
  readonly #scenario: Scenario;
  readonly #timesMs: number[] = [];
  #asked = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Counts a request; undefined admits it, else the 429 that refuses it. A refused request uses up nothing. */
  refuse(nowMs: number): Answer | undefined {
    this.#asked += 1;
    const spell = this.#scenario.throttleSpells.find(
      ({ fromRequest, requests }) => this.#asked >= fromRequest && this.#asked < fromRequest + requests,
    );
    if (spell !== undefined) return throttled(spell.retryAfterSeconds);
    while ((this.#timesMs[0] ?? Infinity) <= nowMs - HOUR_MS) this.#timesMs.shift();
    const oldestMs = this.#timesMs[this.#timesMs.length - this.#scenario.requestsPerHour];
    if (oldestMs !== undefined) return throttled(Math.ceil((oldestMs + HOUR_MS - nowMs) / 1_000));
    this.#timesMs.push(nowMs);
    return undefined;
  }
}

function notAuthorized(): Answer {
  const code = "PowerBINotAuthorizedException";
  const details = { code, parameters: {}, details: [], exceptionCulprit: 1 };
  return jsonAnswer(401, { error: { code, "pbi.error": details } });
}

/** An expired token is a 403 at this service, not a 401. */
function tokenExpired(): Answer {
  const message = "Access token has expired, resubmit with a new access token";
  return jsonAnswer(403, { error: { code: "TokenExpired", message } });
}

function notAccessible(): Answer {
  return jsonAnswer(403, { Message: "API is not accessible for application" });
}

/** No `error` around it, unlike the other refusals. */
function throttled(seconds: number): Answer {
  const message = `You have exceeded the amount of requests allowed in the current time frame and further requests will fail. Retry in ${seconds} seconds.`;
  return jsonAnswer(429, { message }, { "retry-after": String(seconds) });
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
