import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import { filesBelow, restoreRig, secondSink, vaultBreaksAt } from "../support/restore-rig.js";
import type { RestoreRig } from "../support/restore-rig.js";
import { twoHosts } from "../support/two-hosts.js";

const RESTORE = ["restore", "--from", "vault"];

/** Archives the next day, and everything holds. */
async function goesOn(rig: RestoreRig): Promise<void> {
  rig.nextDay();
  const { exit, out } = await rig.run("archive");
  expect(out).toMatch(/\d days? sealed/);
  expect(exit).toBe(0);
  expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
}

/** Of the files that a record sink holds too, all but the days. */
function isRecord(path: string): boolean {
  return /^(archive\.json|README\.txt|FORMAT\.md|head|heads\/|keys\/|ledger\/)/.test(path);
}

describe("daybook restore", () => {
  it("brings back the ledger byte for byte and the days that are read again, and the archive goes on", async () => {
    const rig = await restoreRig();
    for (let pass = 0; pass < 4; pass += 1, rig.nextDay()) await rig.run("archive");
    rig.loseState();
    rig.bringKey();

    const { exit, out } = await rig.run(...RESTORE);

    expect(out).toContain("contoso: restored: archive ");
    expect(exit).toBe(0);
    const [before, after] = [filesBelow(join(rig.lost, "contoso")), filesBelow(rig.state)];
    expect([...after].filter(([path]) => isRecord(path))).toEqual(
      [...before].filter(([path]) => isRecord(path)),
    );
    const days = readdirSync(join(rig.state, "days/2026/11"));
    const held = readdirSync(join(rig.vault, "days/2026/11"));
    // The horizon is 4 days: what has passed it stays in the sink.
    expect(days).toEqual(["23"]);
    expect(held.length).toBeGreaterThan(days.length);
    await goesOn(rig);
  });

  it("refuses where the tenant has an archive, and touches nothing", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    const before = filesBelow(rig.state);

    const { exit, out } = await rig.run(...RESTORE);

    expect(exit).toBe(64);
    expect(out).toContain("ARCHIVE_EXISTS");
    expect(filesBelow(rig.state)).toEqual(before);
  });

  it("refuses where a part of an archive lies without its ledger", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rmSync(join(rig.state, "ledger"), { recursive: true });

    expect((await rig.run(...RESTORE)).exit).toBe(64);
  });

  it("leaves the tenant alone while another instance holds it (fault 64)", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    const unlock = await nodeFiles.lock(join(rig.state, "lock"));

    const { exit } = await rig.run(...RESTORE);

    unlock();
    expect(exit).toBe(75);
  });

  it("says that there is nothing to restore, and that a sink is none", async () => {
    const rig = await restoreRig();

    expect((await rig.run(...RESTORE)).exit).toBe(66);
    expect((await rig.run("restore", "--from", "attic")).exit).toBe(64);
    expect((await rig.run("restore")).exit).toBe(64);
  });

  it("refuses another tenant's archive under the same name", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();
    rig.configure({ tenantId: "00000000-0000-4000-8000-000000000001" });

    expect((await rig.run(...RESTORE)).exit).toBe(78);
  });

  it("proves everything and leaves nothing with --dry-run", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();
    rig.bringKey();

    const { exit, value } = await rig.json(...RESTORE, "--dry-run");

    expect(exit).toBe(0);
    expect(value).toMatchObject({ dry_run: true, tenants: [{ tenant: "contoso", packages: 2 }] });
    expect([...filesBelow(rig.state).keys()]).toEqual(["lock"]);
    expect((await rig.run(...RESTORE)).exit).toBe(0);
  });
});

describe("daybook restore from a bucket", () => {
  it("brings the archive back, and what was lost on the way to it is read again", async () => {
    const hosts = await twoHosts("s3");
    const { rig, a } = hosts;
    rig.clock.advance(DAY_MS);
    hosts.sink.down(true);
    await a.run("archive");
    hosts.sink.down(false);
    renameSync(a.state, join(rig.folder, "lost"));

    const { exit, out } = await a.run("restore", "--from", "vault");
    const next = await a.run("archive");

    expect(out).toContain("contoso: restored: archive ");
    expect(exit).toBe(0);
    expect(next.out).toContain("1 day sealed");
    expect(next.exit).toBe(0);
    expect((await a.run("verify", "--level", "deep")).exit).toBe(0);
  });
});

