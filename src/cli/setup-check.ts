import { runProgram } from "../io/run-program.js";
import type { Ended } from "../io/run-program.js";
import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { checkUnitText } from "./setup-files.js";

const CHECK_UNIT = "/run/systemd/system/daybook-check.service";
const CHECK_OUTPUT = "/run/daybook-check.txt";
/** Sign-in, one request and a probe of each sink, each with its own timeout. */
const CHECK_TIMEOUT_MS = 5 * 60_000;
const MAX_OUTPUT_BYTES = 1 << 20;

/**
 * Runs `config check --online` and `sinks check` as the unit of the daemon would run them: its user, sandbox, credentials and drop-ins. A check
 * from a shell has another view of the disk and passes where the service fails.
 */
export async function checkInUnit(unit: string, configuration: string, files: Files): Promise<Ended> {
  await files.makeFolder("/run/systemd/system", 0o755);
  await files.removeTree(CHECK_UNIT);
  await files.removeTree(CHECK_OUTPUT);
  const text = checkUnitText(unit, { configuration, output: CHECK_OUTPUT });
  await files.writeNew(CHECK_UNIT, new TextEncoder().encode(text), 0o644);
  try {
    await required("systemctl", ["daemon-reload"]);
    const started = await runProgram("systemctl", ["start", "daybook-check.service"], {
      timeoutMs: CHECK_TIMEOUT_MS,
    });
    const status = await runProgram("systemctl", [
      "show",
      "daybook-check.service",
      "-p",
      "ExecMainStatus",
      "--value",
    ]);
    const output = await files.read(CHECK_OUTPUT, MAX_OUTPUT_BYTES).catch(() => new Uint8Array());
    const exit = started.exit === 0 ? 0 : Number(status.output) || started.exit;
    return { exit, output: new TextDecoder().decode(output).trim() || started.output };
  } finally {
    await files.removeTree(CHECK_UNIT);
    await files.removeTree(CHECK_OUTPUT);
    await runProgram("systemctl", ["daemon-reload"]);
  }
}

/** Runs a program that must succeed. Throws SETUP_FAILED with what it printed. */
export async function required(name: string, argv: readonly string[]): Promise<void> {
  const { exit, output } = await runProgram(name, argv);
  if (exit === 0) return;
  throw new DaybookError("SETUP_FAILED", {
    message: `${name} ${argv.join(" ")}: expected exit 0, found ${exit}: ${output}`,
  });
}
