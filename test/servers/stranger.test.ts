import { execFile } from "node:child_process";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Compression } from "../../src/model/compression.js";
import { e2eRig } from "../support/e2e-rig.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import { chaptersOf } from "../support/readme-chapters.js";
import type { Chapter } from "../support/readme-chapters.js";
import type { SampleArchive } from "../support/sample-archive.js";

const run = promisify(execFile);
const README = new URL("../../docs/archive-readme.txt", import.meta.url);
const CHECK = new URL("../../docs/check-proof.sh", import.meta.url);

/** As README.txt tells the reader to: another day, and other names where the archive is compressed with gzip. */
function forArchive(commands: string, compression: Compression, revision: string): string {
  const ofDay = commands.replaceAll("days/2026/11/20/r0001", revision);
  return compression === "zstd" ? ofDay : ofDay.replaceAll("zstdcat", "zcat").replaceAll(".zst", ".gz");
}

describe.each<Compression>(["zstd", "gzip"])("README.txt, followed by a stranger (%s)", (compression) => {
  let sample: SampleArchive;
  let chapters: readonly Chapter[];
  beforeAll(async () => {
    sample = await makeSampleArchive(compression);
    chapters = chaptersOf(await readFile(README, "utf8"));
  });
  afterAll(() => sample.remove());

  /** What the commands of chapter `number` print, after those of the chapters named that they build on. */
  async function follow(number: number, revision = "days/2026/11/18/r0001"): Promise<string> {
    const walk =
      chapters
        .find(({ title }) => title.startsWith("5."))
        ?.commands.split("\n")
        .slice(0, 2) ?? [];
    const wanted = chapters.find(({ title }) => title.startsWith(`${number}.`))?.commands ?? "exit 1";
    const script = [...(number > 5 ? walk : []), wanted].join("\n");
    const { stdout } = await run(
      "bash",
      ["-c", `set -eo pipefail\n${forArchive(script, compression, revision)}`],
      {
        cwd: sample.root,
      },
    );
    return stdout;
  }

  it("shows the key's fingerprint", async () => {
    expect(await follow(1)).toMatch(/^keys\/[0-9a-f]{8}\.pem [0-9a-f]{64} {2}-\n$/);
  });

  it("shows that the head's signature holds", async () => {
    expect(await follow(2)).toContain("Signature Verified Successfully");
  });

  it("walks the ledger to the head", async () => {
    const lines = (await follow(3)).trim().split("\n");

    expect(lines.slice(0, 2)).toEqual(lines.slice(2, 4));
    expect(lines.slice(4).map((line) => line.split(": ")[1])).toEqual(["OK", "OK", "OK", "OK"]);
  });

  it("lists the days and finds every manifest as sealed", async () => {
    expect((await follow(4)).trim().split("\n")).toEqual([
      "2026-11-18 revision 1",
      "2026-11-19 revision 1",
      "2026-11-20 revision 1",
      "2026-11-19 revision 2",
      "2026-11-17 lost: no connection for four weeks",
      "all manifests are as sealed",
    ]);
  });

  describe.each(["days/2026/11/18/r0001", "days/2026/11/19/r0002", "days/2026/11/20/r0001"])(
    "in %s",
    (revision) => {
      it("finds every file as sealed and signed", async () => {
        const lines = (await follow(5, revision)).trim().split("\n");

        expect(lines.filter((line) => line.endsWith(": OK")).length).toBeGreaterThan(25);
        expect(lines.slice(-2)).toEqual(["as in the manifest", "Signature Verified Successfully"]);
      });

      it("counts the events and hashes their set to what was sealed", async () => {
        const [lines, distinct, set, sealed] = (await follow(6, revision)).trim().split("\n");

        expect(Number(lines)).toBe(Number(distinct));
        expect(set).toMatch(/^[0-9a-f]{64}$/);
        expect(set).toBe(sealed);
      });

      it("finds every page as received and every chain whole", async () => {
        const [asReceived, delivered, sealed, whole] = (await follow(7, revision)).trim().split("\n");

        expect(asReceived).toBe("all pages are as received");
        expect(Number(delivered)).toBe(Number(sealed));
        expect(whole).toBe("true");
      });
    },
  );
});

function check(...argv: readonly string[]) {
  return run("sh", [CHECK.pathname, ...argv]);
}

describe("check-proof.sh, without Daybook and without the archive", { timeout: 120_000 }, () => {
  it("proves events of a day, and none that was changed", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 11 } });
    await rig.run("archive");
    const { out } = await rig.run("export", "--day", "2026-11-20", "--no-act");
    const lines = out.trim().split("\n");
    const [name = ""] = await readdir(join(rig.vault, "keys"));
    const key = join(rig.vault, "keys", name);
    for (const line of [lines[0], lines[4], lines.at(-1)].map(String)) {
      const { Id: id } = JSON.parse(line) as { readonly Id: string };
      const path = join(rig.folder, `${id}.tlog-proof`);
      await rig.run("prove", id, "--no-act");

      const { stdout } = await check(path, key);
      expect(stdout).toContain("proved: an event of 2026-11-20, revision 1");
      expect(stdout).toContain(line);
    }
    const proof = join(
      rig.folder,
      `${(JSON.parse(lines[4] ?? "{}") as { readonly Id: string }).Id}.tlog-proof`,
    );
    const text = await readFile(proof, "utf8");
    const [first = "", extra = "", index = "", ...rest] = text.split("\n");
    const inner = JSON.parse(Buffer.from(extra.slice(6), "base64").toString()) as Record<string, unknown>;
    const withInner = (change: object): string =>
      [
        first,
        `extra ${Buffer.from(JSON.stringify({ ...inner, ...change })).toString("base64")}`,
        index,
        ...rest,
      ].join("\n");
    const forged = [
      withInner({ line: String(inner["line"]).replace("@", "x@") }),
      withInner({ line_index: Number(inner["line_index"]) + 1 }),
      withInner({ manifest: String(inner["manifest"]).replace("2026-11-20", "2026-11-19") }),
      withInner({ entry: String(inner["entry"]).replace("daybook", "mallory") }),
      text.replace(index, "index 1"),
      text.replace(/\n(\d+)\n(.{44})\n\n\u2014/, "\n9\n$2\n\n\u2014"),
    ];
    for (const one of forged) {
      expect(one).not.toBe(text);
      await writeFile(proof, one);
      await expect(check(proof, key)).rejects.toMatchObject({
        stderr: expect.stringContaining("NOT PROVED") as unknown,
      });
    }
  });
});
