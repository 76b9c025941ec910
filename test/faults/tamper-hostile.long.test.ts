import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { folderSource } from "../../src/archive/folder-source.js";
import type { ArchiveSource } from "../../src/archive/source.js";
import { parseManifest } from "../../src/archive/manifest-parser.js";
import { verifyArchive } from "../../src/audit/verify-archive.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { signHead } from "../../src/archive/head.js";
import { DaybookError } from "../../src/model/errors.js";
import { headPath } from "../../src/model/ledger-entry.js";
import { windowLabel } from "../../src/model/window.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import { audit, copyOf, damages } from "../support/audit-sample.js";
import { SAMPLE_KEY, makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

const ORIGIN = "daybook/0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e";
const signal = new AbortController().signal;
const openEventSet = () =>
  new SortedLines({ files: nodeFiles, folder: join(tmpdir(), "daybook-hostile-sort") });

describe("a hostile archive", () => {
  let sample: SampleArchive;
  beforeAll(async () => {
    sample = await makeSampleArchive("zstd");
  });
  afterAll(() => sample.remove());

  it("costs bounded memory when it holds a million foreign files (fault 99)", async () => {
    const honest = folderSource(nodeFiles, sample.root);
    const reader: ArchiveSource = {
      get: (path, stop) => honest.get(path, stop),
      stat: (path, stop) => honest.stat(path, stop),
      async *list(prefix, stop) {
        yield* honest.list(prefix, stop);
        if (prefix === "") for (let index = 0; index < 1_000_000; index++) yield `zz/${index}`;
      },
    };

    const result = await verifyArchive(reader, {
      level: "structure",
      openEventSet,
      signatureProblem: async () => undefined,
      signal,
    });

    expect(result.findings).toHaveLength(1000);
    expect(result.counts.damage).toBe(1_000_000);
  });

  it("is not followed through a billion entries that its head claims (fault 99)", async () => {
    const root = await copyOf(sample);
    const claim = {
      origin: ORIGIN,
      size: 999_999_999,
      root: `${"A".repeat(43)}=`,
    };
    await writeFile(join(root, headPath(claim.size)), signHead(claim, SAMPLE_KEY.signerFor(ORIGIN)));

    expect(damages(await audit(root))).toContain("LEDGER_HOLE ledger/999/999999998.json");
  });

  it("has its manifest judged by hash before it is parsed (fault 99)", async () => {
    const root = await copyOf(sample);
    const path = "days/2026/11/18/r0001/manifest.json";
    await writeFile(join(root, path), '{"files":[{"path":"../../../../../../etc/passwd"}]}');

    expect(damages(await audit(root, { level: "deep" }))).toEqual([
      `SIGNATURE_WRONG ${path}.sig`,
      `FILE_HASH ${path}`,
    ]);
  });

  it.each(["../x", "/etc/passwd", "a/b", "..", "h01-0001.json.zst/..", "h01-0001.json.zst\n"])(
    "cannot name %j in a signed manifest (fault 99)",
    async (path) => {
      const bytes = await readFile(join(sample.root, "days/2026/11/18/r0001/manifest.json"), "utf8");
      const hostile = bytes.replace('"h01-0001.json.zst"', JSON.stringify(path));

      expect(parseManifest(Buffer.from(hostile))).toEqual({ broken: expect.stringContaining("files") });
    },
  );

  it("cannot make a file larger than its limit be read (fault 99)", async () => {
    const root = await copyOf(sample);
    await writeFile(join(root, "head"), Buffer.alloc(1 << 20));

    expect(damages(await audit(root))).toEqual(["FILE_UNREADABLE head"]);
  });

  it("cannot hide a wrong count behind a valid signature from level deep", async () => {
    const liar = await makeSampleArchive("zstd", SAMPLE_KEY, (counts) => ({
      ...counts,
      outside_window: 0,
      missing_ids: 0,
      stray_by_hour: { [windowLabel(2)]: 1 },
    }));
    onTestFinished(() => liar.remove());

    expect(damages(await audit(liar.root, { level: "content" }))).toEqual([]);
    expect(damages(await audit(liar.root, { level: "deep" }))).toEqual([
      "COUNT_DIFFERS days/2026/11/18/r0001: missing_ids",
      "COUNT_DIFFERS days/2026/11/18/r0001: outside_window",
      "COUNT_DIFFERS days/2026/11/18/r0001: stray_by_hour",
      "COUNT_DIFFERS days/2026/11/19/r0001: stray_by_hour",
      "COUNT_DIFFERS days/2026/11/20/r0001: stray_by_hour",
      "COUNT_DIFFERS days/2026/11/19/r0002: stray_by_hour",
    ]);
  });
});

describe("a folder given to verify", () => {
  it("is not left by any path (fault 99)", async () => {
    const root = await folder();
    const reader = folderSource(nodeFiles, root);

    for (const path of ["../x", "/etc/passwd", "a/../../x", "a//b", ".", "a\0b", ""]) {
      await expect(reader.get(path, signal)).rejects.toThrow(DaybookError);
    }
  });

  it("is listed as whole paths sort, with links as they are", async () => {
    const root = await folder();
    await nodeFiles.makeFolder(join(root, "a"));
    for (const path of ["a/x", "a.b", "b"]) await writeFile(join(root, path), "x");
    await symlink("/", join(root, "link"));

    const paths: string[] = [];
    for await (const path of folderSource(nodeFiles, root).list("", signal)) paths.push(path);

    expect(paths).toEqual(["a.b", "a/x", "b", "link"]);
  });

  it("is no archive when it is empty", async () => {
    await expect(audit(await folder())).rejects.toMatchObject({ code: "ARCHIVE_NOT_FOUND" });
  });

  it("has nothing to check a signature with when the keys are gone", async () => {
    const sample = await makeSampleArchive("zstd");
    onTestFinished(() => sample.remove());
    await rm(join(sample.root, "keys"), { recursive: true });

    await expect(audit(sample.root)).rejects.toMatchObject({ code: "KEY_NOT_FOUND" });
  });

  it("is refused for a range that holds nothing", async () => {
    const sample = await makeSampleArchive("zstd");
    onTestFinished(() => sample.remove());

    await expect(audit(sample.root, { from: "2027-01-01" as never })).rejects.toMatchObject({
      code: "NOTHING_IN_RANGE",
    });
  });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "daybook-folder-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}
