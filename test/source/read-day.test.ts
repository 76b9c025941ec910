import { readdirSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { NOW, TASK, readingRig, running, serve, tempFolder } from "../support/reading-rig.js";
import type { Answering } from "../support/scripted-server.js";
import { seenRequest, sendPage, sendStatus } from "../support/scripted-server.js";
import { VirtualClock } from "../support/virtual-clock.js";

const HOUR = 3_600_000;

/** Two pages an hour, an event on each. */
const twoPages: Answering = (request, response) => {
  const { hour, token } = seenRequest(request);
  if (token === null) sendPage(response, { events: [{ Id: `h${hour}` }], token: `after ${hour}` });
  else sendPage(response, { events: [{ Id: token }] });
};

/** As `twoPages`, but the source fails from hour `hour` on. */
function downFrom(hour: number): Answering {
  return (request, response) => {
    const seen = seenRequest(request);
    if ((seen.hour ?? -1) >= hour) return sendStatus(response, 404);
    return twoPages(request, response);
  };
}

describe("readDay", () => {
  it("asks for 24 quoted hours of one UTC day and follows each chain", async () => {
    const server = await serve(twoPages);

    const reading = await readingRig(server.url, { concurrency: 1, basePath: "/proxy/" }).reader.readDay(
      TASK,
      running(),
    );

    expect(server.seen[14]?.url).toBe(
      "/proxy/v1.0/myorg/admin/activityevents?startDateTime=%272026-11-20T07:00:00.000Z%27&endDateTime=%272026-11-20T07:59:59.999Z%27",
    );
    expect(server.seen[15]?.url).toBe(
      "/proxy/v1.0/myorg/admin/activityevents?continuationToken=%27after%207%27",
    );
    expect(reading.pages).toHaveLength(48);
    expect(reading.summary).toEqual({
      started: NOW,
      ended: NOW,
      requests: 48,
      retries: 0,
      throttled_ms: 0,
      windows: 24,
    });
  });

  it("links the pages of a chain by the hashes of their decoded tokens", async () => {
    const server = await serve(twoPages);

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    const sha256 = sha256Hex("after 7");
    expect(reading.pages.slice(14, 16)).toMatchObject([
      { window: "T07", number: 1, token_in_sha256: null, token_out_sha256: sha256, encoding: "identity" },
      {
        window: "T07",
        number: 2,
        token_in_sha256: sha256,
        token_out_sha256: null,
        query: "continuationToken=%27…%27",
      },
    ]);
  });

  it.each(["zstd", "gzip"] as const)(
    "keeps every body as received, one %s frame each",
    async (compression) => {
      const server = await serve(twoPages);

      const reading = await readingRig(server.url, { compression }).reader.readDay(TASK, running());

      const extension = compression === "zstd" ? ".zst" : ".gz";
      for (const page of reading.pages) {
        const name = `h${page.window.slice(1)}-000${page.number}.json${extension}`;
        const body = await decodeFrame(
          readFileSync(join(reading.folder, name)),
          compression,
          page.body_bytes,
        );
        expect(sha256Hex(body)).toBe(page.body_sha256);
      }
    },
  );

  it("gives the same reading whatever the order of arrival", async () => {
    const server = await serve((request, response) => {
      const { hour } = seenRequest(request);
      setTimeout(() => void twoPages(request, response), ((hour ?? 0) * 7) % 13);
    });

    const one = await readingRig(server.url, { concurrency: 1 }).reader.readDay(TASK, running());
    const eight = await readingRig(server.url, { concurrency: 8 }).reader.readDay(TASK, running());

    expect(eight.pages).toEqual(one.pages);
    for (const name of readdirSync(one.folder)) {
      expect(readFileSync(join(eight.folder, name))).toEqual(readFileSync(join(one.folder, name)));
    }
  });

  it("has as many windows in flight as it is told", async () => {
    let most = 0;
    let waiting: (() => void)[] = [];
    const answerAll = (): void => {
      const answers = waiting;
      waiting = [];
      for (const answer of answers) answer();
    };
    // Answers come three at a time, so a busy machine changes nothing; the last ones may be fewer.
    const server = await serve((request, response) => {
      waiting.push(() => void twoPages(request, response));
      most = Math.max(most, waiting.length);
      if (waiting.length === 3) setTimeout(answerAll, 20);
      else setTimeout(() => (waiting.length < 3 ? answerAll() : undefined), 1_000);
    });

    await readingRig(server.url, { concurrency: 3 }).reader.readDay(TASK, running());

    expect(most).toBe(3);
  });

  it("reports its progress", async () => {
    const server = await serve(twoPages);
    const reports: unknown[] = [];

    await readingRig(server.url).reader.readDay(TASK, running(), (progress) => reports.push(progress));

    expect(reports[0]).toEqual({ day: TASK.day, windowsDone: 0, pages: 0, events: 0, requests: 0 });
    expect(reports.at(-1)).toEqual({ day: TASK.day, windowsDone: 24, pages: 48, events: 48, requests: 48 });
  });

  it("records the source's clock and says when it differs by more than five minutes (fault 71)", async () => {
    const server = await serve((_, response) => {
      response.setHeader("date", "Sun, 22 Nov 2026 02:50:00 GMT");
      sendPage(response);
    });

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.clock).toEqual({ own: NOW, api: "Sun, 22 Nov 2026 02:50:00 GMT", skew_seconds: 600 });
    expect(reading.notices.map((notice) => notice.code)).toEqual(["CLOCK_SKEW"]);
  });

  it("stops promptly, with the signal's reason, while the source is silent (fault 60)", async () => {
    const server = await serve(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("stopped")), 50);
    const begun = performance.now();

    await expect(readingRig(server.url).reader.readDay(TASK, stop.signal)).rejects.toThrow("stopped");

    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("an interrupted reading", () => {
  it("continues at the first unfinished window and reports the whole cost (fault 59)", async () => {
    const folder = tempFolder();
    const broken = await serve(downFrom(10));
    const first = readingRig(broken.url, { folder, concurrency: 1 });
    await expect(first.reader.readDay(TASK, running())).rejects.toMatchObject({ code: "SOURCE_REFUSED" });
    const server = await serve(twoPages);
    const clock = new VirtualClock(Date.parse(NOW) + HOUR);

    const reading = await readingRig(server.url, { folder, clock }).reader.readDay(TASK, running());

    expect(server.seen).toHaveLength(28);
    expect(server.seen.filter((request) => (request.hour ?? 99) < 10)).toEqual([]);
    expect(reading.pages).toHaveLength(48);
    expect(reading.summary).toMatchObject({ started: NOW, requests: 20 + 1 + 28 });
  });

  it("reads a window again whose chain had not ended", async () => {
    const folder = tempFolder();
    const broken = await serve((request, response) => {
      if (seenRequest(request).token === "after 3") return sendStatus(response, 404);
      return twoPages(request, response);
    });
    const first = readingRig(broken.url, { folder, concurrency: 1 });
    await expect(first.reader.readDay(TASK, running())).rejects.toMatchObject({ code: "SOURCE_REFUSED" });
    expect(readdirSync(join(folder, "spool", TASK.day))).toContain("h03-0001.json.zst");
    const server = await serve(twoPages);

    await readingRig(server.url, { folder, concurrency: 1 }).reader.readDay(TASK, running());

    expect(server.seen[0]?.hour).toBe(3);
  });

  it.each([
    ["altered", (path: string) => writeFileSync(path, "not a frame")],
    ["missing", (path: string) => rmSync(path)],
  ])("reads a window again whose page file is %s", async (_, harm) => {
    const folder = tempFolder();
    const broken = await serve(downFrom(10));
    await expect(readingRig(broken.url, { folder }).reader.readDay(TASK, running())).rejects.toMatchObject({
      code: "SOURCE_REFUSED",
    });
    harm(join(folder, "spool", TASK.day, "h02-0002.json.zst"));
    const server = await serve(twoPages);

    const reading = await readingRig(server.url, { folder }).reader.readDay(TASK, running());

    expect(server.seen.some((request) => request.hour === 2)).toBe(true);
    expect(server.seen.some((request) => request.hour === 1)).toBe(false);
    expect(reading.pages).toHaveLength(48);
  });

  it.each([
    ["older than 20 hours", { clock: new VirtualClock(Date.parse(NOW) + 21 * HOUR) }],
    ["begun in the future", { clock: new VirtualClock(Date.parse(NOW) - HOUR) }],
    ["compressed in another way", { compression: "gzip" as const }],
  ])("is begun anew when it is %s", async (_, options) => {
    const folder = tempFolder();
    const broken = await serve(downFrom(10));
    await expect(readingRig(broken.url, { folder }).reader.readDay(TASK, running())).rejects.toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const server = await serve(twoPages);

    const reading = await readingRig(server.url, { folder, ...options }).reader.readDay(TASK, running());

    expect(reading.summary.requests).toBe(48);
    expect(readdirSync(reading.folder)).toHaveLength(48 + 24 + 1);
  });

  it("is begun anew when its reading.json cannot be read", async () => {
    const folder = tempFolder();
    const broken = await serve(downFrom(10));
    await expect(readingRig(broken.url, { folder }).reader.readDay(TASK, running())).rejects.toMatchObject({
      code: "SOURCE_REFUSED",
    });
    writeFileSync(join(folder, "spool", TASK.day, "reading.json"), "{");
    const server = await serve(twoPages);

    const reading = await readingRig(server.url, { folder }).reader.readDay(TASK, running());

    expect(reading.summary.requests).toBe(48);
  });
});
