import { describe, expect, it } from "vitest";
import type { Terminal } from "../../src/cli/command.js";
import { strayText } from "../../src/cli/daemon-log.js";
import { e2eRig } from "../support/e2e-rig.js";

/** What `daybook run` writes to such a standard error when the configuration breaks two rules. */
async function startedWrong(
  isTTY: boolean,
  env: Readonly<Record<string, string>> = {},
  ...more: string[]
): Promise<{ readonly exit: number; readonly text: string; readonly out: string }> {
  const rig = await e2eRig({ horizon: "400d", more: "sreve: {}\n" });
  let text = "";
  const stderr: Terminal = { isTTY, columns: 80, write: (piece) => void (text += piece) };
  const { exit, out } = await rig.runWith({ stderr, env }, "run", ...more);
  return { exit, text, out };
}

describe("a daemon that cannot start", () => {
  it("says so in words at a terminal", async () => {
    const { exit, text } = await startedWrong(true);

    expect(exit).toBe(78);
    expect(text).toMatch(
      /^daybook: \S+daybook.yaml: 2 problems\n\S+ collect.horizon: .*\n\S+ sreve: .*\n {2}hint: /,
    );
  });

  it.each([
    ["everywhere else", {}, ""],
    ["in the journal, with its priority", { JOURNAL_STREAM: "8:1" }, "<3>"],
  ])("says so as one line of its log %s", async (_where, env, prefix) => {
    const { exit, text, out } = await startedWrong(false, env);

    expect(exit).toBe(78);
    expect(text.startsWith(`${prefix}{"level":"error","time":"`)).toBe(true);
    expect(text.trimEnd()).not.toContain("\n");
    expect(out).toBe("");
    expect(JSON.parse(text.slice(prefix.length))).toMatchObject({
      code: "CONFIG_INVALID",
      problems: [expect.stringContaining("collect.horizon"), expect.stringContaining("sreve")],
      hint: expect.stringContaining("correct the lines") as string,
      msg: "daemon not started",
    });
  });

  it("says a wrong command line so as well", async () => {
    const { exit, text } = await startedWrong(false, {}, "--bogus");

    expect(exit).toBe(64);
    expect(JSON.parse(text)).toMatchObject({ code: "USAGE", message: "unknown option '--bogus'" });
  });
});

describe("what is said outside of any command", () => {
  it("is a line of the log for the daemon, and words for everybody else", () => {
    const place = { stderr: { isTTY: false }, env: { JOURNAL_STREAM: "8:1" } };

    const logged = strayText("warn", "warning", "two\nlines", { ...place, argv: ["run"] });
    const told = strayText("warn", "warning", "deprecated", { ...place, argv: ["status"] });

    expect(JSON.parse(logged.slice(3))).toMatchObject({ level: "warn", message: "two\nlines" });
    expect(logged).toMatch(/^<4>[^\n]*\n$/);
    expect(told).toBe("daybook: warning: deprecated\n");
  });
});
