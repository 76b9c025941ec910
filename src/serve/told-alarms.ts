import { dirname } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime } from "../model/utc-day.js";
import type { Alert, ToldAlarm } from "./alert-message.js";
import { alarmKey } from "./due-alerts.js";

const FORMAT = "daybook-alerts/1";
const MAX_BYTES = 4 << 20;

/** Which alarms the receiver has been told of, over restarts: `<stateDir>/alerts.json`. One writer. */
export class ToldAlarms {
  #told: ReadonlyMap<string, ToldAlarm> | undefined;

  constructor(
    private readonly files: Files,
    private readonly path: string,
    private readonly log: Log,
  ) {}

  async read(): Promise<readonly ToldAlarm[]> {
    this.#told ??= await this.#load();
    return [...this.#told.values()];
  }

  /** The receiver has taken the message. Where the disk does not keep it, memory does, and a restart tells it again. */
  async add({ event, told: { tenant, kind, subject, sinceMs, times } }: Alert, nowMs: number): Promise<void> {
    const told = new Map((await this.read()).map((one) => [alarmKey(one.tenant, one), one]));
    const key = alarmKey(tenant, { kind, subject });
    if (event === "over") told.delete(key);
    else told.set(key, { tenant, kind, subject, sinceMs, toldMs: nowMs, times: times + 1 });
    this.#told = told;
    try {
      await this.files.makeFolder(dirname(this.path));
      await replaceFile(this.files, { path: this.path, bytes: bytesOf([...told.values()]) });
    } catch (error) {
      if (!isDaybookError(error)) throw error;
      const { code, message } = error;
      this.log.warn({ path: this.path, code, message }, "told alarms not kept");
    }
  }

  async #load(): Promise<ReadonlyMap<string, ToldAlarm>> {
    try {
      const told = parseTold(await this.files.read(this.path, MAX_BYTES));
      return new Map(told.map((one) => [alarmKey(one.tenant, one), one]));
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND")) return new Map();
      // Told twice is better than not told.
      this.log.warn({ path: this.path }, "told alarms not read");
      return new Map();
    }
  }
}

function bytesOf(told: readonly ToldAlarm[]): Uint8Array {
  const alarms = told.map(({ tenant, kind, subject, sinceMs, toldMs, times }) => ({
    tenant,
    alarm: kind,
    subject,
    since: isoTime(sinceMs),
    told: isoTime(toldMs),
    times,
  }));
  return stableJson({ format: FORMAT, alarms });
}

/** Throws a TypeError, which `#load` takes for an unreadable file, when it is not what `bytesOf` writes. */
function parseTold(bytes: Uint8Array): readonly ToldAlarm[] {
  const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  const { format, alarms } = asRecord(content);
  if (format !== FORMAT || !Array.isArray(alarms)) throw new TypeError("not the told alarms");
  return alarms.map((one: unknown) => {
    const { tenant, alarm, subject, since, told, times } = asRecord(one);
    const [sinceMs, toldMs] = [Date.parse(String(since)), Date.parse(String(told))];
    if (typeof tenant !== "string" || typeof alarm !== "string" || typeof subject !== "string")
      throw new TypeError("not a told alarm");
    if (typeof times !== "number" || Number.isNaN(sinceMs + toldMs)) throw new TypeError("not a told alarm");
    // A kind that this version does not know stands no more, so it is told as over.
    return { tenant, kind: alarm as ToldAlarm["kind"], subject, sinceMs, toldMs, times };
  });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new TypeError("not a map");
}
