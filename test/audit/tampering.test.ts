import { appendFile, copyFile, cp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { originOf } from "../../src/archive/head.js";
import type { ARCHIVE_FINDINGS } from "../../src/model/archive-findings.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { ARCHIVE_ID } from "../support/archive-fixture.js";
import { NEWEST, reseal } from "../support/resealed-archive.js";
import { rewriteLedger } from "../support/rewritten-ledger.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";
import { audit, copyOf } from "../support/audit-sample.js";
import { codesAfter, counts, isSecond, pages } from "../support/tampering.js";
import type { Tampering } from "../support/tampering.js";

/** Entries of the sample archive. The newest seals the package NEWEST; entry 3 says that a day is lost. */
const SIZE = 6;
const LOST = 3;
const ZEROS = "0".repeat(64);

async function edit(root: string, path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(join(root, path), "latin1");
  const changed = change(text);
  if (changed === text) throw new Error(`${path}: nothing changed`);
  await writeFile(join(root, path), changed, "latin1");
}

function rewrite(seq: number, change: (entry: LedgerEntry) => object, withOldHeads = true) {
  return (root: string): Promise<void> =>
    rewriteLedger(root, {
      // A forger is not bound by the entry's type.
      edit: (entry) => (entry.seq === seq ? Object.assign({}, entry, change(entry)) : entry),
      withOldHeads,
    });
}

/** The archive as it was before its newest entry, but for what `keep` names. */
async function cutBack(root: string, keep: "package" | "entry"): Promise<void> {
  await rm(join(root, headPath(SIZE)));
  await copyFile(join(root, headPath(SIZE - 1)), join(root, "head"));
  if (keep === "package") await rm(join(root, entryPath(SIZE - 1)));
}

/** One tampering for each code. A code without a row does not compile. */
const TAMPERINGS: Readonly<Record<keyof typeof ARCHIVE_FINDINGS, Tampering>> = {
  FILE_MISSING: { tamper: (root) => rm(join(root, "README.txt")) },
  FILE_FOREIGN: { tamper: (root) => writeFile(join(root, "days", "note.txt"), "x") },
  FILE_UNREADABLE: {
    tamper: async (root) => {
      await rm(join(root, "README.txt"));
      await symlink("FORMAT.md", join(root, "README.txt"));
    },
  },
  FILE_SIZE: { tamper: (root) => appendFile(join(root, NEWEST, "pages.jsonl"), "x") },
  FILE_HASH: { tamper: (root) => edit(root, "README.txt", (text) => text.replace("HOW", "NOW")) },
  FILE_MALFORMED: {
    tamper: (root) => reseal(root, { manifest: (manifest) => Reflect.deleteProperty(manifest, "clock") }),
  },
  ARCHIVE_IDENTITY: {
    tamper: (root) =>
      reseal(root, {
        manifest: (manifest) => (manifest.tenant_id = "c3d76ad3-667a-48b3-bcdf-8894690000ff"),
      }),
  },
  KEY_MISNAMED: {
    also: ["FILE_FOREIGN"],
    tamper: async (root) => {
      const [name = ""] = await readdir(join(root, "keys"));
      await copyFile(join(root, "keys", name), join(root, "keys", "00000000.pem"));
    },
  },
  SIGNATURE_WRONG: {
    tamper: (root) => writeFile(join(root, NEWEST, "manifest.json.sig"), new Uint8Array(64)),
  },
  HEAD_INVALID: { tamper: (root) => edit(root, headPath(2), (text) => text.replace("\n2\n", "\n3\n")) },
  // A key holder changed the past and left the heads of before: each of them contradicts it.
  HEAD_CONTRADICTED: { tamper: rewrite(LOST, () => ({ reason: "another reason" }), false) },
  HEAD_NOT_REACHED: {
    tamper: async () => {},
    options: { heads: [{ origin: originOf(ARCHIVE_ID), size: SIZE + 1, root: `${"A".repeat(43)}=` }] },
  },
  HEAD_BEHIND: { also: ["PACKAGE_NOT_COMMITTED"], tamper: (root) => cutBack(root, "entry") },
  HEAD_STALE: { tamper: (root) => copyFile(join(root, headPath(SIZE - 1)), join(root, "head")) },
  LEDGER_BROKEN: {
    tamper: (root) => edit(root, entryPath(LOST), (text) => text.replace("four weeks", "five weeks")),
  },
  LEDGER_HOLE: { tamper: (root) => rm(join(root, entryPath(LOST))) },
  LEDGER_NUMBER: { tamper: rewrite(LOST, () => ({ seq: LOST + 1 })) },
  LEDGER_UNSIGNED: {
    tamper: (root) => copyFile(join(root, entryPath(SIZE - 1)), join(root, entryPath(SIZE + 1))),
  },
  LEDGER_ORIGIN: {
    tamper: async (root) => {
      const { files } = JSON.parse(await readFile(join(root, entryPath(0)), "utf8")) as { files: object };
      await rewriteLedger(root, {
        edit: ({ seq, prev, time, type, actor, ...rest }) =>
          (seq === LOST
            ? { seq, prev, time, type: "archive-created", actor, files }
            : { seq, prev, time, type, actor, ...rest }) as LedgerEntry,
        withOldHeads: true,
      });
    },
  },
  CLOCK_BACKWARDS: { tamper: rewrite(LOST, () => ({ time: "2026-11-22T00:00:00.000Z" })) },
  REVISION_HOLE: {
    also: ["FILE_MISSING", "PACKAGE_NOT_COMMITTED"],
    tamper: rewrite(SIZE - 1, () => ({ revision: 3 })),
  },
  SUPERSEDES_WRONG: {
    tamper: (root) => reseal(root, { manifest: (manifest) => (manifest.supersedes = ZEROS) }),
  },
  PREVIOUS_WRONG: {
    tamper: (root) => reseal(root, { manifest: (manifest) => (manifest.previous = ZEROS) }),
  },
  PACKAGE_NOT_COMMITTED: { tamper: (root) => cutBack(root, "package") },
  PACKAGE_FOREIGN: {
    tamper: async (root) => {
      await mkdir(join(root, "days/2026/11/21"), { recursive: true });
      await cp(join(root, NEWEST), join(root, "days/2026/11/21/r0001"), { recursive: true });
    },
  },
  SUMS_DIFFER: { tamper: (root) => edit(root, `${NEWEST}/SHA256SUMS`, (text) => text.replace(/^./, "x")) },
  LOST_AFTER_SEALED: { tamper: rewrite(LOST, () => ({ day: "2026-11-18" as UtcDay })) },
  CONTENT_BROKEN: {
    options: { level: "content" },
    tamper: (root) =>
      reseal(root, {
        stored: { path: "events.ndjson.zst", edit: (bytes) => Buffer.concat([bytes, bytes]) },
      }),
  },
  CONTENT_HASH: {
    options: { level: "content" },
    tamper: (root) =>
      reseal(root, {
        manifest: (manifest) =>
          (manifest.files = manifest.files.map((file) =>
            file.path === "events.ndjson.zst" ? { ...file, content_sha256: ZEROS } : file,
          )),
      }),
  },
  PAGE_LEDGER_DIFFERS: {
    options: { level: "content" },
    tamper: pages((page) => (isSecond(page) ? { ...page, body_sha256: ZEROS } : page)),
  },
  EVENT_SET_DIFFERS: {
    options: { level: "content" },
    tamper: (root) => reseal(root, { manifest: (manifest) => (manifest.event_set_sha256 = ZEROS) }),
  },
  LINES_ROOT_DIFFERS: {
    options: { level: "content" },
    tamper: (root) => reseal(root, { manifest: (manifest) => (manifest.lines_root = ZEROS) }),
  },
  COUNT_DIFFERS: {
    options: { level: "content" },
    tamper: counts(({ carried }) => ({ carried: carried + 1 })),
  },
  PAGE_INVALID: {
    also: ["PAGE_LEDGER_DIFFERS"],
    options: { level: "deep" },
    tamper: (root) =>
      reseal(root, { file: { path: "h05-0001.json.zst", edit: () => '{"activityEventEntities":{}}' } }),
  },
  PAGE_COUNT: {
    also: ["DELIVERED_DIFFERS"],
    options: { level: "deep" },
    tamper: pages((page, index) => (index === 0 ? { ...page, events: page.events + 1 } : page)),
  },
  PAGE_TOKEN: {
    options: { level: "deep" },
    tamper: pages((page) => {
      if (page.token_out_sha256 !== null) return { ...page, token_out_sha256: ZEROS };
      return page.token_in_sha256 === null ? page : { ...page, token_in_sha256: ZEROS };
    }),
  },
  LINES_DIFFER: {
    also: ["EVENT_SET_DIFFERS"],
    options: { level: "deep" },
    tamper: (root) =>
      reseal(root, {
        file: { path: "events.ndjson.zst", edit: (text) => text.replace("ViewReport", "viewReport") },
      }),
  },
  CARRIED_DIFFERS: {
    also: ["EVENT_SET_DIFFERS"],
    options: { level: "deep" },
    tamper: (root) =>
      reseal(root, {
        file: { path: "carried.ndjson.zst", edit: (text) => text.replace("ViewReport", "viewReport") },
      }),
  },
};

describe("verifyArchive after one tampering", () => {
  let sample: SampleArchive;
  beforeAll(async () => {
    sample = await makeSampleArchive("zstd");
  });
  afterAll(() => sample.remove());

  it.each(Object.entries(TAMPERINGS))("finds exactly %s", async (code, tampering) => {
    const codes = await codesAfter(sample, tampering);

    expect(codes).toEqual([code, ...(tampering.also ?? [])].toSorted());
  });

  it.each(["its own keys", "a key that the auditor brings"])(
    "names archive.json when its id is another one, with %s",
    async (whose) => {
      const root = await copyOf(sample);
      await edit(root, "archive.json", (text) => text.replace(ARCHIVE_ID, ARCHIVE_ID.replace(/^./, "f")));
      const [name = ""] = await readdir(join(root, "keys"));
      const pem = await readFile(join(root, "keys", name), "utf8");

      const { findings } = await audit(root, whose === "its own keys" ? {} : { keys: [pem] });

      expect(findings.map(({ code, subject }) => ({ code, subject }))).toEqual([
        { code: "ARCHIVE_IDENTITY", subject: "archive.json" },
      ]);
    },
  );
});
