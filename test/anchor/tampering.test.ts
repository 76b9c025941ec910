import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { VerifyOptions } from "../../src/audit/verify-archive.js";
import type { ANCHOR_FINDINGS } from "../../src/model/anchor-findings.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../../src/model/note-key.js";
import type { NoteKey } from "../../src/model/note-key.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import { audit } from "../support/audit-sample.js";
import { succeed } from "../support/retention-rig.js";
import { rewriteLedger } from "../support/rewritten-ledger.js";
import { SAMPLE_KEY } from "../support/sample-archive.js";
import { haveWitnesses, rigToWitness, startWitness } from "../support/witness-rig.js";

interface Row {
  readonly tamper: (folder: string) => Promise<void>;
  readonly options?: Partial<VerifyOptions>;
}

/** The newest file of cosignatures. */
function newestFile(folder: string): string {
  return join(folder, "anchors", readdirSync(join(folder, "anchors")).toSorted().at(-1) ?? "");
}

/** Whoever holds the archive's key replaces the newest cosignatures, and the hash that the entry has of them. */
function recosign(change: (text: string) => string) {
  return async (folder: string): Promise<void> => {
    const path = newestFile(folder);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
    const [old, sha256] = [sha256Hex(before), sha256Hex(after)];
    await rewriteLedger(folder, {
      edit: (entry) =>
        entry.type === "anchored" && entry.token_sha256 === old ? { ...entry, token_sha256: sha256 } : entry,
      withOldHeads: true,
    });
  };
}

const NOTHING = async (): Promise<void> => undefined;

/** A key of this name that confirmed nothing. */
const stranger = noteKey(SAMPLE_KEY.publicText("stranger", SIGNATURE_TYPE.witness));

function noteKey(text: string): NoteKey {
  const key = parseNoteKey(text, SIGNATURE_TYPE.witness);
  if (key === undefined) throw new TypeError(text);
  return key;
}

it("shows what is altered or missing in the confirmations of witnesses", async () => {
  const rig = await rigToWitness();
  const witness = await startWitness(rig, "audit-dept");
  haveWitnesses(rig, [witness]);
  await succeed(rig, "archive");
  rig.clock.advance(DAY_MS);
  await succeed(rig, "archive");
  const trusted = { witnesses: [noteKey(witness.key)], quorum: 1, coveredBeforeMs: undefined };
  const late = rig.clock.now() + 3 * DAY_MS;
  /** A row for each finding about witnesses but ANCHOR_LATE, which comes last; a code without one does not compile. */
  const rows: Readonly<Record<Exclude<keyof typeof ANCHOR_FINDINGS, "ANCHOR_LATE">, Row>> = {
    ANCHOR_WRONG: {
      tamper: recosign((text) => text.replace(/.(?=\n)/, (sign) => (sign === "A" ? "B" : "A"))),
    },
    WITNESS_MISSING: { tamper: NOTHING, options: { anchors: { ...trusted, witnesses: [stranger] } } },
    ANCHOR_MISSING: { tamper: NOTHING, options: { anchors: { ...trusted, coveredBeforeMs: late } } },
  };

  expect((await audit(rig.vault)).findings).toEqual([]);
  expect((await audit(rig.vault, { anchors: trusted })).findings).toEqual([]);
  for (const [code, { tamper, options }] of Object.entries(rows)) {
    const folder = `${rig.vault}-${code}`;
    cpSync(rig.vault, folder, { recursive: true });
    await tamper(folder);
    const { findings } = await audit(folder, options);
    expect
      .soft(
        findings.map((one) => one.code),
        code,
      )
      .toContain(code);
  }
  for (const [code, tamper] of [
    ["FILE_MISSING", (folder: string) => rmSync(newestFile(folder))],
    ["FILE_HASH", (folder: string) => writeFileSync(newestFile(folder), "\u2014 a AAAA\n")],
    ["FILE_FOREIGN", (folder: string) => writeFileSync(join(folder, "anchors/000000001.cosig"), "x")],
  ] as const) {
    const folder = `${rig.vault}-${code}`;
    cpSync(rig.vault, folder, { recursive: true });
    tamper(folder);
    const { findings } = await audit(folder);
    expect
      .soft(
        findings.map((one) => one.code),
        code,
      )
      .toContain(code);
  }

  await witness.stop();
  rig.clock.advance(4 * DAY_MS);
  await rig.run("archive");
  const { findings } = await audit(rig.vault);
  expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["notice ANCHOR_LATE"]);
}, 60_000);
