import type { DaemonState } from "../daemon/state.js";
import type { Clock } from "../io/clock.js";
import type { Http } from "../io/http.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { HOUR_MS } from "../model/utc-day.js";
import { alertBody, signature } from "./alert-message.js";
import type { Alert } from "./alert-message.js";
import { dueAlerts } from "./due-alerts.js";
import type { ToldAlarms } from "./told-alarms.js";

export interface WebhookParts {
  readonly state: DaemonState;
  readonly told: ToldAlarms;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  /** Read for every message, so that a rotated secret is used at once. */
  readonly secret: () => Promise<string>;
  readonly redact: (text: string) => string;
  readonly version: string;
}

const ANSWER_LIMITS = { timeoutMs: 10_000, maxBytes: 64 << 10 };
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** Nothing may have changed for longer, but the day of an alarm ends. */
const LONGEST_REST_MS = HOUR_MS;

/** Tells one receiver which alarms began, last and are over. It waits for nothing but the receiver, and nothing waits for it. */
export class Webhook {
  #rest: AbortController | undefined;
  #hasChanged = false;

  constructor(
    private readonly url: string,
    private readonly parts: WebhookParts,
  ) {}

  /** Until `stop` aborts. Never throws. */
  async run(stop: AbortSignal): Promise<void> {
    const unsubscribe = this.parts.state.onChange(() => {
      this.#hasChanged = true;
      this.#rest?.abort();
    });
    let failures = 0;
    try {
      while (!stop.aborted) {
        const isAllTold = await this.tellDue(stop);
        failures = isAllTold ? 0 : failures + 1;
        if (isAllTold) await this.#restUntilChange(stop);
        else await this.parts.clock.sleep(pauseMs(failures), stop);
      }
    } catch (err) {
      if (!stop.aborted) this.parts.log.error({ err }, "alerts ended");
    } finally {
      unsubscribe();
    }
  }

  /** Sends each message that is due, once. False when the receiver did not take all of them. */
  async tellDue(stop: AbortSignal): Promise<boolean> {
    const { state, told, clock } = this.parts;
    let isAllTold = true;
    this.#hasChanged = false;
    // One that is refused must not stand before the others.
    for (const alert of dueAlerts(await told.read(), state.snapshot(), clock.now())) {
      if (await this.#send(alert, stop)) await told.add(alert, clock.now());
      else isAllTold = false;
    }
    return isAllTold;
  }

  async #send(alert: Alert, stop: AbortSignal): Promise<boolean> {
    const { http, clock, log, version, redact } = this.parts;
    const { event, told } = alert;
    const fields = { tenant: told.tenant, alarm: told.kind, event };
    const body = redact(alertBody(alert, clock.now(), version));
    try {
      const headers = {
        "content-type": "application/json",
        "user-agent": `daybook/${version}`,
        "daybook-signature": signature(await this.parts.secret(), body, clock.now()),
      };
      const { status } = await http.request(
        { method: "POST", url: this.url, headers, body, ...ANSWER_LIMITS },
        stop,
      );
      if (status >= 200 && status < 300) log.info(fields, "alert sent");
      else log.warn({ ...fields, status }, "alert not taken");
      return status >= 200 && status < 300;
    } catch (error) {
      stop.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      const { code, message } = error;
      log.warn({ ...fields, code, message }, "alert not sent");
      return false;
    }
  }

  async #restUntilChange(stop: AbortSignal): Promise<void> {
    // While the last message was on its way.
    if (this.#hasChanged) return;
    const rest = new AbortController();
    this.#rest = rest;
    try {
      await this.parts.clock.sleep(LONGEST_REST_MS, AbortSignal.any([stop, rest.signal]));
    } catch (error) {
      if (!rest.signal.aborted) throw error;
    } finally {
      this.#rest = undefined;
    }
  }
}

/** 5 s, 10 s, 20 s … up to 15 minutes. */
function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, failures - 1));
}
