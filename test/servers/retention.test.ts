import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { DAY_MS, addDays, isoTime, utcDayOf } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { REAL_TIME } from "../support/e2e-rig.js";
import { ANA, BEN, retentionRig, succeed } from "../support/retention-rig.js";
import { chaptersOf } from "../support/readme-chapters.js";
import { REGION, newBucket, ownerOf, useCredentials } from "../support/s3-place.js";
import type { S3Server } from "../support/s3-place.js";
import { GATEWAY_KEY, GATEWAY_SECRET, startGateway } from "./s3/rados-gateway.js";
import type { Gateway } from "./s3/rados-gateway.js";

// A real S3 server with Object Lock and a folder. Its clock is the machine's: Daybook's runs ahead of it by the years of the retention.
const YEARS_MS = 21 * 366 * DAY_MS;
let gateway: Gateway;
let server: S3Server;
let bucket: string;
let forgetCredentials: () => Promise<void>;

beforeAll(async () => {
  forgetCredentials = await useCredentials(GATEWAY_KEY, GATEWAY_SECRET);
  gateway = await startGateway();
  server = { endpoint: gateway.endpoint, owner: ownerOf(gateway.endpoint) };
  bucket = await newBucket(server.owner, true);
}, 120_000);
afterAll(async () => {
  server.owner.destroy();
  await gateway.stop();
  await forgetCredentials();
});

interface Found {
  readonly key: string;
  readonly version: string;
  readonly until: Date | undefined;
  readonly isHeld: boolean;
}

