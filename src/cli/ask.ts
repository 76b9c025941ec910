import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { DaybookError } from "../model/errors.js";
import type { Ask } from "./setup-answers.js";

/** Asks at the terminal; undefined without a terminal. The answer to a secret question is not shown. */
export function terminalAsk(signal: AbortSignal): Ask | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question, { isSecret }) => {
    process.stderr.write(question);
    // Readline echoes what is typed to its output: for a secret that output goes nowhere.
    const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
    const reader = createInterface({ input: process.stdin, output, terminal: true });
    const closed = new Promise<never>((_resolve, reject) => {
      reader.once("close", () =>
        reject(new DaybookError("INTERRUPTED", { message: "setup: no answer given" })),
      );
    });
    try {
      return await Promise.race([reader.question("", { signal }), closed]);
    } finally {
      closed.catch(() => undefined);
      reader.close();
      if (isSecret) process.stderr.write("\n");
    }
  };
}
