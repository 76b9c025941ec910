import { DaybookError } from "../model/errors.js";
import type { CommonOptions, Environment, Terminal } from "./command.js";

const LEVELS = ["debug", "info", "warn", "error"] as const;
const FORMATS = ["text", "json"] as const;

export type LogFormat = (typeof FORMATS)[number];

/** What options and environment say of the log; undefined where neither does. */
export interface LogSettings {
  readonly level: (typeof LEVELS)[number] | undefined;
  readonly format: LogFormat | undefined;
}

/** An option wins over the environment. USAGE where a variable has none of its values. */
export function logSettings(options: CommonOptions, env: Environment): LogSettings {
  const level = options.logLevel ?? (options.quiet === true ? "error" : undefined);
  return {
    level: chosen(
      "DAYBOOK_LOG_LEVEL",
      LEVELS,
      level ?? (options.verbose === true ? "debug" : undefined),
      env,
    ),
    format: chosen("DAYBOOK_LOG_FORMAT", FORMATS, options.logFormat, env),
  };
}

function chosen<T extends string>(
  name: string,
  known: readonly T[],
  option: string | undefined,
  env: Environment,
): T | undefined {
  const text = option ?? (env[name] || undefined);
  const found = known.find((one) => one === text);
  if (found !== undefined || text === undefined) return found;
  throw new DaybookError("USAGE", {
    message: `$${name}: expected one of ${known.join(", ")}, found "${text}"`,
  });
}

/** Whether a person watches: at a terminal, unless they asked for quiet or for log lines, which would tear progress apart. */
export function showsProgress(
  { quiet, verbose, logLevel }: CommonOptions,
  { isTTY }: Pick<Terminal, "isTTY">,
): boolean {
  return isTTY && quiet !== true && verbose !== true && logLevel === undefined;
}

/** https://no-color.org, and Node's rule that FORCE_COLOR wins. */
export function hasColour({ isTTY }: Pick<Terminal, "isTTY">, env: Environment): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** A line of the log in the form asked for; `line` is pino's JSON. */
export function inFormat(line: string, format: LogFormat): string {
  if (format === "json") return line;
  const { level, time, msg, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${valueText(value)}`);
  return `${[String(time), String(level).toUpperCase().padEnd(5), String(msg), ...rest].join(" ")}\n`;
}

function valueText(value: unknown): string {
  const isPlain = typeof value === "string" && /^[\w.:/-]+$/.test(value);
  return isPlain ? value : JSON.stringify(value);
}
