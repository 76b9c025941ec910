import { afterEach, describe, expect, it } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { RESTLESS_SCENARIO } from "../../packages/simulator/index.js";
import type { SimulatorOptions } from "../../packages/simulator/index.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { PlainReader, pageOf, textsOf } from "./plain-reader.js";

const DAY = "2026-11-18" as UtcDay;
const NOW = "2026-11-22T12:00:00Z";

describe("the activity log", () => {
  const readers: PlainReader[] = [];
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.simulator.close()));
  });

  async function start(options: SimulatorOptions, clock = new VirtualClock(NOW)): Promise<PlainReader> {
    const reader = await PlainReader.start(options, clock);
    readers.push(reader);
    return reader;
  }

  it.each(["compact", "pretty", "pretty-crlf"] as const)(
    "serves exactly what its truth tells, %s",
    async (layout) => {
      const reader = await start({
        ...RESTLESS_SCENARIO,
        layout,
        eventsPerDay: 3_000,
        pageSize: 100,
        emptyPageShare: 0.3,
      });

      const texts = await reader.readDay(DAY);

      expect(texts).toEqual(truthOf(reader));
      expect(reader.simulator.truth.countsOf(DAY, Date.parse(NOW)).delivered).toBe(texts.length);
    },
  );

  it.each(["old", "new", "both"] as const)(
    "walks a whole day through tokens of style %s",
    async (tokenStyle) => {
      const reader = await start({ tokenStyle, eventsPerDay: 3_000, pageSize: 100 });

      const answers = await reader.chain(await reader.window(`${DAY}T00:00:00.000Z`, `${DAY}T23:59:59.999Z`));

      expect(answers.flatMap((answer) => textsOf(answer.body.toString()))).toEqual(truthOf(reader));
    },
  );

  it("serves a window longer than an hour hour by hour: an empty day takes 24 answers", async () => {
    const reader = await start({ emptyDays: [DAY] });

    const answers = await reader.chain(await reader.window(`${DAY}T00:00:00`, `${DAY}T23:59:59`));

    expect(answers.map((answer) => pageOf(answer).activityEventEntities.length)).toEqual(
      Array<number>(24).fill(0),
    );
  });

  it("needs two answers for the documented window of 65 minutes", async () => {
    const reader = await start({});

    const answers = await reader.chain(await reader.window(`${DAY}T07:55:00Z`, `${DAY}T08:59:00Z`));

    expect(answers).toHaveLength(2);
  });

  it("gives an empty page with a token in a quiet hour", async () => {
    const reader = await start({ emptyDays: [DAY] });

    const page = pageOf(await reader.window(`${DAY}T00:00:00Z`, `${DAY}T23:59:59Z`));

    expect(page.activityEventEntities).toEqual([]);
    expect(page.continuationToken).toEqual(expect.any(String));
  });

  it("ends a chain with events, null token, null address and lastResultSet false", async () => {
    const reader = await start({});

    const page = pageOf(await reader.window(`${DAY}T09:00:00.000Z`, `${DAY}T09:59:59.999Z`));

    expect(page.activityEventEntities.length).toBeGreaterThan(0);
    expect({ ...page, activityEventEntities: [] }).toEqual({
      activityEventEntities: [],
      continuationUri: null,
      continuationToken: null,
      lastResultSet: false,
    });
  });

  it("says lastResultSet at the end only in a scenario where it does", async () => {
    const reader = await start({ lastResultSetAtEnd: true });

    const answers = await reader.chain(await reader.window(`${DAY}T22:00:00Z`, `${DAY}T23:59:59Z`));

    expect(answers.map((answer) => pageOf(answer).lastResultSet)).toEqual([false, true]);
  });

  it("names another host in continuationUri, with the token percent-encoded and quoted", async () => {
    const reader = await start({ tokenStyle: "old" });

    const page = pageOf(await reader.window(`${DAY}T00:00:00Z`, `${DAY}T23:59:59Z`));

    expect(page.continuationToken).toMatch(/^%2BRID%3A/);
    expect(page.continuationUri).toBe(
      `https://wabi-north-europe-j-primary-redirect.analysis.windows.net/v1.0/myorg/admin/activityevents?continuationToken='${page.continuationToken}'`,
    );
  });

  it("keeps a filter through the chain, with its raw spaces in continuationUri", async () => {
    const reader = await start({ eventsPerDay: 5_000, pageSize: 20 });

    const first = await reader.window(
      `${DAY}T09:00:00Z`,
      `${DAY}T10:59:59Z`,
      "&$filter=Activity%20eq%20'viewreport'",
    );
    const events = (await reader.chain(first)).flatMap((answer) => pageOf(answer).activityEventEntities);

    expect(pageOf(first).continuationUri).toContain("&$filter=Activity eq 'viewreport'");
    expect(new Set(events.map((event) => event["Activity"]))).toEqual(new Set(["ViewReport"]));
    expect(events.length).toBeGreaterThan(100);
  });

  it("serves of a part of an hour what happened in it", async () => {
    const reader = await start({ eventsPerDay: 5_000 });

    const { activityEventEntities } = pageOf(await reader.window(`${DAY}T09:10:00Z`, `${DAY}T09:19:59.999Z`));

    const minutes = new Set(
      activityEventEntities.map((event) => String(event["CreationTime"]).slice(11, 15)),
    );
    expect(minutes).toEqual(new Set(["09:1"]));
  });

  it("rejects with the OData text a token or a time without quotes", async () => {
    const reader = await start({});

    for (const query of [
      "continuationToken=LDIw",
      `startDateTime=${DAY}T00:00:00Z&endDateTime=${DAY}T01:00:00Z`,
    ]) {
      const { status, body } = await reader.get(query);

      expect([status, body.toString()]).toEqual([
        400,
        expect.stringContaining("Expected literal type token but found token"),
      ]);
    }
  });

  it("accepts %27 for the quote", async () => {
    const reader = await start({});

    const { status } = await reader.get(
      `startDateTime=%27${DAY}T00:00:00Z%27&endDateTime=%27${DAY}T01:00:00Z%27`,
    );

    expect(status).toBe(200);
  });

  it("rejects missing, unreadable and unsupported parameters", async () => {
    const reader = await start({});
    const day = `startDateTime='${DAY}T00:00:00Z'`;
    const queries = [
      "",
      day,
      `${day}&endDateTime='tomorrow'`,
      `${day}&endDateTime='${DAY}T01:00:00Z'&$filter=contains(Activity,'x')`,
      `${day}&endDateTime='%'`,
    ];

    expect(await Promise.all(queries.map(async (query) => (await reader.get(query)).status))).toEqual([
      400, 400, 400, 400, 400,
    ]);
  });

  it("rejects with an empty body times of two days, and days before the horizon", async () => {
    const reader = await start({});
    const windows = [
      ["2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"],
      ["2026-10-25T11:00:00Z", "2026-10-25T11:59:59Z"],
    ] as const;

    for (const [from, to] of windows) {
      const { status, body } = await reader.window(from, to);

      expect([status, body.length]).toEqual([400, 0]);
    }
  });

  it("serves up to 28 days back to the second, and accepts an end in the future", async () => {
    const reader = await start({});

    expect((await reader.window("2026-10-25T12:00:00Z", "2026-10-25T12:59:59Z")).status).toBe(200);
    expect((await reader.window("2026-11-22T00:00:00Z", "2026-11-22T23:59:59.999Z")).status).toBe(200);
  });

  it("rejects a token that is encoded twice, not at all, or garbled", async () => {
    const reader = await start({ tokenStyle: "old" });
    const { continuationToken } = pageOf(await reader.window(`${DAY}T00:00:00Z`, `${DAY}T23:59:59Z`));
    const token = continuationToken ?? "";
    const wrong = [
      encodeURIComponent(token),
      decodeURIComponent(token).replaceAll("#", "%23"),
      token.replace("RID", "RIP"),
    ];

    expect(
      await Promise.all(wrong.map(async (text) => (await reader.get(`continuationToken='${text}'`)).status)),
    ).toEqual([400, 400, 400]);
  });

  it("shows a late event in a later reading, and nothing twice", async () => {
    const clock = new VirtualClock("2026-11-20T02:00:00Z");
    const reader = await start({ eventsPerDay: 3_000, lateShare: 0.03 }, clock);
    const before = await reader.readDay(DAY);

    clock.advance(20 * 86_400_000);
    reader.token = reader.simulator.issueToken();
    const after = await reader.readDay(DAY);

    expect(before.length).toBeLessThan(3_000);
    expect([after.length, new Set(after).size]).toEqual([3_000, 3_000]);
    expect(before.filter((text) => !after.includes(text))).toEqual([]);
  });

  it("prints how fast it serves a day of 100,000 events", async () => {
    const reader = await start({ eventsPerDay: 100_000 });
    const before = process.cpuUsage();

    let bytes = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      const time = `${DAY}T${String(hour).padStart(2, "0")}`;
      for (const answer of await reader.chain(
        await reader.window(`${time}:00:00.000Z`, `${time}:59:59.999Z`),
      ))
        bytes += answer.body.length;
    }

    const { user, system } = process.cpuUsage(before);
    const perSecond = Math.round(100_000 / ((user + system) / 1e6));
    process.stdout.write(`simulator and a plain reader together: ${perSecond} events per CPU-second\n`);
    expect(bytes).toBeGreaterThan(90_000_000);
  });
});

function truthOf(reader: PlainReader, day = DAY, now = NOW): readonly string[] {
  return Array.from(reader.simulator.truth.eventsOf(day, Date.parse(now)), (bytes) =>
    Buffer.from(bytes).toString(),
  );
}
