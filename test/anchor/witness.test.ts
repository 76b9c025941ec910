import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { addCheckpointText } from "../../src/anchor/add-checkpoint.js";
import { Witness } from "../../src/anchor/witness.js";
import { findCosignature } from "../../src/archive/cosignature.js";
import { originOf, signHead } from "../../src/archive/head.js";
import type { Head } from "../../src/archive/head.js";
import { ConsistencyFinder } from "../../src/bytes/merkle-consistency.js";
import { leafHash, rootOf } from "../../src/bytes/merkle-tree.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../../src/model/note-key.js";
import type { NoteKey } from "../../src/model/note-key.js";
import { ARCHIVE_ID } from "../support/archive-fixture.js";
import { SAMPLE_KEY } from "../support/sample-archive.js";
import { VirtualClock } from "../support/virtual-clock.js";

const NAME = "audit-dept";
const NOW = "2026-11-22T12:00:00.000Z";
const ORIGIN = originOf(ARCHIVE_ID);
const witnessKey = newKey();
const leaves = Array.from({ length: 12 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));

function newKey(): SigningKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  return SigningKey.fromPem(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "test");
}

function parsed(text: string, type: (typeof SIGNATURE_TYPE)[keyof typeof SIGNATURE_TYPE]): NoteKey {
  const key = parseNoteKey(text, type);
  if (key === undefined) throw new TypeError(text);
  return key;
}

interface Place {
  readonly statePath: string;
  readonly open: () => Promise<Witness>;
}

function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), "daybook-witness-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const statePath = join(folder, "heads");
  const logs = [parsed(SAMPLE_KEY.publicText(ORIGIN, SIGNATURE_TYPE.log), SIGNATURE_TYPE.log)];
  const signer = witnessKey.signerFor(NAME, SIGNATURE_TYPE.witness);
  const parts = { files: nodeFiles, clock: new VirtualClock(NOW), statePath, name: NAME, signer, logs };
  return { statePath, open: () => Witness.open(parts) };
}

function headOf(size: number, of: readonly Uint8Array[] = leaves): Head {
  return { origin: ORIGIN, size, root: rootOf(of.slice(0, size)) };
}

interface Asked {
  readonly old: number;
  readonly size: number;
  readonly leaves?: readonly Uint8Array[];
  readonly signer?: SigningKey;
  readonly origin?: string;
}

function request({ old, size, leaves: of = leaves, signer = SAMPLE_KEY, origin = ORIGIN }: Asked): Buffer {
  const finder = new ConsistencyFinder(Math.min(old, size), size);
  for (const leaf of of.slice(0, size)) finder.add(leaf);
  const note = signHead({ ...headOf(size, of), origin }, signer.signerFor(origin));
  return Buffer.from(addCheckpointText({ old, proof: finder.proof() ?? [], note }));
}

describe("a witness", () => {
  it("cosigns a head and what continues it", async () => {
    const witness = await place().open();

    const first = await witness.add(request({ old: 0, size: 5 }));
    const second = await witness.add(request({ old: 5, size: 12 }));

    expect([first.status, second.status]).toEqual([200, 200]);
    const key = parsed(witnessKey.publicText(NAME, SIGNATURE_TYPE.witness), SIGNATURE_TYPE.witness);
    const lines = second.body.split("\n");
    expect(findCosignature(lines, headOf(12), key)?.atMs).toBe(Date.parse(NOW));
    expect(findCosignature(lines, headOf(11), key)).toBeUndefined();
    expect(findCosignature([`${lines[0]?.slice(0, -4)}AAA=`], headOf(12), key)).toBeUndefined();
  });

  it("cosigns the same head again", async () => {
    const witness = await place().open();
    await witness.add(request({ old: 0, size: 5 }));

    expect((await witness.add(request({ old: 5, size: 5 }))).status).toBe(200);
  });

  it("remembers over a restart, and says from where to go on", async () => {
    const { open } = place();
    await (await open()).add(request({ old: 0, size: 5 }));

    const answer = await (await open()).add(request({ old: 3, size: 12 }));

    expect(answer).toMatchObject({ status: 409, type: "text/x.tlog.size", body: "5\n" });
    expect(await (await open()).add(request({ old: 5, size: 4 }))).toMatchObject({ status: 400 });
    expect(await (await open()).add(request({ old: 0, size: 4 }))).toMatchObject({
      status: 409,
      body: "5\n",
    });
  });

  it("refuses another history, of a larger size and of the same", async () => {
    const witness = await place().open();
    await witness.add(request({ old: 0, size: 5 }));
    const rewritten = leaves.with(2, leafHash(Buffer.from("another")));

    const larger = await witness.add(request({ old: 5, size: 12, leaves: rewritten }));
    const same = await witness.add(request({ old: 5, size: 5, leaves: rewritten }));

    expect([larger.status, same.status]).toEqual([422, 409]);
    expect([larger.event, same.event]).toEqual([
      expect.stringContaining("REFUSED another history"),
      expect.stringContaining("REFUSED another root"),
    ]);
    // What it refused, it did not take.
    expect((await witness.add(request({ old: 5, size: 12 }))).status).toBe(200);
  });

  it("knows its archives and their keys", async () => {
    const witness = await place().open();
    const other = originOf("00000000-0000-4000-8000-000000000000");

    expect((await witness.add(request({ old: 0, size: 5, origin: other }))).status).toBe(404);
    expect((await witness.add(request({ old: 0, size: 5, signer: newKey() }))).status).toBe(403);
  });

  it.each([
    ["nothing", ""],
    ["no old size", "\n\nx\n"],
    ["a size with zeros", "old 00\n\nx\n"],
    ["no checkpoint", "old 0\n\nx\n"],
    ["a hash of another length", "old 0\nAAAA\n\nx\n"],
    ["too many hashes", `old 0\n${`${"A".repeat(43)}=\n`.repeat(64)}\nx\n`],
  ])("refuses %s", async (_what, text) => {
    const witness = await place().open();

    expect((await witness.add(Buffer.from(text))).status).toBe(400);
  });

  it("does not begin anew where its memory is not as it left it", async () => {
    const { statePath, open } = place();
    await (await open()).add(request({ old: 0, size: 5 }));
    writeFileSync(statePath, readFileSync(statePath, "utf8").replace("\n5\n", "\nfive\n"));

    await expect(open()).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it("judges two requests at once one after the other", async () => {
    const witness = await place().open();

    const answers = await Promise.all([
      witness.add(request({ old: 0, size: 12 })),
      witness.add(request({ old: 0, size: 5 })),
    ]);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });
});
