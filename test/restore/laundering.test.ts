import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { signHead } from "../../src/archive/head.js";
import { ledgerRoot } from "../support/ledger-root.js";
import { keyPath } from "../../src/archive/layout.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { ledgerOf } from "../support/e2e-archived.js";
import { SAMPLE_KEY } from "../support/sample-archive.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";
import { filesBelow, restorable } from "../support/restore-rig.js";
import type { RestoreRig } from "../support/restore-rig.js";

/** Whoever can write to a sink and has no key of the archive tries to get a signature for what was never archived. */
const RESTORE = ["restore", "--from", "vault"];
const NEXT_DAY = "days/2026/11/21/r0001";

const prepared = preparedRig(async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 10 } });
  await succeed(rig, "archive");
  return rig;
});

async function archived(): Promise<RestoreRig> {
  return restorable(await prepared());
}

function put(rig: RestoreRig, path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(join(rig.vault, path)), { recursive: true });
  writeFileSync(join(rig.vault, path), bytes);
}

/** An entry that follows the sink's newest one; returns its number and its hash. */
function forgeEntry(rig: RestoreRig): { readonly seq: number; readonly hash: string } {
  const seq = ledgerOf(rig.vault).length;
  const prev = sha256Hex(readFileSync(join(rig.vault, entryPath(seq - 1))));
  const entry = {
    seq,
    prev,
    time: "2026-11-22T13:00:00.000Z",
    type: "incident",
    actor: "daybook",
    day: null,
    code: "FORGED",
    subject: "never happened",
    signature: Buffer.alloc(64).toString("base64"),
  };
  const bytes = `${JSON.stringify(entry, null, 2)}\n`;
  put(rig, entryPath(seq), bytes);
  return { seq, hash: sha256Hex(bytes) };
}

function originIn(rig: RestoreRig): string {
  return readFileSync(join(rig.vault, "head"), "utf8").split("\n")[0] ?? "";
}

function lose(rig: RestoreRig): void {
  rig.loseState();
  rig.bringKey();
}

it("signs no entry that was put into a sink", async () => {
  const rig = await archived();
  const { seq } = forgeEntry(rig);
  lose(rig);

  const restored = await rig.json(...RESTORE);
  expect(restored).toMatchObject({
    exit: 0,
    value: { tenants: [{ entries: seq, left_out: [{ path: entryPath(seq) }] }] },
  });

  const refused = await rig.run("archive");
  expect(refused.exit).toBe(65);
  expect(refused.err).toContain("SINK_MISMATCH");
  expect(refused.err).not.toContain("daybook restore");

  renameSync(join(rig.vault, entryPath(seq)), join(rig.folder, "kept"));
  expect((await rig.run("archive")).exit).toBe(0);
  const entries = ledgerOf(rig.vault);
  expect(entries[seq]).toMatchObject({
    type: "recovery-performed",
    steps: [`restored without ${entryPath(seq)} of vault: no key of this archive has signed the entry`],
  });
  expect(entries.some((entry) => "code" in entry && entry.code === "FORGED")).toBe(false);
  expect((await rig.run("verify")).exit).toBe(0);
});

it("takes no head that another key signed", async () => {
  const rig = await archived();
  const { seq } = forgeEntry(rig);
  const origin = originIn(rig);
  const head = { origin, size: seq + 1, root: await ledgerRoot(rig.vault, seq + 1) };
  put(rig, headPath(seq + 1), signHead(head, SAMPLE_KEY.signerFor(origin)));
  lose(rig);

  const { exit, out } = await rig.run(...RESTORE);

  expect(exit).toBe(65);
  expect(out).toContain("ARCHIVE_DAMAGED");
  expect([...filesBelow(rig.state).keys()]).toEqual(["lock"]);
});

it("trusts no key that lies in a sink without an entry", async () => {
  const rig = await archived();
  const { seq } = forgeEntry(rig);
  const [origin, forger] = [originIn(rig), SAMPLE_KEY];
  const signer = forger.signerFor(origin);
  put(rig, keyPath(signer.keyId), forger.publicPem);
  const head = { origin, size: seq + 1, root: await ledgerRoot(rig.vault, seq + 1) };
  for (const path of [headPath(seq + 1), "head"]) put(rig, path, signHead(head, signer));
  lose(rig);

  expect((await rig.run(...RESTORE)).exit).toBe(65);
  expect([...filesBelow(rig.state).keys()]).toEqual(["lock"]);
});

