#!/usr/bin/env node
// No static import may come before this check: older versions would fail on one first, with a stack trace.
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(`daybook needs Node.js 24 or newer; this is ${process.version}\n`);
  process.exit(70);
}
const argv = process.argv.slice(2);
const { enableCompileCache } = await import("node:module");
// What comes from the cache is there whole, used or not: 5 MB more for as long as the daemon runs.
if (!argv.includes("run")) enableCompileCache();
const { strayText } = await import("./cli/daemon-log.js");
const { giveBackMemory } = await import("./io/give-back-memory.js");
const { globalsLast } = await import("./cli/global-options.js");
const { runCommandLine } = await import("./cli/run.js");
const { Redactor } = await import("./config/redactor.js");

const stop = new AbortController();
const redactor = new Redactor();
const say = (level: "warn" | "error", phrase: string, message: string): void =>
  void process.stderr.write(
    redactor.redact(
      strayText(level, phrase, message, {
        argv: globalsLast(argv),
        stderr: process.stderr,
        env: process.env,
      }),
    ),
  );
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort(name));
// A defect must never leave the process running in an unknown state: the supervisor starts it anew.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    say("error", "defect", error instanceof Error ? error.message : String(error));
    process.exit(70);
  });
}
// Node's own listener writes several lines, which no reader of the daemon's log could parse.
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => say("warn", "warning", `${name}: ${message}`));
// A reader that goes away (`daybook coverage | head`, `daybook archive 2>&1 | true`) costs the output and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const exitCode = await runCommandLine(argv, stop.signal, { redactor, giveBackMemory });
// A pipe takes 64 KiB at a time: what it has not taken yet would be lost with the process.
await Promise.all([drained(process.stdout), drained(process.stderr)]);
process.exit(exitCode);

/** Resolves when everything written so far has left the process, or cannot any more. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable) stream.write("", () => resolve());
    else resolve();
  });
}
