import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { globalsLast } from "../../src/cli/global-options.js";
import { hasColour, inFormat } from "../../src/cli/log-settings.js";
import { e2eRig } from "../support/e2e-rig.js";

describe("global options", () => {
  it("stand before the command or after it", async () => {
    const rig = await e2eRig({ horizon: "3d" });

    expect(await rig.run("-c", "daybook.yaml", "--json", "status")).toEqual(
      await rig.run("status", "-c", "daybook.yaml", "--json"),
    );
    expect((await rig.run("--tenant", "nobody", "status")).err).toContain('found "nobody"');
  });

  it("leave other words where they are", () => {
    expect(globalsLast(["--log-level=debug", "show", "--", "-2d"])).toEqual([
      "show",
      "--log-level=debug",
      "--",
      "-2d",
    ]);
    expect(globalsLast(["--version"])).toEqual(["--version"]);
    const within = globalsLast(["config", "-c", "x.yaml", "--json", "check", "--online"]);
    expect(within.join(" ")).toBe("config check --online -c x.yaml --json");
  });
});

describe("the log of a command", () => {
  it("has nothing of a pass that goes well, and all of it with --verbose", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });

    expect((await rig.run("archive")).err).toBe("");
    expect((await rig.run("archive", "--reread", "--verbose")).err).toMatch(/^\S+Z DEBUG|INFO /m);
  });

  it("is JSON or text by option and by variable, and the option wins", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
    const env = { TMPDIR: rig.folder, DAYBOOK_LOG_LEVEL: "info", DAYBOOK_LOG_FORMAT: "json" };

    const { err } = await rig.runWith({ env }, "archive");
    const again = await rig.runWith({ env }, "archive", "--reread", "--log-format", "text");
    const quiet = await rig.runWith({ env }, "archive", "--reread", "--quiet");

    expect(JSON.parse(err.split("\n")[0] ?? "")).toMatchObject({ level: "info" });
    expect(again.err).toMatch(/Z INFO {2}/);
    expect(quiet.err).toBe("");
  });

  it("refuses a level that there is none of", async () => {
    const rig = await e2eRig({ horizon: "3d" });

    expect(await rig.runWith({ env: { DAYBOOK_LOG_LEVEL: "loud" } }, "status")).toMatchObject({
      exit: 64,
      err: expect.stringContaining(
        '$DAYBOOK_LOG_LEVEL: expected one of debug, info, warn, error, found "loud"',
      ),
    });
  });

  it("keeps a field with a space in quotes in a text line", () => {
    const line =
      '{"level":"warn","time":"2026-11-22T12:00:00.000Z","tenant":"contoso","msg":"late","why":"a b"}\n';

    expect(inFormat(line, "text")).toBe('2026-11-22T12:00:00.000Z WARN  late tenant=contoso why="a b"\n');
  });
});

it.each([
  [{}, true],
  [{ NO_COLOR: "1" }, false],
  [{ NO_COLOR: "" }, true],
  [{ TERM: "dumb" }, false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true],
  [{ FORCE_COLOR: "0" }, false],
])("colour at a terminal with %j: %s", (env, isColoured) => {
  expect(hasColour({ isTTY: true }, env)).toBe(isColoured);
});

it("does not redraw on a dumb terminal", async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
  const said: string[] = [];
  const terminal = { isTTY: true, columns: 80, write: (text: string) => void said.push(text) };

  await rig.runWith(
    { env: { TERM: "dumb", TMPDIR: rig.folder }, stderr: terminal, stdout: terminal },
    "archive",
  );
  await rig.runWith({ env: { TERM: "dumb" }, stderr: terminal, stdout: terminal }, "coverage");

  expect(said.join("")).not.toContain("\u001b");
});

describe("the environment", () => {
  it("gives values to the configuration, with a default, and never shows them", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    const path = join(rig.folder, "daybook.yaml");
    const text = readFileSync(path, "utf8");
    const write = (keep: string): void =>
      writeFileSync(path, text.replace("keep: 7y", `keep: "${keep}"`), { mode: 0o600 });

    write("${KEEP:-9y}");
    expect((await rig.run("status")).exit).toBe(0);
    write("${KEEP}");
    expect((await rig.run("status")).err).toMatch(
      /daybook\.yaml:\d+:\d+ retention\.keep: names the variable KEEP, which is not set/,
    );
    const { err } = await rig.runWith({ env: { KEEP: "hunter2" } }, "status");
    expect(err).toMatch(/daybook\.yaml:\d+:\d+ retention\.keep: .*found a variable's value/);
    expect(err).not.toContain("hunter2");
    expect((await rig.runWith({ env: { KEEP: "3y" } }, "status")).exit).toBe(0);
  });

  it("moves the state folder", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });

    await rig.runWith({ env: { DAYBOOK_STATE_DIR: "elsewhere", TMPDIR: rig.folder } }, "archive");

    expect(readFileSync(join(rig.folder, "elsewhere/contoso/archive.json"), "utf8")).toContain("archive");
  });

  it("refuses an address to serve at that is none", async () => {
    const rig = await e2eRig({ horizon: "3d" });

    expect(await rig.runWith({ env: { DAYBOOK_SERVE_LISTEN: "9464" } }, "status")).toMatchObject({
      exit: 78,
      err: expect.stringContaining("$DAYBOOK_SERVE_LISTEN: must be an address and a port"),
    });
  });
});
