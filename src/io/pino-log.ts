import { pino } from "pino";
import type { Log } from "../model/log.js";
import { isoTime } from "../model/utc-day.js";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Names of fields whose value is never written, whoever logs them. */
const SECRET_FIELDS = ["token", "secret", "password", "passphrase", "privateKey", "authorization", "value"];

export interface LogOptions {
  readonly level: LogLevel;
  /** Removes every known secret value from a finished line, also where no field name marks it as one. */
  readonly redact: (line: string) => string;
  /** Milliseconds since the epoch, for the `time` of each line. */
  readonly now: () => number;
  readonly write: (line: string) => void;
}

/** A logger that writes one JSON object a line, time in RFC 3339 UTC, secrets taken out by name and by value. */
export function createPinoLog({ level, redact, now, write }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${isoTime(now())}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
      hooks: { streamWrite: redact },
    },
    { write },
  );
}
