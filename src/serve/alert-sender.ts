import type { DaemonState } from "../daemon/state.js";
import type { Clock } from "../io/clock.js";
import type { Http } from "../io/http.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { HOUR_MS } from "../model/utc-day.js";
import type { AlertForm } from "./alert-form.js";
import { alertMessage } from "./alert-message.js";
import type { Alert } from "./alert-message.js";
import { dueAlerts } from "./due-alerts.js";
import type { AlarmState } from "./alarm-state.js";

export interface AlertSenderParts {
  readonly state: DaemonState;
  readonly notified: AlarmState;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  readonly redact: (text: string) => string;
  readonly version: string;
}

const ANSWER_LIMITS = { timeoutMs: 10_000, maxBytes: 64 << 10 };
const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 15 * 60_000;

/** A reminder may fall due although nothing has changed. */
const MAX_REST_MS = HOUR_MS;

/** Notifies one receiver of alarms that begin, last and end. Nothing else waits for it. */
export class AlertSender {
  #rest: AbortController | undefined;
  #hasChanged = false;

  constructor(
    private readonly form: AlertForm,
    private readonly parts: AlertSenderParts,
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
        const isAllSent = await this.sendDue(stop);
        failures = isAllSent ? 0 : failures + 1;
        if (isAllSent) await this.#restUntilChange(stop);
        else await this.parts.clock.sleep(pauseMs(failures), stop);
      }
    } catch (err) {
      if (!stop.aborted) this.parts.log.error({ err }, "alerts failed");
    } finally {
      unsubscribe();
    }
  }

  /** Tries each due message once. False when the receiver did not accept all of them. */
  async sendDue(stop: AbortSignal): Promise<boolean> {
    const { state, notified, clock } = this.parts;
    let isAllSent = true;
    this.#hasChanged = false;
    // A rejected message must not hold back the others.
    for (const alert of dueAlerts(await notified.read(), state.snapshot(), clock.now())) {
      if (await this.#send(alert, stop)) await notified.add(alert, clock.now());
      else isAllSent = false;
    }
    return isAllSent;
  }

  async #send(alert: Alert, stop: AbortSignal): Promise<boolean> {
    const { http, clock, log, version, redact } = this.parts;
    const { event, notified } = alert;
    const fields = { tenant: notified.tenant, alarm: notified.kind, event };
    const body = redact(JSON.stringify(this.form.body(alertMessage(alert, clock.now(), version))));
    try {
      const headers = {
        "content-type": "application/json",
        "user-agent": `daybook/${version}`,
        ...(await this.form.headers?.(body, clock.now())),
      };
      const { status } = await http.request(
        { method: "POST", url: await this.form.url(), headers, body, ...ANSWER_LIMITS },
        stop,
      );
      if (status >= 200 && status < 300) log.info(fields, "alert sent");
      else log.warn({ ...fields, status }, "alert rejected");
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
    // The state changed while the last message was being sent.
    if (this.#hasChanged) return;
    const rest = new AbortController();
    this.#rest = rest;
    try {
      await this.parts.clock.sleep(MAX_REST_MS, AbortSignal.any([stop, rest.signal]));
    } catch (error) {
      if (!rest.signal.aborted) throw error;
    } finally {
      this.#rest = undefined;
    }
  }
}

/** 5 s, 10 s, 20 s … up to 15 minutes. */
function pauseMs(failures: number): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, failures - 1));
}
