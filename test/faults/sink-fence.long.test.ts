import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { interruptedFiles, lostOrAltered, moreSinks, objectsIn, twoHosts } from "../support/two-hosts.js";
import type { Host, TwoHosts } from "../support/two-hosts.js";

/** The winner goes on as if nothing had been, and its archive is whole in the sink. */
async function goesOn({ rig }: TwoHosts, winner: Host): Promise<void> {
  rig.clock.advance(DAY_MS);
  const { exit, out } = await winner.run("archive");
  expect(out).toContain("1 day sealed");
  expect(exit).toBe(0);
  expect((await winner.run("verify", "--level", "deep")).exit).toBe(0);
}

/** The exit code and the error's code of one more pass. */
async function nextPass(host: Host): Promise<string> {
  const { exit, out } = await host.run("archive");
  return `${exit} ${/ARCHIVE_FORKED|SINK_[A-Z]+/.exec(out)?.[0] ?? "no error"}`;
}

const STOPPED = "65 ARCHIVE_FORKED";

describe.each(["local-files", "s3"] as const)(
  "two hosts with one archive, in a sink of %s (fault 58)",
  (kind) => {
    it("stops the one that comes second, before it spends a request", async () => {
      const hosts = await twoHosts(kind);
      const { rig, sink, a, b } = hosts;
      hosts.copyAToB();
      rig.clock.advance(DAY_MS);
      expect((await a.run("archive")).exit).toBe(0);
      const [asked, before] = [rig.simulator.requests.length, await objectsIn(sink.store)];

      const { exit, out } = await b.run("archive");

      expect(exit).toBe(65);
      expect(out).toMatch(/vault: contoso\/ledger\/000\/\d+\.json: .*ARCHIVE_FORKED/s);
      expect(out).toContain("daybook restore --from vault");
      expect(rig.simulator.requests).toHaveLength(asked);
      expect(lostOrAltered(before, await objectsIn(sink.store))).toEqual([]);
      await goesOn(hosts, a);
    });

    it("stops a copy that is several passes old", async () => {
      const hosts = await twoHosts(kind);
      const { rig, a, b } = hosts;
      hosts.copyAToB();
      for (let pass = 0; pass < 2; pass += 1) {
        rig.clock.advance(DAY_MS);
        await a.run("archive");
      }

      expect(await nextPass(b)).toBe(STOPPED);
      await goesOn(hosts, a);
    });

    it("stops the one whose sink was down while the other went on, once it is back", async () => {
      const hosts = await twoHosts(kind);
      const { rig, sink, a, b } = hosts;
      hosts.copyAToB();
      rig.clock.advance(DAY_MS);
      sink.down(true);
      const alone = await a.run("archive");
      expect(alone.out).toContain("1 day sealed");
      expect([69, 73]).toContain(alone.exit);
      sink.down(false);
      expect((await b.run("archive")).exit).toBe(0);
      const before = await objectsIn(sink.store);

      expect(await nextPass(a)).toBe(STOPPED);

      expect(lostOrAltered(before, await objectsIn(sink.store))).toEqual([]);
      await goesOn(hosts, b);
    });

    it("lets exactly one go on when both begin at the same instant", async () => {
      const hosts = await twoHosts(kind, moreSinks);
      const { rig, sink, a, b } = hosts;
      hosts.copyAToB();
      rig.clock.advance(2 * DAY_MS);
      const before = await objectsIn(sink.store);

      const [ranA, ranB] = await Promise.all([a.run("archive"), b.run("archive")]);

      expect([ranA.exit, ranB.exit].toSorted((x, y) => x - y)).toEqual([0, 65]);
      const [winner, loser] = ranA.exit === 0 ? [a, b] : [b, a];
      expect((await winner.run("verify", "--level", "deep")).exit).toBe(0);
      expect(lostOrAltered(before, await objectsIn(sink.store))).toEqual([]);
      expect(await nextPass(loser)).toBe(STOPPED);
      await goesOn(hosts, winner);
    });

    it("does not take down a host because its sink is", async () => {
      const { rig, sink, a } = await twoHosts(kind);
      rig.clock.advance(DAY_MS);
      sink.down(true);
      await a.run("archive");
      sink.down(false);

      expect((await a.run("archive")).exit).toBe(0);
      expect((await a.run("verify", "--level", "deep")).exit).toBe(0);
    });

    it("begins no second archive where the sink holds one", async () => {
      const { rig, sink, a, b } = await twoHosts(kind);
      const [asked, before] = [rig.simulator.requests.length, await objectsIn(sink.store)];

      const { exit, out } = await b.run("archive");

      expect(exit).toBe(65);
      expect(out).toContain("SINK_TAKEN");
      expect(out).toContain("daybook restore --from vault --tenant contoso");
      expect(rig.simulator.requests).toHaveLength(asked);
      expect(await objectsIn(sink.store)).toEqual(before);
      expect((await a.run("verify")).exit).toBe(0);
    });

    it("keeps two archives apart that began while the sink was down, and puts nothing into the other's", async () => {
      const { rig, sink, a, b } = await twoHosts(kind);
      rmSync(a.state, { recursive: true });
      sink.down(true);
      await a.run("archive");
      sink.down(false);
      const before = await objectsIn(sink.store);
      rig.clock.advance(DAY_MS);

      const { exit, out } = await a.run("archive");

      expect(exit).toBe(65);
      expect(out).toContain("SINK_TAKEN");
      expect(await objectsIn(sink.store)).toEqual(before);
      expect((await b.run("verify")).exit).toBe(0);
    });
  },
);

