import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { COMPLETION_SCRIPTS } from "../../src/cli/completion-scripts.js";
import { shownOptions } from "../../src/cli/global-options.js";
import { temporaryFolder } from "../support/archive-fixture.js";
import { runIn } from "../support/e2e-rig.js";

const CONFIG = `tenants: { contoso: {}, fabrikam: {} }
sinks: { vault: { use: local-files }, lake: {} }
alerts: { ops: {} }
people: { records-manager: {} }
`;

/** What a shell is told for these words, the last one as far as it is typed. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  return offeredWith(CONFIG, ...words);
}

async function offeredWith(config: string, ...words: readonly string[]): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "daybook.yaml"), config);
  const { exit, out, err } = await runIn(folder, {}, ["complete", "--", ...words]);
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
  return out.split("\n").filter(Boolean);
}

describe("the completion of a command line", () => {
  it("offers every command, and those below a group", async () => {
    expect(await offered("")).toEqual(expect.arrayContaining(["archive", "config", "verify", "--version"]));
    expect(await offered("")).not.toContain("complete");
    expect(await offered("config", "")).toEqual(["check", "schema", "init", "--help"]);
    expect(await offered("config", "s")).toEqual(["schema"]);
  });

  it("offers every option of every command", async () => {
    for (const { name, options } of COMMANDS) {
      const long = shownOptions(options).map(({ flags }) => flags.replace(/^-., /, "").replace(/ .*/, ""));
      expect(await offered(...name.split(" "), "--")).toEqual([...long, "--help"]);
    }
  });

  it("offers the choices of an option, after a space and after an equals sign", async () => {
    expect(await offered("verify", "--level", "")).toEqual(["structure", "content", "deep"]);
    expect(await offered("verify", "--level", "de")).toEqual(["deep"]);
    expect(await offered("verify", "--level=de")).toEqual(["deep"]);
  });

  it("offers the names of the configuration", async () => {
    expect(await offered("status", "--tenant", "")).toEqual(["contoso", "fabrikam"]);
    expect(await offered("archive", "-t", "f")).toEqual(["fabrikam"]);
    expect(await offered("verify", "--sink", "v")).toEqual(["vault"]);
    expect(await offered("archive", "--backfill-sink", "")).toEqual(["vault", "lake"]);
    expect(await offered("restore", "--from", "")).toEqual(["vault", "lake"]);
    expect(await offered("alerts", "test", "--to", "")).toEqual(["ops"]);
    expect(await offered("hold", "place", "--as", "")).toEqual(["records-manager"]);
  });

  it("offers reports and days where they are to be typed", async () => {
    expect(await offered("report", "un")).toEqual(["unused", "unusual"]);
    expect(await offered("show", "y")).toEqual(["yesterday"]);
    expect(await offered("report", "--tenant", "contoso", "al")).toEqual(["all"]);
  });

  it("leaves files to the shell", async () => {
    expect(await offered("run", "--config", "")).toEqual([":files"]);
    expect(await offered("config", "init", "")).toEqual([":files"]);
  });

  it.each(["tenants: [", "tenants: {", "- a list", "tenants: text", ""])(
    "offers commands also beside a configuration that is half written: %s",
    async (config) => {
      expect(await offeredWith(config, "status", "--tenant", "")).toEqual([]);
      expect(await offeredWith(config, "config", "s")).toEqual(["schema"]);
    },
  );
});

describe("the script for bash", () => {
  it("asks daybook for the words as they are typed", async () => {
    const folder = await temporaryFolder();
    const script = join(folder, "script");
    writeFileSync(script, COMPLETION_SCRIPTS["bash"] ?? "");
    const daybook = join(folder, "daybook");
    writeFileSync(daybook, '#!/bin/sh\nshift 2\nprintf "<%s>\\n" "$@"\n');
    chmodSync(daybook, 0o755);
    const asked = (...words: readonly string[]): string =>
      execFileSync(
        "bash",
        [
          "--norc",
          "-c",
          '. "$0"; COMP_WORDS=(daybook "$@") COMP_CWORD=$#; _daybook daybook; printf "%s" "${COMPREPLY[@]}"',
          script,
          ...words,
        ],
        { encoding: "utf8", env: { PATH: `${folder}${delimiter}${process.env["PATH"]}` } },
      );

    expect(asked("verify", "--level", "")).toBe("<verify><--level><>");
    expect(asked("verify", "--level", "=", "de")).toBe("<verify><--level><de>");
    expect(asked("verify", "--level", "=")).toBe("<verify><--level><>");
  });
});
