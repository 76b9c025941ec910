import nock from "nock";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../support/virtual-clock.js";
import { NOW, TASK, readingRig } from "../support/reading-rig.js";
import { nockNetwork } from "../support/nock-network.js";

/** The real host of the public cloud, answered at the edge: what is asked of it, word for word. */
const HOST = "https://api.powerbi.com";
const PATH = "/v1.0/myorg/admin/activityevents";
const never = new AbortController().signal;

nockNetwork();

const page = (events: readonly object[], token: string | null): object => ({
  activityEventEntities: events,
  continuationUri:
    token === null
      ? null
      : `https://wabi-us-north-central-redirect.analysis.windows.net${PATH}?continuationToken='${token}'`,
  continuationToken: token,
  lastResultSet: false,
});

const event = (id: number): object => ({
  Id: `event-${id}`,
  CreationTime: "2026-11-20T07:00:00",
  Activity: "ViewReport",
});

/** Answers every window of the day with an empty last page, but for those that a test has claimed before. */
function quietWindows(): void {
  nock(HOST).get(PATH).query(true).times(24).reply(200, page([], null));
}

describe("a day of the public cloud", () => {
  it("asks for an hour in quotes and follows the token, decoded once and encoded once, on the configured host", async () => {
    const first = nock(HOST)
      .get(PATH)
      .query({ startDateTime: "'2026-11-20T07:00:00.000Z'", endDateTime: "'2026-11-20T07:59:59.999Z'" })
      .matchHeader("authorization", "Bearer token-1")
      .reply(200, page([event(1), event(2)], "%2BRID%3A1%3D%3D%23RT%3A1"));
    const second = nock(HOST)
      .get(PATH)
      .query({ continuationToken: "'+RID:1==#RT:1'" })
      .reply(200, page([event(3)], null));
    quietWindows();

    const reading = await readingRig(HOST).reader.readDay(TASK, never);

    expect([first.isDone(), second.isDone()]).toEqual([true, true]);
    expect(reading.pages.filter(({ window }) => window === "T07").map(({ events }) => events)).toEqual([
      2, 1,
    ]);
    expect(reading.pages).toHaveLength(25);
  });

  it("waits as long as a 429 says before any further request (fault 31)", async () => {
    nock(HOST)
      .get(PATH)
      .query(true)
      .reply(429, { message: "Retry in 3392 seconds." }, { "Retry-After": "3392" });
    quietWindows();
    const clock = new VirtualClock(NOW);

    const reading = await readingRig(HOST, { clock, concurrency: 1 }).reader.readDay(TASK, never);

    expect(clock.now() - Date.parse(NOW)).toBeGreaterThanOrEqual(3_392_000);
    expect(reading.summary).toMatchObject({ requests: 25, retries: 1, throttled_ms: 3_392_000 });
  });

  it("ends with the operator's words when the tenant setting is off (fault 44)", async () => {
    nock(HOST)
      .get(PATH)
      .query(true)
      .times(50)
      .reply(401, { error: { code: "PowerBINotAuthorizedException" } });

    await expect(readingRig(HOST).reader.readDay(TASK, never)).rejects.toMatchObject({
      code: "ACCESS_DENIED",
    });
  });
});