/** Every version of the day's objects, as the bucket's owner sees it. Delete markers count. */
async function versionsOf(day: UtcDay): Promise<readonly Found[]> {
  const Prefix = `contoso/days/${day.replaceAll("-", "/")}/`;
  const { Versions = [], DeleteMarkers = [] } = await server.owner.listObjectVersions({
    Bucket: bucket,
    Prefix,
  });
  expect(DeleteMarkers).toEqual([]);
  return Promise.all(
    Versions.map(async ({ Key = "", VersionId = "" }) => {
      const head = await server.owner.headObject({ Bucket: bucket, Key, VersionId });
      const { ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = head;
      return { key: Key.slice(Prefix.length), version: VersionId, until, isHeld: hold === "ON" };
    }),
  );
}

/** What waiting for years would do: the owner of the bucket, who may, lets the governance locks end in a moment. */
async function endLocks(day: UtcDay): Promise<void> {
  const RetainUntilDate = new Date(Math.ceil(systemClock.now() / 1_000) * 1_000 + 3_000);
  const Prefix = `contoso/days/${day.replaceAll("-", "/")}/`;
  for (const { key, version, until } of await versionsOf(day)) {
    if (until === undefined) continue;
    await server.owner.putObjectRetention({
      Bucket: bucket,
      Key: Prefix + key,
      VersionId: version,
      BypassGovernanceRetention: true,
      Retention: { Mode: "GOVERNANCE", RetainUntilDate },
    });
  }
  await sleep(RetainUntilDate.getTime() - systemClock.now() + 1_000);
}

/** What the commands of README.txt in the archive itself print: the head, the ledger, the days with their tombstones, the statements. */
function followed(vault: string): string {
  const chapters = chaptersOf(readFileSync(join(vault, "README.txt"), "utf8"));
  const commands = [2, 3, 4].map(
    (number) => chapters.find(({ title }) => title.startsWith(`${number}.`))?.commands ?? "exit 1",
  );
  const script = `set -eo pipefail\n${commands.join("\n")}`;
  return execFileSync("bash", ["-c", script], { cwd: vault, encoding: "utf8" });
}

it("locks, holds, releases and destroys a day in a bucket with Object Lock and in a folder, with proof", async () => {
  const day = addDays(utcDayOf(systemClock.now()), -2);
  const worm = `  worm: { use: s3, bucket: ${bucket}, endpoint: "${gateway.endpoint}", region: ${REGION}, pathStyle: true, profile: writer, objectLock: governance }\n`;
  const rig = await retentionRig(2, {
    horizon: REAL_TIME.horizon,
    readAfter: REAL_TIME.readAfter,
    now: isoTime(systemClock.now()),
    keep: "20y",
    more: worm,
  });
  const range = ["--from", day, "--to", day];
  const sealed = await versionsOf(day);
  expect(sealed.length).toBeGreaterThan(5);
  const until = sealed[0]?.until?.toISOString().slice(0, 10) ?? "";
  expect(Number(until.slice(0, 4)) - Number(day.slice(0, 4))).toBeGreaterThanOrEqual(20);
  expect(sealed.every((one) => one.until?.toISOString() === `${until}T00:00:00.000Z`)).toBe(true);
  const checked = await succeed(rig, "retention", "check");
  expect(checked).toContain("contoso  worm  locks each day until its retention ends");
  expect(checked).toContain("contoso  vault  cannot protect a day");
  expect(await succeed(rig, "retention", "show", "--day", day)).toContain(
    `contoso  ${day}  worm  locked until ${until}\n`,
  );
  await succeed(rig, "people", "apply");

  await succeed(rig, "hold", "place", "--matter", "M-1", "--reason", "a letter", ...range, ...BEN);
  expect((await versionsOf(day)).filter(({ isHeld }) => !isHeld)).toEqual([]);
  rig.clock.advance(YEARS_MS);
  expect((await rig.run("hold", "test", day)).exit).toBe(68);
  await succeed(rig, "hold", "release", "H0001", "--reason", "closed", ...ANA);
  expect((await versionsOf(day)).filter(({ isHeld }) => isHeld)).toEqual([]);

  await succeed(rig, "dispose", "plan");
  await succeed(rig, "dispose", "approve", "P0001", ...ANA);
  await succeed(rig, "dispose", "approve", "P0001", ...BEN);
  const locked = await rig.run("dispose", "run", "P0001");
  expect(`${locked.out}${locked.err}`).toContain(`locked in worm until ${until}`);
  expect(locked.exit).not.toBe(0);
  expect((await versionsOf(day)).map(({ version }) => version)).toEqual(sealed.map(({ version }) => version));

  await endLocks(day);
  // The same approvals count for what the lock held up.
  expect(await succeed(rig, "dispose", "run", "P0001")).toContain("P0001 is finished");

  const left = await versionsOf(day);
  expect(left.map(({ key }) => key).toSorted()).toEqual([
    "r0001/manifest.json",
    "r0001/manifest.json.sig",
    "r0001/tombstone.json",
    "r0001/tombstone.json.sig",
  ]);
  const folder = join(rig.vault, "days", day.replaceAll("-", "/"), "r0001");
  expect(
    readdirSync(folder)
      .map((name) => `r0001/${name}`)
      .toSorted(),
  ).toEqual(left.map(({ key }) => key).toSorted());
  const tombstone = readFileSync(join(folder, "tombstone.json"), "utf8");
  expect(tombstone).toContain("every version and delete marker deleted and confirmed absent");
  expect(await succeed(rig, "dispose", "report", "P0001")).toContain("Certificate of destruction P0001");

  for (const scope of [[], ["--sink", "worm"], ["--path", rig.vault]]) {
    const verified = await rig.run("verify", "--level", "deep", ...scope);
    expect(`${scope.join(" ")}: ${verified.exit} ${verified.err}${verified.out}`).toMatch(/^[^:]*: 0 /);
  }
  const printed = followed(rig.vault);
  expect(printed).toContain("Signature Verified Successfully");
  expect(printed).not.toMatch(/WRONG|BROKEN/);
  expect(printed).toContain("all tombstones are as recorded");
  const signers = [...printed.matchAll(/^Good "daybook\/1" signature for (\S+) with (\S+) key/gm)];
  expect(new Set(signers.map(([, person, type]) => `${person} ${type}`))).toEqual(
    new Set(["legal-counsel ECDSA", "records-manager ED25519"]),
  );
  // A byte of a statement that changes is found by OpenSSH alone.
  const act = readdirSync(join(rig.vault, "acts")).find((name) =>
    existsSync(join(rig.vault, "acts", name, "statement.json")),
  );
  const statement = join(rig.vault, "acts", act ?? "", "statement.json");
  const bytes = readFileSync(statement, "utf8");
  execFileSync("chmod", ["u+w", statement]);
  writeFileSync(statement, `${bytes} `);
  expect(() => followed(rig.vault)).toThrow(/Command failed/);
}, 300_000);
