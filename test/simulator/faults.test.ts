import { afterEach, describe, expect, it } from "vitest";
import { startSimulator } from "../../packages/simulator/index.js";
import type { FaultRule } from "../../packages/simulator/index.js";
import { systemClock } from "../../src/io/clock.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { PlainReader, pageOf } from "./plain-reader.js";

const WINDOW = ["2026-11-18T09:00:00.000Z", "2026-11-18T09:59:59.999Z"] as const;

describe("injected faults", () => {
  const running: PlainReader[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((reader) => reader.simulator.close()));
  });

  async function start(...faults: readonly FaultRule[]): Promise<PlainReader> {
    const reader = new PlainReader(
      await startSimulator({ faults }, new VirtualClock("2026-11-22T12:00:00Z")),
    );
    running.push(reader);
    return reader;
  }

  it("answers the nth request with any status, headers and bytes, and no other", async () => {
    const reader = await start({
      when: 2,
      respond: { status: 503, headers: { "retry-after": "7", "content-type": "text/html" }, body: "<p>down" },
    });

    const answers = [
      await reader.window(...WINDOW),
      await reader.window(...WINDOW),
      await reader.window(...WINDOW),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 503, 200]);
    expect(answers[1]?.body.toString()).toBe("<p>down");
    expect(answers[1]?.headers).toMatchObject({ "retry-after": "7", "content-type": "text/html" });
  });

  it("applies the first rule that fits, as often as it says", async () => {
    const reader = await start(
      { when: (request) => request.kind === "activity-events", times: 2, respond: { status: 500 } },
      { when: () => true, times: 1, respond: { status: 502 } },
    );
    reader.simulator.injectFault({ when: () => true, times: 1, respond: { status: 504 } });

    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await reader.window(...WINDOW)).status);
    expect(statuses).toEqual([500, 500, 502, 504, 200]);
  });

  it("lets a rule change the tenant's own answer", async () => {
    const reader = await start({
      when: 1,
      respond: async (_request, own) => {
        const page = JSON.parse(Buffer.concat((await own()).body).toString()) as object;
        return { body: JSON.stringify({ ...page, lastResultSet: true }) };
      },
    });

    expect(pageOf(await reader.window(...WINDOW)).lastResultSet).toBe(true);
    expect(pageOf(await reader.window(...WINDOW)).lastResultSet).toBe(false);
  });

  it("redirects", async () => {
    const reader = await start({
      when: 1,
      respond: { status: 307, headers: { location: "https://elsewhere.example/" } },
    });

    expect(await reader.window(...WINDOW)).toMatchObject({
      status: 307,
      headers: { location: "https://elsewhere.example/" },
    });
  });

  it("ends a body before the length that it promised", async () => {
    const reader = await start({ when: 1, respond: { cutAfterBytes: 100 } });

    await expect(reader.window(...WINDOW)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await reader.window(...WINDOW)).status).toBe(200);
  });

  it("ends an undeclared body early without an error, as a broken proxy does", async () => {
    const reader = await start({
      when: 1,
      respond: { cutAfterBytes: 100, headers: { "content-length": "100" } },
    });

    expect((await reader.window(...WINDOW)).body).toHaveLength(100);
  });

  it("resets a connection at once or in the middle of a body", async () => {
    const reader = await start(
      { when: 1, respond: { reset: true } },
      { when: 2, respond: { reset: true, cutAfterBytes: 10 } },
    );

    await expect(reader.window(...WINDOW)).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(reader.window(...WINDOW)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(reader.simulator.requests.map(({ status }) => status)).toEqual([0, 200]);
  });

  it("waits before an answer, and drips one", async () => {
    const reader = await start(
      { when: 1, respond: { delayMs: 80 } },
      { when: 2, respond: { body: "x".repeat(40), drip: { bytes: 10, everyMs: 20 } } },
    );

    const startMs = systemClock.now();
    await reader.window(...WINDOW);
    const delayedMs = systemClock.now();
    await reader.window(...WINDOW);

    expect(delayedMs - startMs).toBeGreaterThanOrEqual(79);
    expect(systemClock.now() - delayedMs).toBeGreaterThanOrEqual(55);
  });
});
