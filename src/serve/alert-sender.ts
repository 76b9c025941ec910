import type { DaemonState } from "../daemon/state.js";
import type { Clock } from "../io/clock.js";
import type { Http } from "../io/http.js";
import { sendMail } from "../io/send-mail.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { plainWords } from "../model/plain-words.js";
import { HOUR_MS } from "../model/utc-day.js";
import { alertMail } from "./alert-form.js";
import type { AlertForm, PostForm } from "./alert-form.js";
import { alertMessage } from "./alert-message.js";
import type { Alert, AlertMessage } from "./alert-message.js";
import { dueAlerts } from "./due-alerts.js";
import type { AlarmState } from "./alarm-state.js";

/** What one message needs on its way. */
export interface PostParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
  readonly version: string;
}

export interface AlertSenderParts extends PostParts {
  readonly state: DaemonState;
  readonly notified: AlarmState;
  readonly log: Log;
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
    const { clock, log, version } = this.parts;
    const { event, notified } = alert;
    const fields = { tenant: notified.tenant, alarm: notified.kind, event };
    try {
      const message = alertMessage(alert, clock.now(), version);
      const refused = await sendAlert(this.form, message, this.parts, stop);
      // Repeating it would send it again to those who have it.
      if (refused.length > 0) log.warn({ ...fields, refused }, "alert refused for some addresses");
      log.info(fields, "alert sent");
      return true;
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

/**
 * Sends one message once. Returns the addresses that a mail relay refused while it took others. ALERT_REFUSED when the receiver
 * accepts nothing; the errors of the network.
 */
export async function sendAlert(
  form: AlertForm,
  message: AlertMessage,
  parts: PostParts,
  stop: AbortSignal,
): Promise<readonly string[]> {
  if ("relay" in form) {
    const relay = await form.relay();
    const mail = alertMail(form, message);
    const { redact } = parts;
    return sendMail(relay, { ...mail, subject: redact(mail.subject), text: redact(mail.text) }, stop);
  }
  await postAlert(form, message, parts, stop);
  return [];
}

/** Reads the secrets of a form as for this message, and sends nothing. */
export async function readSecretsOf(form: AlertForm, message: AlertMessage, nowMs: number): Promise<void> {
  if ("relay" in form) return void (await form.relay());
  await form.url();
  await form.headers?.(message, "", nowMs);
}

async function postAlert(
  form: PostForm,
  message: AlertMessage,
  { http, clock, redact, version }: PostParts,
  stop: AbortSignal,
): Promise<void> {
  // Secrets are read first: the redactor must know them before it sees the body.
  const url = await form.url();
  const body = redact(JSON.stringify(form.body(message)));
  const headers = {
    "content-type": "application/json",
    "user-agent": `daybook/${version}`,
    ...(await form.headers?.(message, body, clock.now())),
  };
  const { status, body: answer } = await http.request(
    { method: "POST", url, headers, body, ...ANSWER_LIMITS },
    stop,
  );
  if (status >= 200 && status < 300) return;
  const words = plainWords(new TextDecoder().decode(answer.subarray(0, 200)));
  throw new DaybookError("ALERT_REFUSED", {
    message: `the receiver answered ${status}${words === "" ? "" : `: ${words}`}`,
  });
}
