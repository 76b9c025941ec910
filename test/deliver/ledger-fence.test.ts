import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { entryPath } from "../../src/model/ledger-entry.js";
import { stableJson } from "../../src/model/stable-json.js";
import { folderSource } from "../../src/archive/folder-source.js";
import { LedgerFence } from "../../src/deliver/ledger-fence.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { testHost } from "../support/plugin-host.js";
import { STATE_KEYS, signedEntry, writeState } from "../support/sealed-package.js";

const { signal } = new AbortController();
const OURS = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
const OTHER = "00000000-2f0c-4f7e-9a51-3f1f0f6f2a11";
let folder: string;
let root: string;
let vault: string;
let requests: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-fence-"));
  [root, vault] = [join(folder, "state"), join(folder, "vault", "contoso")];
  requests = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function ledger(at: string, entries: number, archiveId = OURS): Promise<void> {
  await writeState(at, entries);
  const identity = { archive_id: archiveId, tenant_id: OURS, created: "2026-11-22", format: "daybook/1" };
  await writeFile(join(at, "archive.json"), stableJson(identity));
}

/** The vault as a store that notes what it is asked. */
function fence(): LedgerFence {
  const options = localFiles.options.parse({ path: join(folder, "vault"), reserve: "0" });
  const store = localFiles.open(options, testHost());
  const noted: ObjectStore = {
    check: (inner) => store.check(inner),
    putNew: (key, body, expected, inner) => store.putNew(key, body, expected, inner),
    replace: (key, body, expected, inner) => store.replace(key, body, expected, inner),
    get: (key, inner) => (requests.push(`get ${key}`), store.get(key, inner)),
    stat: (key, inner) => (requests.push(`stat ${key}`), store.stat(key, inner)),
    list: (prefix, inner) => store.list(prefix, inner),
    remove: (key, inner) => store.remove(key, inner),
    close: () => store.close(),
  };
  const archive = folderSource(nodeFiles, root);
  return new LedgerFence({
    name: "vault",
    store: noted,
    tenant: "contoso",
    archive,
    ledgerSize,
    keys: STATE_KEYS,
  });
}

let size = 0;
const ledgerSize = (): number => size;

async function states(ours: number, theirs: number, archiveId = OURS): Promise<void> {
  size = ours;
  await ledger(root, ours);
  if (theirs > 0) await ledger(vault, theirs, archiveId);
}

describe("a ledger fence", () => {
  it.each([
    { ours: 1, theirs: 0 },
    { ours: 1, theirs: 1 },
    { ours: 300, theirs: 300 },
    { ours: 300, theirs: 299 },
    { ours: 300, theirs: 170 },
    { ours: 300, theirs: 1 },
    { ours: 300, theirs: 0 },
  ])("finds $theirs of our $ours entries in the store", async ({ ours, theirs }) => {
    await states(ours, theirs);

    expect(await fence().check(signal)).toBe(theirs);
  });

  it.each([
    ["nothing of it", (whole: Buffer) => whole.subarray(0, 0)],
    ["its beginning", (whole: Buffer) => whole.subarray(0, 9)],
    ["zeros", (whole: Buffer) => Buffer.alloc(whole.length)],
    ["all but a bit", (whole: Buffer) => whole.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
    [
      "all but the signature",
      (whole: Buffer) => Buffer.from(whole.toString().replace(/"signature": ".*"/, "")),
    ],
  ])("takes a newest entry of which %s is left for the damage of that store alone", async (_, left) => {
    await states(5, 5);
    const path = join(vault, entryPath(4));
    const whole = await readFile(path);
    await chmod(path, 0o600);
    await writeFile(path, left(whole));

    await expect(fence().check(signal)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });

  it("asks three things of a store that is up to date, and two when asked again", async () => {
    await states(1_000, 1_000);
    const ours = fence();
    await ours.check(signal);
    const first = requests.splice(0);
    await ours.recheck(signal);

    expect(first).toEqual([
      "stat contoso/ledger/000/000000999.json",
      "get contoso/ledger/000/000000999.json",
      "stat contoso/ledger/000/000001000.json",
    ]);
    expect(requests).toEqual([
      "stat contoso/ledger/000/000000999.json",
      "stat contoso/ledger/000/000001000.json",
    ]);
  });

  it("finds a store that is empty all of a sudden", async () => {
    await states(5, 5);
    const ours = fence();
    await ours.check(signal);
    await rm(vault, { recursive: true });

    await expect(ours.recheck(signal)).rejects.toMatchObject({ code: "SINK_LOST" });
  });

  it("asks little more of a store that is a few entries behind, and not much of one that is far behind", async () => {
    await states(1_000, 995);
    await fence().check(signal);
    const few = requests.splice(0).length;
    await rm(join(vault, "ledger"), { recursive: true });
    await ledger(vault, 10);
    await fence().check(signal);

    expect(few).toBeLessThan(9);
    expect(requests.length).toBeLessThan(25);
  });

  it.each([
    { what: "one entry more than we have", ours: 5, theirs: 6 },
    { what: "many entries more than we have", ours: 5, theirs: 40 },
  ])("finds another writer by $what", async ({ ours, theirs }) => {
    await states(ours, theirs);

    await expect(fence().check(signal)).rejects.toMatchObject({ code: "ARCHIVE_FORKED" });
  });

  it.each([
    { what: "as long as ours", ours: 5, theirs: 5 },
    { what: "shorter", ours: 9, theirs: 5 },
    { what: "longer", ours: 5, theirs: 9 },
  ])("finds another writer by other bytes in a ledger that is $what", async ({ ours, theirs }) => {
    await states(ours, theirs);
    for (const seq of [3, 4].filter((number) => number < theirs))
      await writeFile(join(vault, entryPath(seq)), signedEntry(seq, "another"));

    await expect(fence().check(signal)).rejects.toMatchObject({ code: "ARCHIVE_FORKED" });
  });

  it("finds a writer who comes after it looked, and takes what it put itself for its own", async () => {
    await states(8, 5);
    const ours = fence();
    await ours.check(signal);
    await ledger(vault, 7);
    await ours.recheck(signal);
    await writeFile(join(vault, entryPath(7)), signedEntry(7, "another"));

    await expect(ours.recheck(signal)).rejects.toMatchObject({ code: "ARCHIVE_FORKED" });
  });

  it.each([0, 1, 5, 9])("tells another archive of %i entries from another writer", async (theirs) => {
    await states(5, 1, OTHER);
    await rm(join(vault, "ledger"), { recursive: true });
    for (let seq = 0; seq < theirs; seq += 1) {
      await nodeFiles.makeFolder(join(vault, "ledger/000"));
      await writeFile(join(vault, entryPath(seq)), `another archive's ${seq}`);
    }

    await expect(fence().check(signal)).rejects.toMatchObject({
      code: "SINK_TAKEN",
      message: expect.stringContaining(`archive ${OTHER} of tenant ${OURS}`),
    });
  });
});
