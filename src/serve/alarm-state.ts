import { dirname } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime } from "../model/utc-day.js";
import type { Alert, NotifiedAlarm } from "./alert-message.js";
import { alarmKey } from "./due-alerts.js";

const FORMAT = "daybook-alerts/1";
const MAX_BYTES = 4 << 20;

/** Which alarms the receiver was notified of, kept over restarts in `<stateDir>/alerts.json`. One writer. */
export class AlarmState {
  #notified: ReadonlyMap<string, NotifiedAlarm> | undefined;

  constructor(
    private readonly files: Files,
    private readonly path: string,
    private readonly log: Log,
  ) {}

  async read(): Promise<readonly NotifiedAlarm[]> {
    this.#notified ??= await this.#load();
    return [...this.#notified.values()];
  }

  /** Records an accepted message. When the disk fails, memory keeps it and a restart sends the message again. */
  async add(
    { event, notified: { tenant, kind, subject, sinceMs, times } }: Alert,
    nowMs: number,
  ): Promise<void> {
    const notified = new Map((await this.read()).map((one) => [alarmKey(one.tenant, one), one]));
    const key = alarmKey(tenant, { kind, subject });
    if (event === "over") notified.delete(key);
    else notified.set(key, { tenant, kind, subject, sinceMs, notifiedMs: nowMs, times: times + 1 });
    this.#notified = notified;
    try {
      await this.files.makeFolder(dirname(this.path));
      await replaceFile(this.files, { path: this.path, bytes: bytesOf([...notified.values()]) });
    } catch (error) {
      if (!isDaybookError(error)) throw error;
      const { code, message } = error;
      this.log.warn({ path: this.path, code, message }, "alarm state not saved");
    }
  }

  async #load(): Promise<ReadonlyMap<string, NotifiedAlarm>> {
    try {
      const notified = parseAlarms(await this.files.read(this.path, MAX_BYTES));
      return new Map(notified.map((one) => [alarmKey(one.tenant, one), one]));
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND")) return new Map();
      // A repeated message is better than a missing one.
      this.log.warn({ path: this.path }, "alarm state not read");
      return new Map();
    }
  }
}

function bytesOf(notified: readonly NotifiedAlarm[]): Uint8Array {
  const alarms = notified.map(({ tenant, kind, subject, sinceMs, notifiedMs, times }) => ({
    tenant,
    alarm: kind,
    subject,
    since: isoTime(sinceMs),
    notified: isoTime(notifiedMs),
    times,
  }));
  return stableJson({ format: FORMAT, alarms });
}

/** Throws a TypeError, which `#load` takes for an unreadable file, when it is not what `bytesOf` writes. */
function parseAlarms(bytes: Uint8Array): readonly NotifiedAlarm[] {
  const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  const { format, alarms } = asRecord(content);
  if (format !== FORMAT || !Array.isArray(alarms)) throw new TypeError("not an alarm state");
  return alarms.map((one: unknown) => {
    const { tenant, alarm, subject, since, notified, times } = asRecord(one);
    const [sinceMs, notifiedMs] = [Date.parse(String(since)), Date.parse(String(notified))];
    if (typeof tenant !== "string" || typeof alarm !== "string" || typeof subject !== "string")
      throw new TypeError("not an alarm");
    if (typeof times !== "number" || Number.isNaN(sinceMs + notifiedMs)) throw new TypeError("not an alarm");
    // An alarm of a kind that this version does not know no longer stands, so its end is sent.
    return { tenant, kind: alarm as NotifiedAlarm["kind"], subject, sinceMs, notifiedMs, times };
  });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new TypeError("not a map");
}
