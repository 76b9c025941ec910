import { ConfigInvalid, problemLine } from "../config/problem.js";
import { systemClock } from "../io/clock.js";
import type { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { Environment, Terminal } from "./command.js";
import { inFormat } from "./log-settings.js";
import type { LogFormat } from "./log-settings.js";

/** Priorities as in syslog; systemd takes the prefix off a line and keeps it (sd-daemon(3)), so `journalctl -p warning` works. */
const PRIORITIES: readonly (readonly [string, string])[] = [
  ['{"level":"debug"', "<7>"],
  ['{"level":"warn"', "<4>"],
  ['{"level":"error"', "<3>"],
];

/** Whether this is the daemon without a person at its terminal: then whatever it writes is one JSON object a line. */
export function isLoggedDaemon(argv: readonly string[], { isTTY }: Pick<Terminal, "isTTY">): boolean {
  return argv[0] === "run" && !isTTY;
}

/** Where the daemon's log lines go: also to a person's terminal, where other commands show progress instead. */
export function logTerminal(stderr: Terminal, env: Environment, format: LogFormat): Terminal {
  return {
    isTTY: false,
    columns: stderr.columns,
    write: (line) => stderr.write(priority(line, env) + inFormat(line, format)),
  };
}

/** A line as the daemon's log has it, for what is to be said before there is a log, or outside of it. */
export function bareLine(level: "warn" | "error", fields: object, phrase: string, nowMs: number): string {
  return `${JSON.stringify({ level, time: isoTime(nowMs), ...fields, msg: phrase })}\n`;
}

/** What is said outside of any command: in words for a person, as a line of its log for the daemon. */
export function strayText(
  level: "warn" | "error",
  phrase: string,
  message: string,
  { argv, stderr, env }: StrayPlace,
): string {
  if (!isLoggedDaemon(argv, stderr)) return `daybook: ${phrase}: ${message}\n`;
  const line = bareLine(level, { message }, phrase, systemClock.now());
  return priority(line, env) + line;
}

interface StrayPlace {
  readonly argv: readonly string[];
  readonly stderr: Pick<Terminal, "isTTY">;
  readonly env: Environment;
}

/** An error as fields of a log line; each problem of a configuration by itself. */
export function errorFields(error: DaybookError): object {
  const { code, message, hint } = error;
  const [first = ""] = message.split("\n");
  if (!(error instanceof ConfigInvalid)) return { code, message, hint };
  return { code, message: first, problems: error.problems.map(problemLine), hint };
}

function priority(line: string, env: Environment): string {
  if (env["JOURNAL_STREAM"] === undefined) return "";
  return PRIORITIES.find(([start]) => line.startsWith(start))?.[1] ?? "<6>";
}
