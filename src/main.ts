#!/usr/bin/env node
// No static import may come before this check: older versions would fail on one first, with a stack trace.
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(`daybook needs Node.js 24 or newer; this is ${process.version}\n`);
  process.exit(70);
}
const { setFlagsFromString } = await import("node:v8");
// The space for young objects stays at its first megabyte: it would grow to 64 of them in a day's first seconds and stay
// there, while what lives longer than a moment is 20 megabytes, however large the day is.
setFlagsFromString("--semi-space-growth-factor=1");
const { enableCompileCache } = await import("node:module");
enableCompileCache();
const { runCommandLine } = await import("./cli/run.js");
const { Redactor } = await import("./config/redactor.js");

const stop = new AbortController();
const redactor = new Redactor();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort(name));
// A defect must never leave the process running in an unknown state: the supervisor starts it anew.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`daybook: defect: ${redactor.redact(text)}\n`);
    process.exit(70);
  });
}
// A reader that closes early (`daybook coverage | head`) is no defect.
process.stdout.on("error", () => process.exit(0));

process.exit(await runCommandLine(process.argv.slice(2), stop.signal, { redactor }));
