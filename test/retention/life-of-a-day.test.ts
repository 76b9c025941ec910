import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { parquetRows } from "../support/parquet-rows.js";
import { ANA, BEN, retentionRig, succeed } from "../support/retention-rig.js";

/** The Id of an event that is archived. */
function idOfAnEvent({ vault }: E2eRig, day: string): string {
  const path = join(vault, "days", day, "r0001", "events.ndjson.zst");
  return /"Id":"([^"]+)"/.exec(zstdDecompressSync(readFileSync(path)).toString())?.[1] ?? "";
}

/** Further copies of the tenant: a second archive, and two lakes. */
const COPIES = `  cold: { use: local-files, path: "@/cold" }
  lake: { use: parquet, to: { use: local-files, path: "@/lake" } }
  table: { use: parquet, table: delta, to: { use: local-files, path: "@/table" } }
`;

/** The files below the folder that have the text, as they are, decompressed, or in a row of a table. */
async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const content = path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes;
    const rows = path.endsWith(".parquet") ? JSON.stringify(await parquetRows(path), bigIntText) : "";
    if (content.includes(text) || rows.includes(text)) found.push(relative(folder, path));
  }
  return found;
}

function bigIntText(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

/** The folders at the top in which files are. */
function tops(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => path.split("/")[0] ?? ""))].toSorted();
}

describe("the life of a day until its destruction", () => {
  it("is held, released, planned, approved by two people with their own keys, and destroyed with proof", async () => {
    const rig = await retentionRig(2, { more: COPIES });
    await succeed(rig, "people", "apply");
    const placed = await succeed(
      rig,
      "hold",
      "place",
      "--matter",
      "M-1",
      "--reason",
      "a letter",
      "--from",
      "2026-11-19",
      "--to",
      "2026-11-19",
      ...BEN,
    );
    expect(placed).toContain("H0001 is placed");
    const canary = idOfAnEvent(rig, "2026/11/19");
    expect(tops(await filesWith(rig.folder, canary))).toEqual(["cold", "lake", "state", "table", "vault"]);

    rig.clock.advance(400 * DAY_MS);

    expect((await rig.run("retention", "overdue")).exit).toBe(68);
    expect((await rig.run("hold", "test", "2026-11-19")).exit).toBe(68);
    const plan = await succeed(rig, "dispose", "plan");
    expect(plan).toContain("P0001 is drawn: 1 day");
    expect(plan).toContain("2026-11-19 is due and stays: held by H0001");
    expect((await rig.run("dispose", "run", "P0001")).exit).toBe(68);
    await succeed(rig, "hold", "release", "H0001", "--reason", "closed", ...ANA);
    await succeed(rig, "dispose", "plan");
    await succeed(rig, "dispose", "approve", "P0002", ...ANA);
    const twice = await rig.run("dispose", "approve", "P0002", ...ANA);
    expect(twice).toMatchObject({ exit: 68 });
    expect(twice.err).toContain("records-manager has approved it already and counts once");
    expect((await rig.run("dispose", "run", "P0002")).err).toContain(
      "found 1 of 2 approvals, by records-manager; expected 1 more, by legal-counsel",
    );
    const early = await rig.run("dispose", "report", "P0002");
    expect(early).toMatchObject({ exit: 68 });
    expect(early.err).toContain("P0002: it is drawn, and no day of it is destroyed");
    await succeed(rig, "dispose", "approve", "P0002", ...BEN);

    const ran = await succeed(rig, "dispose", "run", "P0002");

    expect(ran).toContain("P0002 is finished; 2 days destroyed");
    const day = join(rig.vault, "days/2026/11/19/r0001");
    expect(readdirSync(day).toSorted()).toEqual([
      "manifest.json",
      "manifest.json.sig",
      "tombstone.json",
      "tombstone.json.sig",
    ]);
    expect(existsSync(join(rig.state, "days/2026/11/19/r0001/tombstone.json"))).toBe(true);
    const verified = await rig.run("verify", "--level", "deep");
    expect(verified.out).not.toMatch(/damage|notice/);
    expect(verified.exit).toBe(0);
    expect((await rig.run("verify", "--path", rig.vault)).exit).toBe(0);
    const certificate = await succeed(rig, "dispose", "report", "P0002");
    expect(certificate).toContain("Certificate of destruction P0002");
    expect(await filesWith(rig.folder, canary)).toEqual([]);
  }, 120_000);
});

describe("a statement", () => {
  it("counts for the hold that it names, and no other", async () => {
    const rig = await retentionRig();
    await succeed(rig, "people", "apply");
    for (const matter of ["M-1", "M-2"])
      await succeed(rig, "hold", "place", "--matter", matter, "--reason", "a letter", "--all", ...BEN);
    const { exit, out } = await rig.run(
      "hold",
      "release",
      "H0001",
      "--reason",
      "closed",
      "--as",
      "legal-counsel",
    );
    expect(exit).toBe(75);
    const statement = /daybook-hold-release-\w+\.json/.exec(out)?.[0] ?? "";
    execFileSync("ssh-keygen", ["-q", "-Y", "sign", "-n", "daybook/1", "-f", "ben", statement], {
      cwd: rig.folder,
    });

    const other = await rig.run("hold", "release", "H0002", "--signature", `${statement}.sig`);
    const named = await rig.run("hold", "release", "H0001", "--signature", `${statement}.sig`);

    expect(other).toMatchObject({ exit: 68 });
    expect(other.err).toContain("the statement is about H0001, expected H0002");
    expect(named).toMatchObject({ exit: 0 });
    expect((await rig.run("hold", "list")).out).toMatch(/^contoso {2}H0002 /);
  }, 60_000);
});
