import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOMBSTONE, actFolder } from "../../src/archive/layout.js";
import { parseEntry } from "../../src/ledger/entry-format.js";
import { DaybookError } from "../../src/model/errors.js";
import { entryPath } from "../../src/model/ledger-entry.js";
import type { EntryType, LedgerEntry } from "../../src/model/ledger-entry.js";
import type { RETENTION_FINDINGS } from "../../src/model/retention-findings.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { VerifyOptions } from "../../src/audit/verify-archive.js";
import { audit } from "../support/audit-sample.js";
import { disposedArchive as newArchive, retain, succeed } from "../support/retention-rig.js";
import { rewriteLedger } from "../support/rewritten-ledger.js";
import { SAMPLE_KEY } from "../support/sample-archive.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";

const DAY = "days/2026/11/19/r0001";
let root = "";

/** Whoever holds the archive's key writes the ledger anew, with other entries of a type. */
function rewrite(type: EntryType, change: (entry: LedgerEntry) => object) {
  return (folder: string): Promise<void> =>
    rewriteLedger(folder, {
      edit: (entry) => (entry.type === type ? Object.assign({}, entry, change(entry)) : entry),
      withOldHeads: true,
    });
}

/** The same person also changes the file that the entry names. */
function forge(path: string, field: string, type: EntryType, change: (text: string) => string) {
  return async (folder: string): Promise<void> => {
    const file = join(folder, path);
    const text = readFileSync(file, "utf8");
    const forged = change(text);
    expect(forged).not.toBe(text);
    writeFileSync(file, forged);
    const signer = SAMPLE_KEY.signerFor(`daybook/${archiveId(folder)}`);
    if (path.endsWith(TOMBSTONE)) writeFileSync(`${file}.sig`, signer.sign(Buffer.from(forged)));
    const [before, after] = [sha256Hex(text), sha256Hex(forged)];
    await rewrite(type, (entry) => (Reflect.get(entry, field) === before ? { [field]: after } : {}))(folder);
  };
}

function archiveId(folder: string): string {
  const { archive_id } = JSON.parse(readFileSync(join(folder, "archive.json"), "utf8")) as {
    archive_id: string;
  };
  return archive_id;
}

/** The number of the first entry of a type. */
function seqOf(type: EntryType): number {
  const count = readdirSync(join(root, "ledger/000")).length;
  for (let seq = 0; seq < count; seq++)
    if (parseEntry(readFileSync(join(root, entryPath(seq))), "").type === type) return seq;
  throw new Error(`no ${type}`);
}

interface Row {
  readonly tamper: (folder: string) => Promise<void>;
  readonly options?: Partial<VerifyOptions>;
}

/** A row for each finding about retention; a code without one does not compile. ACT_UNSIGNED has a test of its own. */
const ROWS: Readonly<Record<Exclude<keyof typeof RETENTION_FINDINGS, "ACT_UNSIGNED">, Row>> = {
  ROSTER_WRONG: {
    tamper: (folder) =>
      forge(`${actFolder(seqOf("roster-set"))}/roster.json`, "roster_sha256", "roster-set", (text) =>
        text.replace('"roster": 1', '"roster": 2'),
      )(folder),
  },
  ROSTER_UNSIGNED: { tamper: rewrite("roster-set", () => ({ mode: "break-glass" })) },
  STATEMENT_WRONG: {
    tamper: (folder) =>
      forge(`${actFolder(seqOf("hold-placed"))}/statement.json`, "statement_sha256", "hold-placed", (text) =>
        text.replace('"matter_ref": "M-1"', '"matter_ref": "M-2"'),
      )(folder),
  },
  STATEMENT_UNCHECKED: {
    tamper: async () => undefined,
    options: {
      signatureProblem: () =>
        Promise.reject(new DaybookError("SSH_KEYGEN_MISSING", { message: "none here" })),
    },
  },
  PLAN_WRONG: {
    tamper: forge("plans/P0001.json", "plan_sha256", "plan-drawn", (text) =>
      text.replace('"day": "2026-11-19"', '"day": "2026-11-18"'),
    ),
  },
  DISPOSED_HELD: { tamper: rewrite("hold-released", () => ({ hold: "H0009" })) },
  DISPOSED_EARLY: { tamper: rewrite("disposal-begun", () => ({ time: "2027-11-19T12:00:00.000Z" })) },
  DISPOSED_UNAPPROVED: {
    tamper: rewrite("disposal-approved", (entry) =>
      entry.type === "disposal-approved" && entry.person === "legal-counsel" ? { plan: "P0009" } : {},
    ),
  },
  TOMBSTONE_WRONG: {
    tamper: forge(`${DAY}/${TOMBSTONE}`, "tombstone_sha256", "disposed", (text) =>
      text.replace('"revision": 1', '"revision": 2'),
    ),
  },
  DISPOSAL_UNFINISHED: {
    tamper: rewrite("disposed", (entry) =>
      entry.type === "disposed" && entry.day === "2026-11-19"
        ? { type: "incident", day: null, code: "NOTHING", subject: "" }
        : {},
    ),
  },
};

const disposedArchive = preparedRig(newArchive);

describe("an archive in which days were held and destroyed", () => {
  it("shows everything that the holder of its key changes afterwards", async () => {
    root = (await disposedArchive()).vault;

    expect((await audit(root)).findings).toEqual([]);
    for (const [code, { tamper, options }] of Object.entries(ROWS)) {
      const folder = `${root}-${code}`;
      cpSync(root, folder, { recursive: true });
      await tamper(folder);
      const { findings } = await audit(folder, options);
      expect.soft([code, ...findings.map((one) => one.code)].lastIndexOf(code), code).toBeGreaterThan(0);
    }
  }, 180_000);

  it("is whole under every head, when what came after it was written while the archive was checked", async () => {
    const { vault } = await disposedArchive();
    const heads = readdirSync(join(vault, "heads")).toSorted();
    const damaged: string[] = [];

    for (const head of heads.slice(2).toReversed()) {
      copyFileSync(join(vault, "heads", head), join(vault, "head"));
      const { findings } = await audit(vault);
      for (const { severity, code, subject } of findings)
        if (severity === "damage") damaged.push(`${head}: ${code} ${subject}`);
      rmSync(join(vault, "heads", head));
    }

    expect(heads.length).toBeGreaterThan(10);
    expect(damaged).toEqual([]);
  }, 180_000);

  it.each(["acts/000000099/hold.json", "acts/000000099/x", "plans/P0009.json"])(
    "holds nothing that no next entry could name: %s",
    async (path) => {
      const { vault } = await disposedArchive();
      mkdirSync(dirname(join(vault, path)), { recursive: true });
      writeFileSync(join(vault, path), "{}");

      const { findings } = await audit(vault);

      expect(findings.map(({ code, subject }) => ({ code, subject }))).toEqual([
        { code: "FILE_FOREIGN", subject: path },
      ]);
    },
    180_000,
  );
});

describe("an archive without people", () => {
  it("has acts that stand by login alone, and says so: ACT_UNSIGNED", async () => {
    const rig = await e2eRig();
    retain(rig, "schedule: FIN-07, keep: 1y");
    await succeed(rig, "archive");
    await succeed(
      rig,
      "hold",
      "place",
      "--matter",
      "M-1",
      "--reason",
      "a letter",
      "--from",
      "2026-11-19",
      "--including-future",
    );

    const { findings } = await audit(rig.vault);

    expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["notice ACT_UNSIGNED"]);
  });
});
