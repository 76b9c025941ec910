import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packagePath } from "../../src/model/manifest.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { DAY_MS, addDays } from "../../src/model/utc-day.js";
import {
  heldInBucket,
  heldInContainer,
  heldInFolder,
  heldInParquet,
  heldInParquetBucket,
  heldInTables,
  objectsOf,
  summaryOf,
} from "../support/all-sinks-held.js";
import type { HeldDays } from "../support/all-sinks-held.js";
import { EMPTY_DAY, allSinksRig } from "../support/all-sinks-rig.js";
import type { AllSinksRig } from "../support/all-sinks-rig.js";
import { ledgerOf, manifestOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { installDuckDb } from "../support/parquet-duckdb.js";

/** Of 26 days: PostgreSQL and Azure go down while it is read. */
const HALF_WAY = "2026-11-08" as UtcDay;
const RECORD_SINKS = ["vault", "worm", "blobs"];
let rig: AllSinksRig;
let vault: string;

beforeAll(async () => {
  installDuckDb();
  rig = await allSinksRig();
  vault = join(rig.folder, "vault", "contoso");
});
afterAll(() => rig?.dispose());

const clients: Readonly<Record<string, () => Promise<HeldDays>>> = {
  "local-files by zstd": () => heldInFolder(vault),
  "s3 by the AWS SDK": () => heldInBucket(rig),
  "azure-blob by the Azure SDK": () => heldInContainer(rig),
  "parquet by DuckDB": () => heldInParquet(join(rig.folder, "lake")),
  "parquet in s3 by DuckDB": () => heldInParquetBucket(rig),
  "postgres by psql": () => heldInTables(rig),
};

/** What the tenant served of each day when it was last read: told by the simulator, not by anything that Daybook wrote. */
function served(): Readonly<Record<string, object>> {
  const lastRead = new Map<UtcDay, number>();
  for (const entry of ledgerOf(vault)) {
    if (entry.type === "day-sealed" || entry.type === "day-rechecked")
      lastRead.set(entry.day, Date.parse(entry.time));
  }
  const lines = [...lastRead].map(([day, atMs]): [UtcDay, readonly string[]] => [
    day,
    servedLines(rig.simulator, day, atMs).map((line) => Buffer.from(line, "latin1").toString("utf8")),
  ]);
  return summaries(new Map(lines));
}

/** A day without records has no Parquet file and no row, so it is left out everywhere. */
function summaries(held: HeldDays): Readonly<Record<string, object>> {
  const days = [...held].filter(([, lines]) => lines.length > 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(days.map(([day, lines]) => [day, summaryOf(lines)]));
}

/** Which days each sink has a receipt for. */
function deliveredTo(sink: string): readonly UtcDay[] {
  return ledgerOf(vault).flatMap((entry) =>
    entry.type === "sink-delivered" && entry.sink === sink ? [entry.day] : [],
  );
}

async function behind(): Promise<unknown> {
  const { tenants } = (await rig.json("status")) as { tenants: { sinks_behind: unknown }[] };
  return tenants[0]?.sinks_behind;
}

async function expectTheSameInEverySink(): Promise<void> {
  const truth = served();
  for (const [client, held] of Object.entries(clients)) {
    expect({ client, days: summaries(await held()) }).toEqual({ client, days: truth });
  }
  for (const [day, revision] of revisionsIn(vault)) {
    const { event_set_sha256 } = manifestOf(vault, day, revision);
    expect({ day, ...(truth[day] ?? summaryOf([])) }).toMatchObject({ day, event_set_sha256 });
  }
}

describe("the 28 days of a tenant in six sinks at once", { timeout: 400_000 }, () => {
  it("finds every sink ready before anything is archived", async () => {
    const ready = [...RECORD_SINKS, "lake", "cloudlake", "sql"].map((sink) => ({
      subject: `contoso sink ${sink}`,
      found: "ready to be written",
    }));

    expect(await rig.runNow("sinks", "check", "--json").then(({ out }) => JSON.parse(out))).toMatchObject({
      checks: ready,
    });
  });

  it("goes on when two servers are killed half-way, and says which sinks are behind (fault 77)", async () => {
    rig.simulator.injectFault({
      when: ({ kind, query }) => kind === "activity-events" && query.includes(HALF_WAY),
      times: 1,
      respond: async (_request, own) => {
        await Promise.all([rig.postgres.kill(), rig.azurite.kill()]);
        await own();
        return {};
      },
    });

    const { exit, out } = await rig.run("archive");

    expect(exit).toBe(69);
    expect(out).toContain("26 days sealed");
    const before = deliveredTo("sql");
    expect(before).toContain(addDays(HALF_WAY, -1));
    expect(before).not.toContain(HALF_WAY);
    expect(await behind()).toEqual([
      { sink: "blobs", revisions: 26 - before.length },
      { sink: "sql", revisions: 26 - before.length },
    ]);
    for (const whole of ["vault", "worm", "lake", "cloudlake"]) expect(deliveredTo(whole)).toHaveLength(26);
  });

  it("keeps a failing sink's failure in one ledger entry, however often it is asked", async () => {
    expect((await rig.run("archive")).exit).toBe(69);

    const failed = ledgerOf(vault).flatMap((entry) => (entry.type === "sink-failed" ? [entry.sink] : []));
    expect(failed.toSorted()).toEqual(["blobs", "sql"]);
  });

  it("fills one of them by its name once its server is back, and the other by the next pass", async () => {
    await Promise.all([rig.postgres.start(), rig.azurite.start()]);
    const missing = 26 - deliveredTo("sql").length;

    const filled = await rig.json("archive", "--backfill-sink", "sql");

    expect(filled).toMatchObject({ tenants: [{ backfilled: missing, sinks_behind: [] }] });
    expect(await behind()).toEqual([{ sink: "blobs", revisions: missing }]);
    expect((await rig.run("archive")).exit).toBe(0);
    expect((await rig.run("status")).exit).toBe(0);
  });

  it("has the same counts, ids and digests in every sink, by each one's own client", async () => {
    await expectTheSameInEverySink();
    expect(revisionsIn(vault).size).toBe(26);
  });

  it("tells a day without events from one that was never delivered", async () => {
    const days = rig.postgres.psql(["-At", "-c", "SELECT date, records FROM daybook.days ORDER BY date"]);

    expect(days.trim().split("\n")).toHaveLength(26);
    expect(days).toContain(`${EMPTY_DAY}|0\n`);
  });

  it("stands in the bucket with the manifest's checksums, locked until its retention ends", async () => {
    const revisions = [...revisionsIn(vault)];
    for (const [day, revision] of revisions) {
      const { files, retention } = manifestOf(vault, day, revision);
      for (const { path, sha256, bytes } of files) {
        const Key = `powerbi/contoso/${packagePath(day, revision)}/${path}`;
        const head = await rig.s3.headObject({ Bucket: rig.bucket, Key, ChecksumMode: "ENABLED" });
        expect({ Key, ...head }).toMatchObject({
          Key,
          ContentLength: bytes,
          ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
          ObjectLockMode: "GOVERNANCE",
          ObjectLockRetainUntilDate: new Date(`${retention.retain_until}T00:00:00.000Z`),
        });
      }
    }
    expect(revisions).toHaveLength(26);
  });

  it.each(RECORD_SINKS)("is a whole archive by itself in %s", async (sink) => {
    expect(await rig.run("verify", "--sink", sink, "--level", "deep")).toMatchObject({
      exit: 0,
      out: expect.stringContaining("26 revisions checked at level deep") as unknown,
    });
  });

  it("replaces a day that late events changed, and counts nothing twice", async () => {
    rig.clock.advance(4 * DAY_MS);

    expect((await rig.run("archive")).exit).toBe(0);

    expect(Math.max(...revisionsIn(vault).values())).toBeGreaterThanOrEqual(2);
    expect(revisionsIn(vault).size).toBe(30);
    await expectTheSameInEverySink();
    for (const sink of RECORD_SINKS) {
      expect(await rig.run("verify", "--sink", sink)).toMatchObject({
        exit: 0,
        out: expect.stringContaining(`contoso in ${sink}: whole`) as unknown,
      });
    }
  });

  it("fills sinks that are added later with all days, those that the source no longer serves among them", async () => {
    rig.addSink(`  second: { use: local-files, path: ${join(rig.folder, "second")} }
  secondlake: { use: parquet, to: { use: local-files, path: ${join(rig.folder, "secondlake")} } }
`);
    expect(await behind()).toMatchObject([{ sink: "second" }, { sink: "secondlake", revisions: 30 }]);

    expect((await rig.run("archive")).exit).toBe(0);

    const truth = served();
    expect(summaries(await heldInFolder(join(rig.folder, "second", "contoso")))).toEqual(truth);
    expect(summaries(await heldInParquet(join(rig.folder, "secondlake")))).toEqual(truth);
    expect((await rig.run("verify", "--sink", "second", "--level", "deep")).exit).toBe(0);
    expect((await objectsOf(rig, rig.bucket, "powerbi/contoso/days/")).size).toBeGreaterThan(700);
  });
});