/** Of two shared record sinks, the first by name and the other one. */
const POINTS = ["second", "vault"].flatMap((name) =>
  [
    { what: "a page", path: "h12-0001" },
    { what: "the page ledger", path: "pages\\.jsonl$" },
    { what: "the manifest", path: "manifest\\.json$" },
    { what: "a ledger entry", path: "ledger/000/\\d+\\.json$" },
    { what: "a head", path: "heads/\\d+$" },
  ].map(({ what, path }) => ({ name, what, at: new RegExp(`/${name}/contoso/.*${path}`) })),
);

describe("another host in the middle of a delivery", () => {
  it.each(POINTS)("leaves one of the two when it comes before $what in the sink $name", async ({ at }) => {
    const hosts = await twoHosts("local-files", moreSinks);
    const { rig, sink, a, b } = hosts;
    hosts.copyAToB();
    rig.clock.advance(2 * DAY_MS);
    const before = await objectsIn(sink.store);
    let [exitB, seen] = [-1, before];
    const files = interruptedFiles(at, async () => {
      exitB = (await b.run("archive")).exit;
      seen = await objectsIn(sink.store);
    });

    const { exit: exitA } = await a.runWith({ files }, "archive");

    expect([exitA, exitB].toSorted((x, y) => x - y)).toEqual([0, 65]);
    const [winner, loser] = exitA === 0 ? [a, b] : [b, a];
    const after = await objectsIn(sink.store);
    expect(lostOrAltered(before, after)).toEqual([]);
    expect(lostOrAltered(seen, after)).toEqual([]);
    expect((await winner.run("verify", "--level", "deep")).exit).toBe(0);
    expect(await nextPass(loser)).toBe(STOPPED);
    await goesOn(hosts, winner);
  });

  it("names the package that the loser left when the two read different days, and loses neither day", async () => {
    const hosts = await twoHosts("local-files");
    const { rig, sink, a, b } = hosts;
    hosts.copyAToB();
    rig.clock.advance(2 * DAY_MS);
    const files = interruptedFiles(/vault\/contoso\/ledger\//, async () => {
      expect((await b.run("archive", "--day", "2026-11-22")).exit).toBe(0);
    });
    const ranA = await a.runWith({ files }, "archive", "--day", "2026-11-21");
    expect(ranA.out).toContain("ARCHIVE_FORKED");
    const before = await objectsIn(sink.store);

    const ranB = await b.run("archive");

    expect(ranB.exit).toBe(65);
    expect(ranB.out).toMatch(/contoso\/days\/2026\/11\/21\/r0001\/.*A package in the way.*SINK_CONFLICT/);
    expect(lostOrAltered(before, await objectsIn(sink.store))).toEqual([]);
    rmSync(join(rig.vault, "days/2026/11/21/r0001"), { recursive: true });
    expect((await b.run("archive")).exit).toBe(0);
    await goesOn(hosts, b);
  });
});