it("commits no package that another key signed", async () => {
  const rig = await archived();
  const model = join(rig.vault, "days/2026/11/20/r0001");
  for (const name of readdirSync(model)) {
    mkdirSync(join(rig.vault, NEXT_DAY), { recursive: true });
    copyFileSync(join(model, name), join(rig.vault, NEXT_DAY, name));
  }
  const manifest = readFileSync(join(model, "manifest.json"), "utf8").replace('"2026-11-20"', '"2026-11-21"');
  const forger = SAMPLE_KEY.signerFor(originIn(rig));
  for (const [name, bytes] of [
    ["manifest.json", manifest],
    ["manifest.json.sig", forger.sign(Buffer.from(manifest))],
  ] as const) {
    const path = join(rig.vault, NEXT_DAY, name);
    renameSync(path, `${path}.old`);
    renameSync(`${path}.old`, join(rig.folder, name));
    writeFileSync(path, bytes);
  }
  rig.nextDay();
  lose(rig);

  const { exit, value } = await rig.json(...RESTORE);

  expect(exit).toBe(0);
  expect(value).toMatchObject({ tenants: [{ uncommitted: [], left_out: [{ path: NEXT_DAY }] }] });
  await rig.run("archive");
  const sealed = ledgerOf(rig.state).filter((entry) => entry.type === "day-sealed");
  const forged = sha256Hex(manifest);
  expect(sealed.map((entry) => entry.manifest_sha256)).not.toContain(forged);
});

/** Removes a day's content, and puts a tombstone in its place that another key signed. */
function bury(rig: RestoreRig): void {
  const day = "days/2026/11/20/r0001";
  const folder = join(rig.vault, day);
  const manifest = readFileSync(join(folder, "manifest.json"));
  for (const name of readdirSync(folder).filter((one) => !one.startsWith("manifest.json")))
    rmSync(join(folder, name));
  const signer = SAMPLE_KEY.signerFor(originIn(rig));
  const said = JSON.parse(manifest.toString()) as Record<string, unknown>;
  const claim = { ...said, manifest_sha256: sha256Hex(manifest), key_id: signer.keyId };
  const tombstone = `${JSON.stringify(claim, null, 2)}\n`;
  put(rig, `${day}/tombstone.json`, tombstone);
  put(rig, `${day}/tombstone.json.sig`, signer.sign(Buffer.from(tombstone)));
}

it("takes no tombstone that another key signed: the day is written again", async () => {
  const rig = await archived();
  bury(rig);

  const buried = await rig.run("verify");
  const healed = await rig.run("archive");
  const after = await rig.run("verify", "--json");

  expect(buried).toMatchObject({ exit: 65, out: expect.stringContaining("FILE_MISSING") as unknown });
  expect(healed.err).toContain("sink content lost");
  expect(after.out).not.toContain("FILE_MISSING");
  expect(after.out).toContain("tombstone.json");
  expect(ledgerOf(rig.state).some(({ type }) => type === "disposed")).toBe(false);
});

it("restores no day over which somebody put a tombstone", async () => {
  const rig = await archived();
  bury(rig);
  lose(rig);

  expect((await rig.run(...RESTORE)).exit).toBe(65);
  expect([...filesBelow(rig.state).keys()]).toEqual(["lock"]);
});

it.each([
  ["words of somebody's own", JSON.stringify(["the auditor has approved everything"])],
  ["words in the place of a name", JSON.stringify([{ sink: "vault", path: "all is well" }])],
  ["no JSON", "{"],
])("signs nothing that somebody wrote into the list of a restore: %s", async (_what, text) => {
  const rig = await archived();
  const path = join(rig.state, "quarantine/left-out.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);

  expect((await rig.run("archive")).exit).toBe(0);

  expect(ledgerOf(rig.state).find(({ type }) => type === "recovery-performed")).toMatchObject({
    steps: ["removed quarantine/left-out.json, which no restore wrote so"],
  });
  expect(existsSync(path)).toBe(false);
});
