#!/usr/bin/env node
// No static import may come before this check: older versions would fail on one first, with a stack trace.
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(`daybook needs Node.js 24 or newer; this is ${process.version}\n`);
  process.exit(70);
}
const argv = process.argv.slice(2);
const [command = ""] = argv;
const { setFlagsFromString } = await import("node:v8");
// The space for young objects stays at its first megabyte: it would grow to 64 of them in a day's first seconds and stay
// there, while what lives longer than a moment is 20 megabytes, however large the day is.
setFlagsFromString("--semi-space-growth-factor=1");
// Without the compiler in the middle: its code is 4 MB for as long as the process runs, and a day takes no longer to read.
setFlagsFromString("--no-maglev");
const { enableCompileCache } = await import("node:module");
// What comes from the cache is there whole, used or not: 5 MB more for as long as the daemon runs.
if (command !== "run") enableCompileCache();
const { strayText } = await import("./cli/daemon-log.js");
const { giveBackMemory } = await import("./io/give-back-memory.js");
const { runCommandLine } = await import("./cli/run.js");
const { Redactor } = await import("./config/redactor.js");

const stop = new AbortController();
const redactor = new Redactor();
const say = (level: "warn" | "error", phrase: string, message: string): void =>
  void process.stderr.write(
    redactor.redact(strayText(level, phrase, message, { argv, stderr: process.stderr, env: process.env })),
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
// A reader that closes early (`daybook coverage | head`) is no defect.
process.stdout.on("error", () => process.exit(0));

process.exit(await runCommandLine(argv, stop.signal, { redactor, giveBackMemory }));