describe("daybook restore without the archive's signing key", () => {
  it("restores, and says which key must come where before anything can be added", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();

    const { exit, out } = await rig.run(...RESTORE);

    expect(exit).toBe(78);
    expect(out).toContain("contoso: restored: archive ");
    expect(out).toMatch(/TO DO: .*put the private key of [0-9a-f]{8} .*state\/signing-key\.pem, mode 600/);
    rig.bringKey();
    await goesOn(rig);
  });

  it("tells another key from the archive's", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();
    const { privateKey } = generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    mkdirSync(join(rig.folder, "state"));
    writeFileSync(join(rig.folder, "state", "signing-key.pem"), privateKey, { mode: 0o600 });

    const { exit, out } = await rig.run(...RESTORE);

    expect(exit).toBe(78);
    expect(out).toContain("which is none of this archive's");
    rig.bringKey();
    await goesOn(rig);
  });
});

describe("daybook restore with several sinks", () => {
  it("refuses a sink that has less than another, and names that one", async () => {
    const rig = await restoreRig();
    const more = secondSink(rig.folder);
    rig.configure({ more });
    await rig.run("archive");
    rig.configure({ more: "" });
    rig.nextDay();
    await rig.run("archive");
    rig.configure({ more });
    rig.loseState();
    rig.bringKey();

    const behind = await rig.run("restore", "--from", "second");

    expect(behind.exit).toBe(64);
    expect(behind.out).toContain("daybook restore --from vault --tenant contoso");
    expect((await rig.run(...RESTORE)).exit).toBe(0);
    await goesOn(rig);
  });

  it("says which sink it could not compare, and restores all the same", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();
    rig.bringKey();
    const nobody = `endpoint: "http://127.0.0.1:9", bucket: worm, region: eu-west-1`;
    rig.configure({ more: `  worm: { use: s3, ${nobody} }\n` });

    const { exit, out } = await rig.run(...RESTORE);

    expect(out).toContain("note: worm was not compared");
    expect(exit).toBe(0);
  });

  it("refuses sinks that hold different archives from some entry on", async () => {
    const rig = await restoreRig();
    const more = secondSink(rig.folder);
    rig.configure({ more });
    await rig.run("archive");
    cpSync(join(rig.folder, "state"), join(rig.folder, "copy"), { recursive: true });
    rig.nextDay();
    rig.configure({ more: "" });
    await rig.run("archive");
    rig.loseState();
    cpSync(join(rig.folder, "copy"), join(rig.folder, "state"), { recursive: true });
    cpSync(join(rig.folder, "vault"), join(rig.folder, "first"), { recursive: true });
    rmSync(join(rig.folder, "vault"), { recursive: true });
    cpSync(join(rig.folder, "second"), join(rig.folder, "vault"), { recursive: true });
    rig.clock.advance(1_000);
    await rig.run("archive");
    rmSync(join(rig.folder, "second"), { recursive: true });
    cpSync(join(rig.folder, "first"), join(rig.folder, "second"), { recursive: true });
    rig.configure({ more });
    rig.loseState();

    const { exit, out } = await rig.run(...RESTORE);

    expect(exit).toBe(65);
    expect(out).toContain("ARCHIVE_FORKED");
    expect([...filesBelow(rig.state).keys()]).toEqual(["lock"]);
  });
});

describe("daybook restore after a host was lost in the middle of a delivery", () => {
  it("takes in a whole package that no entry in the sink names", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.nextDay();
    await rig.runWith({ files: vaultBreaksAt(/ledger\/000/) }, "archive");
    rig.loseState();
    rig.bringKey();

    const { exit, value } = await rig.json(...RESTORE);
    const { out } = await rig.run("archive");

    expect(exit).toBe(0);
    expect(value).toMatchObject({ tenants: [{ uncommitted: ["days/2026/11/21/r0001"], left_out: [] }] });
    expect(out).toContain("nothing was due");
    await goesOn(rig);
  });

  it("names a package that was begun, and goes on once it is out of the way", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.nextDay();
    await rig.runWith({ files: vaultBreaksAt(/manifest\.json$/) }, "archive");
    rig.loseState();
    rig.bringKey();

    const { value } = await rig.json(...RESTORE);

    expect(value).toMatchObject({ tenants: [{ left_out: [{ path: "days/2026/11/21/r0001" }] }] });
    expect((await rig.run("archive")).exit).toBe(65);
    rmSync(join(rig.vault, "days/2026/11/21/r0001"), { recursive: true });
    expect((await rig.run("archive")).exit).toBe(0);
    await goesOn(rig);
  });

  it("takes in an entry whose head had not come yet, and says so", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.nextDay();
    await rig.runWith({ files: vaultBreaksAt(/heads\/\d+$/) }, "archive");
    const entries = readdirSync(join(rig.vault, "ledger/000")).length;
    rig.loseState();
    rig.bringKey();

    const { exit, value } = await rig.json(...RESTORE);

    expect(exit).toBe(0);
    expect(value).toMatchObject({
      tenants: [{ entries, notes: [expect.stringContaining("has no head yet")] }],
    });
    await goesOn(rig);
  });
});
