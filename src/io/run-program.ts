import { execFile } from "node:child_process";

/** What a program ended with. */
export interface Ended {
  /** Exit code; 127 when the program could not be started. */
  readonly exit: number;
  /** Standard output and standard error, trimmed. */
  readonly output: string;
}

export interface RunOptions {
  /** Milliseconds; a minute when absent. */
  readonly timeoutMs?: number;
  /** For its standard input, which is empty when absent. */
  readonly input?: Uint8Array;
}

const MAX_OUTPUT_BYTES = 1 << 20;

/** Runs a program without a shell, to its end or for `timeoutMs` milliseconds. Never throws. */
export function runProgram(
  name: string,
  argv: readonly string[],
  { timeoutMs = 60_000, input }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES };
    const child = execFile(name, argv, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) return resolve({ exit: 0, output });
      const isStarted = typeof error.code === "number" || error.signal !== null;
      resolve({ exit: isStarted ? Number(error.code ?? 1) : 127, output: output || error.message });
    });
    // A program that ends before it reads all of its input is judged by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
