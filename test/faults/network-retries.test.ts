import { describe, expect, it } from "vitest";
import { TASK, readingRig, running, serve } from "../support/reading-rig.js";
import type { Answering } from "../support/scripted-server.js";
import { seenRequest, sendPage, sendStatus } from "../support/scripted-server.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { NOW } from "../support/reading-rig.js";

const MINUTE = 60_000;

/** Every hour is an empty page; the first `times` requests for hour 7 go to `fail`. */
function failing(times: number, fail: Answering): Answering {
  let failed = 0;
  return (request, response) => {
    if (seenRequest(request).hour !== 7 || failed++ >= times) return sendPage(response);
    return fail(request, response);
  };
}

describe("a throttled reading", () => {
  it.each([
    ["seconds", { "retry-after": "3392" }, 3392_000],
    ["an HTTP date", { "retry-after": new Date(Date.parse(NOW) + 30 * MINUTE).toUTCString() }, 30 * MINUTE],
    [
      "a date, by the source's own clock",
      { date: "Sun, 01 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 01 Nov 2026 10:20:00 GMT" },
      20 * MINUTE,
    ],
    ["nothing", {}, 2 * MINUTE],
    ["nonsense", { "retry-after": "soon" }, 2 * MINUTE],
    ["a past date", { "retry-after": "Sun, 01 Nov 2026 10:20:00 GMT" }, 1000],
    ["ten days, capped", { "retry-after": "864000" }, 70 * MINUTE],
  ])("waits as Retry-After says: %s (fault 31)", async (_, headers, waitMs) => {
    const server = await serve(failing(1, (_request, response) => sendStatus(response, 429, headers)));
    const clock = new VirtualClock(NOW);
    const { reader } = readingRig(server.url, { clock, concurrency: 1 });

    const reading = await reader.readDay(TASK, running());

    expect(clock.waits).toEqual([waitMs]);
    expect(reading.summary).toMatchObject({ requests: 25, retries: 1, throttled_ms: waitMs });
  });

  it("holds back every window and every other command, not only the one refused (fault 31)", async () => {
    const server = await serve((_, response) => sendStatus(response, 429, { "retry-after": "600" }));
    const stop = new AbortController();
    const clock = new VirtualClock(NOW);
    const rig = readingRig(server.url, { clock, concurrency: 1 });
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (_ms, signal) => {
      stop.abort(new Error("stopped"));
      await sleep(0, signal);
    };

    await expect(rig.reader.readDay(TASK, stop.signal)).rejects.toThrow("stopped");

    const other = readingRig(server.url, { folder: rig.folder });
    expect(await other.budget.state()).toEqual({ left: 0, nextMs: Date.parse(NOW) + 600_000 });
  });

  it("gives up when the source says 429 for ever (fault 31)", async () => {
    const server = await serve(failing(Infinity, (_, response) => sendStatus(response, 429)));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_THROTTLED" });
    expect(server.seen.filter((request) => request.hour === 7)).toHaveLength(8);
  });
});

describe("a failing source", () => {
  it.each([500, 502, 503, 504])(
    "is asked again after growing pauses with status %i (fault 32)",
    async (status) => {
      const server = await serve(failing(3, (_, response) => sendStatus(response, status, {}, "An error")));
      const clock = new VirtualClock(NOW);

      const reading = await readingRig(server.url, { clock, concurrency: 1 }).reader.readDay(TASK, running());

      expect(clock.waits).toEqual([1500, 3000, 6000]);
      expect(reading.pages.find((page) => page.window === "T07")).toMatchObject({ attempts: 4 });
    },
  );

  it("is given up after six failures and left to the next schedule (fault 32)", async () => {
    const server = await serve(failing(Infinity, (_, response) => sendStatus(response, 503)));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE", retry: "backoff" });
    expect(server.seen.filter((request) => request.hour === 7)).toHaveLength(6);
  });

  it("that cuts an answer short is asked again, and the short one is not kept (fault 33)", async () => {
    const server = await serve(
      failing(2, (_, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
        response.write('{"activityEventEntities":[]}');
        setTimeout(() => response.destroy(), 20);
      }),
    );

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages.find((page) => page.window === "T07")).toMatchObject({ attempts: 3, events: 0 });
  });

  it("that drips is given up at the total time limit (fault 34)", async () => {
    const server = await serve(
      failing(Infinity, (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drip));
      }),
    );

    const reading = readingRig(server.url, { timeoutMs: 150 }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "NETWORK_TIMEOUT" });
  });

  it("that cannot be reached is a typed error after six attempts (fault 35)", async () => {
    const server = await serve(() => {});
    await server.close();
    const rig = readingRig(server.url, { concurrency: 1 });

    await expect(rig.reader.readDay(TASK, running())).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE" });

    expect((await rig.budget.state()).left).toBe(1000 - 6);
  });

  it("that answers after the timeout is not heard: the page is the second request's (fault 38)", async () => {
    const server = await serve(
      failing(1, (_, response) => {
        setTimeout(() => sendPage(response, { events: [{ Id: "late" }] }), 400);
      }),
    );

    const reading = await readingRig(server.url, { timeoutMs: 200 }).reader.readDay(TASK, running());

    expect(reading.pages.find((page) => page.window === "T07")).toMatchObject({ attempts: 2, events: 0 });
  });
});
