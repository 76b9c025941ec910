import { CommanderError } from "commander";
import { Redactor } from "../config/redactor.js";
import { DaybookError, isDaybookError, messageOf } from "../model/errors.js";
import type { CommandResult, Surroundings, Terminal } from "./command.js";
import { bareLine, errorFields, isLoggedDaemon, logTerminal } from "./daemon-log.js";
import { EXIT, exitOf } from "./exit-codes.js";
import { globalsLast } from "./global-options.js";
import { buildProgram, commandArguments } from "./program.js";

/** Runs one command line to its end and returns the exit code. Never throws. */
export async function runCommandLine(
  words: readonly string[],
  signal: AbortSignal,
  overrides: Partial<Surroundings> = {},
): Promise<number> {
  const argv = globalsLast(words);
  const surroundings = redacting({ ...(await realSurroundings(signal)), ...overrides });
  const isLogged = isLoggedDaemon(argv, surroundings.stderr);
  const isJson = argv.includes("--json") || isLogged;
  try {
    let result: CommandResult | undefined;
    const usage = isLogged ? { ...surroundings.stderr, write: () => undefined } : surroundings.stderr;
    const program = buildProgram(surroundings, usage, (ended) => {
      result = ended;
    });
    await program.parseAsync(commandArguments(program, argv), { from: "user" });
    if (result !== undefined) print(result, isJson, surroundings.stdout);
    return result?.exit ?? EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    // Commander has already printed what is wrong.
    if (error instanceof CommanderError && !isJson) return EXIT.usage;
    const told = asDaybookError(error, signal);
    return isLogged ? logStart(told, surroundings) : report(told, isJson, surroundings);
  }
}

/** Whatever a command prints, errors of libraries and answers of strangers included, holds no secret that was read (fault 47). */
function redacting(surroundings: Surroundings): Surroundings {
  const { redactor, stdout, stderr, env } = surroundings;
  const over = (inner: Terminal): Terminal => ({
    // A dumb terminal can redraw nothing: it gets what a file gets.
    isTTY: inner.isTTY && env["TERM"] !== "dumb",
    columns: inner.columns,
    write: (text) => inner.write(redactor.redact(text)),
  });
  return { ...surroundings, stdout: over(stdout), stderr: over(stderr) };
}

async function realSurroundings(signal: AbortSignal): Promise<Surroundings> {
  const [{ systemClock }, { nodeFiles }, { nodeHttp }] = await Promise.all([
    import("../io/clock.js"),
    import("../io/node-files.js"),
    import("../io/node-http.js"),
  ]);
  return {
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    files: nodeFiles,
    http: nodeHttp,
    signal,
    onHangup: (listener) => {
      process.on("SIGHUP", listener);
      return () => void process.off("SIGHUP", listener);
    },
    redactor: new Redactor(),
    stdout: terminal(process.stdout),
    output: { write: (bytes) => writeWhole(process.stdout, bytes) },
    stderr: terminal(process.stderr),
  };
}

function terminal(stream: NodeJS.WriteStream): Terminal {
  return {
    isTTY: stream.isTTY,
    columns: stream.columns,
    write: (text) => void stream.write(text),
  };
}

function writeWhole(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (cause) => {
      if (cause === undefined || cause === null) resolve();
      else
        reject(
          new DaybookError("INTERRUPTED", {
            message: "the reader of the output has gone away",
            hint: "nothing is wrong with the archive; run it again, into a file where a command has --out",
            cause,
          }),
        );
    });
  });
}

function print(result: CommandResult, isJson: boolean, stdout: Terminal): void {
  const text = isJson && result.json !== undefined ? JSON.stringify(result.json, null, 2) : result.text;
  if (text !== "") stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints what happened, then what to do. Only a defect has a stack trace, and only on request. */
function report(error: DaybookError, isJson: boolean, { stdout, stderr, env }: Surroundings): number {
  if (isJson) {
    const { code, message, hint } = error;
    stdout.write(
      `${JSON.stringify({ format: "daybook.error/1", error: { code, message, hint } }, null, 2)}\n`,
    );
  } else {
    stderr.write(`daybook: ${error.message}\n  hint: ${error.hint} (${error.code})\n`);
  }
  if (env["DAYBOOK_DEBUG"] !== undefined) stderr.write(`${error.stack ?? ""}\n`);
  return exitOf(error.kind);
}

/** Without a terminal, the reason why the daemon did not start is a line of its log. */
function logStart(error: DaybookError, { stderr, env, clock }: Surroundings): number {
  const stack = env["DAYBOOK_DEBUG"] === undefined ? {} : { stack: error.stack };
  const line = bareLine("error", { ...errorFields(error), ...stack }, "daemon not started", clock.now());
  logTerminal(stderr, env, env["DAYBOOK_LOG_FORMAT"] === "text" ? "text" : "json").write(line);
  return exitOf(error.kind);
}

function asDaybookError(error: unknown, signal: AbortSignal): DaybookError {
  if (signal.aborted)
    return new DaybookError("INTERRUPTED", { message: "stopped before the end", cause: error });
  if (isDaybookError(error)) return error;
  if (error instanceof CommanderError) {
    return new DaybookError("USAGE", { message: error.message.replace(/^error: /, "") });
  }
  const message = messageOf(error);
  return new DaybookError("INTERNAL", { message: `unexpected: ${message}`, cause: error });
}
