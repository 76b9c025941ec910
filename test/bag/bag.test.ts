import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  BAG_FILTER,
  BAG_RANGE,
  bagCodes,
  bagged,
  textLines,
  threeDays as newArchive,
} from "../support/bag-rig.js";
import { preparedRig } from "../support/e2e-rig.js";
import { bagProblems } from "../support/bag-reader.js";
import { succeed } from "../support/retention-rig.js";

const threeDays = preparedRig(newArchive);

describe("export --bag", () => {
  it("is a valid bag by RFC 8493 and by sha256sum, whole by verify, and an act of the ledger", async () => {
    const rig = await threeDays();
    const bag = await bagged(rig, "--matter", "case 7", "--to-party", "<Smith> & Co");

    expect(bagProblems(bag)).toEqual([]);
    for (const manifest of ["manifest-sha256.txt", "tagmanifest-sha256.txt"]) {
      const { status, stdout } = spawnSync("sha256sum", ["--strict", "-c", manifest], {
        cwd: bag,
        encoding: "utf8",
      });
      expect({ manifest, status }).toEqual({ manifest, status: 0 });
      expect(stdout).not.toMatch(/FAILED/);
    }
    const { exit, value } = await rig.json("verify", "--path", bag, "--level", "deep");
    expect({ exit, value }).toMatchObject({
      exit: 0,
      value: { archives: [{ whole: true, not_in_bag: ["2026-11-18"], findings: [] }] },
    });
    // The archive part alone is checked as well, and every byte of it is the archive's own.
    expect(await bagCodes(rig, join(bag, "data/archive"), "deep")).toEqual([]);
    const part = join(bag, "data/archive");
    const copied = readdirSync(part, { recursive: true, encoding: "utf8" }).filter(
      (name) => statSync(join(part, name)).isFile() && !["bag.json", "head"].includes(name),
    );
    expect(copied.length).toBeGreaterThan(60);
    for (const name of copied)
      expect(readFileSync(join(part, name)).equals(readFileSync(join(rig.vault, name)))).toBe(true);
    expect(existsSync(join(bag, "data/selected"))).toBe(false);

    const info = readFileSync(join(bag, "bag-info.txt"), "utf8");
    expect(info).toContain("External-Identifier: E0001\n");
    const page = readFileSync(join(bag, "data/transmittal.html"), "utf8");
    expect(page).toContain("&lt;Smith&gt; &amp; Co");
    expect(page).not.toMatch(/<script|https?:/);
    await succeed(rig, "archive");
    const ledger = join(rig.state, "ledger/000");
    const acts = readdirSync(ledger).map((name) => readFileSync(join(ledger, name), "utf8"));
    const sha256 = spawnSync("sha256sum", ["manifest-sha256.txt"], {
      cwd: bag,
      encoding: "utf8",
    }).stdout.slice(0, 64);
    expect(acts.find((text) => text.includes("export-produced"))).toContain(sha256);
    expect((await rig.run("verify")).exit).toBe(0);
  }, 60_000);

  it("has what the filters select beside the whole days, each line with the page that it is from", async () => {
    const rig = await threeDays();
    const bag = await bagged(rig, ...BAG_FILTER);

    const lines = textLines(join(bag, "data/selected/events.ndjson"));
    const direct = await rig.run("export", ...BAG_RANGE, ...BAG_FILTER, "--no-act");
    expect(lines).toEqual(direct.out.trimEnd().split("\n"));
    expect(textLines(join(bag, "data/selected/events.csv"))).toHaveLength(lines.length + 1);
    const [head, ...rows] = textLines(join(bag, "data/selected/index.csv"));
    expect(head).toBe('"line","day","revision","page","Id"');
    expect(rows).toHaveLength(lines.length);
    for (const [index, row] of rows.entries()) {
      const [line, day = "", revision, page = "", id] = row.slice(1, -1).split('","');
      expect({ line, revision }).toEqual({ line: String(index + 1), revision: "1" });
      expect(id).toBe((JSON.parse(lines[index] ?? "") as { Id: string }).Id);
      const path = join(bag, "data/archive/days", day.replaceAll("-", "/"), "r0001", page);
      const body = spawnSync("zstd", ["-dcq", path], { encoding: "utf8" }).stdout;
      expect(body).toContain(lines[index] ?? "no line");
    }
    expect(await bagCodes(rig, bag)).toEqual([]);
  }, 60_000);

  it("is made the same of a sink and of a folder, and of a bag", async () => {
    const rig = await threeDays();
    const own = await bagged(rig, ...BAG_FILTER);
    const from = (...more: readonly string[]) =>
      succeed(rig, "export", ...BAG_RANGE, ...BAG_FILTER, "--no-act", ...more);

    await from("--sink", "vault", "--bag", "of-sink");
    await from("--path", rig.vault, "--bag", "of-folder");
    await from("--path", own, "--bag", "of-bag");

    for (const name of ["of-sink", "of-folder", "of-bag"]) {
      const bag = join(rig.folder, name);
      expect(bagProblems(bag)).toEqual([]);
      expect(await bagCodes(rig, bag)).toEqual([]);
      for (const file of ["selected/events.ndjson", "archive/bag.json"])
        expect(readFileSync(join(bag, "data", file), "utf8")).toBe(
          readFileSync(join(own, "data", file), "utf8"),
        );
    }
  }, 60_000);

  it("is read by export, query and audit as an archive, and refuses a day that it does not have", async () => {
    const rig = await threeDays();
    const bag = await bagged(rig);
    const own = await rig.run("export", ...BAG_RANGE, "--no-act");

    expect(await rig.run("export", ...BAG_RANGE, "--path", bag)).toMatchObject({ exit: 0, out: own.out });
    const sql = "SELECT count(*) AS n FROM events";
    const counted = await rig.run("query", sql, "--path", bag, "--format", "csv");
    expect(counted).toMatchObject({ exit: 0 });
    expect(counted.out).toContain(String(own.out.trimEnd().split("\n").length));
    const report = await rig.run("audit", "--path", bag, "--format", "json");
    expect(JSON.parse(report.out)).toMatchObject({
      asked: { from: "2026-11-19", to: "2026-11-20" },
      verdict: { word: "consistent" },
    });
    for (const argv of [["export"], ["query", sql], ["audit"], ["verify"]]) {
      const beyond = await rig.run(...argv, "--from", "2026-11-18", "--to", "2026-11-20", "--path", bag);
      expect(beyond).toMatchObject({ exit: 64 });
      expect(beyond.err).toContain("the bag has 2026-11-19 to 2026-11-20");
    }
  }, 60_000);

  it("has of a destroyed day the tombstone", async () => {
    const rig = await threeDays();
    rig.clock.advance(8 * 365 * 86_400_000);
    await succeed(rig, "dispose", "plan");
    await succeed(rig, "dispose", "approve", "P0001");
    await succeed(rig, "dispose", "run", "P0001");

    const bag = await bagged(rig);

    expect(existsSync(join(bag, "data/archive/days/2026/11/19/r0001/tombstone.json"))).toBe(true);
    expect(await bagCodes(rig, bag, "deep")).toEqual(["ACT_UNSIGNED"]);
    expect(readFileSync(join(bag, "data/transmittal.json"), "utf8")).toContain("destroyed under plan P0001");
  }, 60_000);
});
