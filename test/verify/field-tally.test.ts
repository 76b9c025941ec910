import { describe, expect, it } from "vitest";
import type { FieldCounts } from "../../src/model/manifest.js";
import { scanPage } from "../../src/bytes/page-scanner.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { RESTLESS_SCENARIO } from "../../packages/simulator/index.js";
import { Tenant } from "../../packages/simulator/tenant.js";
import { Truth } from "../../packages/simulator/truth.js";
import { FieldTally } from "../../src/verify/field-tally.js";

async function tallied(...events: readonly string[]): Promise<FieldTally> {
  const tally = new FieldTally();
  await scanPage(Buffer.from(`{"activityEventEntities":[${events.join(",")}]}`), tally);
  return tally;
}

async function countsOf(...events: readonly string[]): Promise<FieldCounts> {
  return (await tallied(...events)).counts();
}

describe("FieldTally", () => {
  it("counts for every field the events that have it, and those that have something in it", async () => {
    const { by_field: fields } = await countsOf(
      `{"A":"x","B":null,"C":"","D":[],"E":{},"F":[1],"G":{"a":1},"H":0,"I":false,"J":[ ],"K":{ \n }}`,
      `{"A":"y","B":"b"}`,
    );

    expect(fields).toEqual({
      A: { present: 2, filled: 2 },
      B: { present: 2, filled: 1 },
      C: { present: 1, filled: 0 },
      D: { present: 1, filled: 0 },
      E: { present: 1, filled: 0 },
      F: { present: 1, filled: 1 },
      G: { present: 1, filled: 1 },
      H: { present: 1, filled: 1 },
      I: { present: 1, filled: 1 },
      J: { present: 1, filled: 0 },
      K: { present: 1, filled: 0 },
    });
  });

  it("counts a field that comes twice once, as its last value says", async () => {
    const { by_field: fields } = await countsOf(`{"A":"x","A":null}`, `{"B":"","B":"x"}`);

    expect(fields).toEqual({ A: { present: 1, filled: 0 }, B: { present: 1, filled: 1 } });
  });

  it("counts top-level fields alone", async () => {
    expect(Object.keys((await countsOf(`{"A":{"B":[{"C":1}]}}`)).by_field)).toEqual(["A"]);
  });

  it("counts together what is no identifier, an event once, and writes none of it", async () => {
    const { by_field: fields } = await countsOf(`{"jane@contoso.com":1,"a b":null}`, `{"\\u2028":""}`);

    expect(fields).toEqual({ "*": { present: 2, filled: 1 } });
  });

  it("lists 500 fields and counts the others together", async () => {
    const members = Array.from({ length: 700 }, (_, at) => `"Field${at}":1`);

    const { by_field: fields } = await countsOf(`{${members.join(",")}}`);

    expect(Object.keys(fields)).toHaveLength(501);
    expect(fields["*"]).toEqual({ present: 1, filled: 1 });
  });

  it("sorts names by their code units", async () => {
    expect(Object.keys((await countsOf(`{"b":1,"B":1,"a":1,"__proto__":1,"no name":1}`)).by_field)).toEqual([
      "*",
      "B",
      "__proto__",
      "a",
      "b",
    ]);
  });

  it("counts what is filled within each activity that has 20 events", async () => {
    const often = Array.from(
      { length: 20 },
      (_, at) => `{"UserAgent":${at < 5 ? `"x"` : "null"},"Activity":"ViewReport"}`,
    );
    const seldom = Array.from({ length: 19 }, () => `{"Activity":"ExportReport","UserAgent":"x"}`);
    const odd = Array.from({ length: 30 }, () => `{"Activity":"two words","UserAgent":"x"}`);

    const { filled_by_activity: filled } = await countsOf(...often, ...seldom, ...odd, `{"UserAgent":"x"}`);

    expect(filled).toEqual({ ViewReport: { Activity: 20, UserAgent: 5 } });
  });

  it("lists the 20 activities with most events, sorted by name", async () => {
    const events = Array.from({ length: 25 }, (_, at) =>
      Array.from({ length: 20 + at }, () => `{"Activity":"Activity${at}"}`),
    ).flat();

    const names = Object.keys((await countsOf(...events)).filled_by_activity);

    expect(names).toEqual(Array.from({ length: 20 }, (_, at) => `Activity${at + 5}`).toSorted());
  });

  it("takes an event back as if it had not come", async () => {
    const events = Array.from({ length: 21 }, (_, at) => `{"Activity":"ViewReport","A":${at % 2}}`);
    const body = Buffer.from(`{"activityEventEntities":[${[...events, `{"B" : [ ]}`].join(",")}]}`);
    const tally = new FieldTally();
    const page = await scanPage(body, tally);

    tally.takeBack(page, 21);
    tally.takeBack(page, 0);

    expect(tally.counts()).toEqual({
      by_field: { A: { present: 20, filled: 20 }, Activity: { present: 20, filled: 20 } },
      filled_by_activity: { ViewReport: { A: 20, Activity: 20 } },
    });
  });

  it("counts a restless tenant's day as JSON.parse does", async () => {
    const truth = new Truth(new Tenant({ ...RESTLESS_SCENARIO, eventsPerDay: 3_000, duplicateShare: 0.05 }));
    const texts = Array.from(truth.eventsOf("2026-11-18" as UtcDay, Infinity), (bytes) =>
      Buffer.from(bytes).toString(),
    );
    const tally = new FieldTally();
    const page = await scanPage(Buffer.from(`{"activityEventEntities":[${texts.join(",")}]}`), tally);
    for (const [index, text] of texts.entries()) if (texts.indexOf(text) < index) tally.takeBack(page, index);

    const distinct = [...new Set(texts)].map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(distinct.length).toBeLessThan(texts.length);
    expect(tally.counts()).toEqual({
      by_field: countedIn(distinct),
      filled_by_activity: Object.fromEntries(
        mostFrequent(distinct).map((activity) => [
          activity,
          filledIn(distinct.filter((event) => event["Activity"] === activity)),
        ]),
      ),
    });
  });
});

type Event = Readonly<Record<string, unknown>>;

function isFilled(value: unknown): boolean {
  if (value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function countedIn(events: readonly Event[]): FieldCounts["by_field"] {
  const counted: Record<string, { present: number; filled: number }> = {};
  for (const [name, value] of events.flatMap((event) => Object.entries(event))) {
    const count = (counted[name] ??= { present: 0, filled: 0 });
    count.present += 1;
    if (isFilled(value)) count.filled += 1;
  }
  return counted;
}

function filledIn(events: readonly Event[]): Readonly<Record<string, number>> {
  const counted = Object.entries(countedIn(events)).map(([name, { filled }]) => [name, filled] as const);
  return Object.fromEntries(counted.filter(([, filled]) => filled > 0));
}

function mostFrequent(events: readonly Event[]): readonly string[] {
  const groups = [...Map.groupBy(events, (event) => String(event["Activity"]))]
    .map(([name, those]) => ({ name, records: those.length }))
    .filter(({ records }) => records >= 20)
    .toSorted((a, b) => b.records - a.records || (a.name < b.name ? -1 : 1));
  return groups.slice(0, 20).map(({ name }) => name);
}
