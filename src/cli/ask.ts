import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { DaybookError } from "../model/errors.js";
import type { Ask } from "./setup-answers.js";

/**
 * Asks at the terminal; undefined without a terminal. The answer to a secret question is not shown. Lines that were pasted at
 * once answer the next questions.
 */
export function terminalAsk(signal: AbortSignal): Ask | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const ahead: string[] = [];
  return async (question, { isSecret }) => {
    const given = ahead.shift();
    if (given !== undefined) {
      process.stderr.write(`${question}${isSecret ? "" : given}\n`);
      return given;
    }
    // Readline echoes what is typed to its output: for a secret that output goes nowhere.
    const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
    const reader = createInterface({ input: process.stdin, output, terminal: true });
    // Readline clears the line before it writes its prompt, so what has to stay on that line must be the prompt. The question
    // comes after the terminal's own echo is off: a secret that is typed at once must not be seen.
    const prompt = isSecret ? "" : question.slice(question.lastIndexOf("\n") + 1);
    process.stderr.write(question.slice(0, question.length - prompt.length));
    reader.on("line", (line) => ahead.push(line));
    const closed = new Promise<never>((_resolve, reject) => {
      reader.once("close", () =>
        reject(new DaybookError("INTERRUPTED", { message: "setup: no answer given" })),
      );
    });
    try {
      return await Promise.race([reader.question(prompt, { signal }), closed]);
    } finally {
      closed.catch(() => undefined);
      reader.close();
      if (isSecret) process.stderr.write("\n");
    }
  };
}
