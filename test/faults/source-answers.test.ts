import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { addDays, dayStartMs } from "../../src/model/utc-day.js";
import { DAY, NOW, TASK, readingRig, running, serve } from "../support/reading-rig.js";
import type { Answering } from "../support/scripted-server.js";
import { pageBody, seenRequest, sendPage, sendStatus } from "../support/scripted-server.js";
import { VirtualClock } from "../support/virtual-clock.js";

const JSON_TYPE = { "content-type": "application/json" };
const MIB = 1024 * 1024;

/** Every hour is an empty page, hour 7 is answered by `answer` (`attempt` counts from 1). */
function atSeven(answer: (attempt: number, ...args: Parameters<Answering>) => void): Answering {
  let attempts = 0;
  return (request, response) => {
    if (seenRequest(request).hour !== 7) return sendPage(response);
    answer(++attempts, request, response);
  };
}

/** The same bytes for hour 7, however often it is asked for. */
function alwaysAtSeven(
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Answering {
  return atSeven((_attempt, _request, response) => sendStatus(response, status, headers, body));
}

function ledgerOf(folder: string): readonly string[] {
  return readdirSync(join(folder, "spool", DAY)).filter((name) => name === "h07.jsonl");
}

describe("an answer that is no page", () => {
  it.each([
    ["missing events", "{}"],
    ["null events", '{"activityEventEntities":null}'],
    ["an object for events", '{"activityEventEntities":{}}'],
    ["text for events", '{"activityEventEntities":"none"}'],
    ["text among the events", '{"activityEventEntities":["x"]}'],
  ])("fails the day and is kept in quarantine: %s (fault 11)", async (_, body) => {
    const server = await serve(alwaysAtSeven(200, JSON_TYPE, body));
    const rig = readingRig(server.url);

    await expect(rig.reader.readDay(TASK, running())).rejects.toMatchObject({ code: "SOURCE_PAGE_INVALID" });

    const kept = readdirSync(rig.quarantine);
    expect(kept).toHaveLength(1);
    expect(readFileSync(join(rig.quarantine, kept[0] ?? ""), "utf8")).toBe(body);
    expect(ledgerOf(rig.folder)).toEqual([]);
  });

  it("fails the day on invalid UTF-8 and keeps the bytes (fault 20)", async () => {
    const body = Buffer.concat([
      Buffer.from('{"activityEventEntities":[{"Id":"'),
      Buffer.from([0xff]),
      Buffer.from('"}]}'),
    ]);
    const server = await serve(alwaysAtSeven(200, JSON_TYPE, body));
    const rig = readingRig(server.url);

    await expect(rig.reader.readDay(TASK, running())).rejects.toMatchObject({ code: "SOURCE_PAGE_INVALID" });

    expect(readFileSync(join(rig.quarantine, readdirSync(rig.quarantine)[0] ?? ""))).toEqual(body);
  });

  it.each([
    ["a login page", "text/html", "<html>sign in</html>"],
    ["a page under a wrong content type", "text/html", pageBody({})],
    ["HTML under the right content type", "application/json", "<html></html>"],
  ])("is not taken for a page: %s (fault 21)", async (_, type, body) => {
    const server = await serve(alwaysAtSeven(200, { "content-type": type }, body));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_PAGE_INVALID" });
  });

  it.each([['{"message":"later"}'], ['{"error":{"code":"InternalError"}}']])(
    "is not taken for an empty page: %s (fault 22)",
    async (body) => {
      const server = await serve(alwaysAtSeven(200, JSON_TYPE, body));

      const reading = readingRig(server.url).reader.readDay(TASK, running());

      await expect(reading).rejects.toMatchObject({ code: "SOURCE_PAGE_INVALID" });
    },
  );

  it.each([
    ["truncated", pageBody({}).slice(0, -3)],
    ["with more behind it", `${pageBody({})}{}`],
  ])("is asked for again: JSON %s (fault 23)", async (_, body) => {
    const server = await serve(
      atSeven((attempt, _request, response) => {
        if (attempt === 1) sendStatus(response, 200, JSON_TYPE, body);
        else sendPage(response, { events: [{ Id: "a" }] });
      }),
    );

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages.find((page) => page.window === "T07")).toMatchObject({ attempts: 2, events: 1 });
    expect(reading.summary).toMatchObject({ requests: 25, retries: 1 });
  });

  it("is refused at the size limit and not asked for again (fault 24)", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB, " "));
    const server = await serve(alwaysAtSeven(200, { ...JSON_TYPE, "content-encoding": "gzip" }, bomb));

    const reading = readingRig(server.url, { maxBytes: 4 * MIB }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "NETWORK_TOO_LARGE" });
    expect(server.seen.filter((request) => request.hour === 7)).toHaveLength(1);
  });

  it("is refused when nested 100,000 deep (fault 25)", async () => {
    const deep = `{"activityEventEntities":[{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}]}`;
    const server = await serve(alwaysAtSeven(200, JSON_TYPE, deep));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_PAGE_INVALID" });
  });

  it.each([
    [204, "SOURCE_PAGE_INVALID"],
    [206, "SOURCE_PAGE_INVALID"],
    [304, "NETWORK_REDIRECT"],
    [307, "NETWORK_REDIRECT"],
    [404, "SOURCE_REFUSED"],
  ])("is a failure with status %i (fault 30)", async (status, code) => {
    const body = status === 204 || status === 304 ? "" : pageBody({});
    const server = await serve(alwaysAtSeven(status, JSON_TYPE, body));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code });
  });
});

describe("a 400", () => {
  const expired = { ...TASK, deadlineMs: Date.parse(NOW) - 1 };

  it("with an empty body past the horizon says that the day is gone, once (fault 26)", async () => {
    const server = await serve((_, response) => sendStatus(response, 400));

    const reading = readingRig(server.url, { concurrency: 1 }).reader.readDay(expired, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_OUT_OF_HORIZON" });
    expect(server.seen).toHaveLength(1);
  });

  it("inside the horizon is an error and never a loss (fault 26)", async () => {
    const server = await serve((_, response) => sendStatus(response, 400));

    const reading = readingRig(server.url, { concurrency: 1 }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_REFUSED" });
    expect(server.seen).toHaveLength(1);
  });

  it("with a text is an error, past the horizon too (fault 26)", async () => {
    const server = await serve((_, response) => sendStatus(response, 400, {}, "Expected literal type token"));

    const reading = readingRig(server.url).reader.readDay(expired, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_REFUSED" });
  });

  it("is no loss when our clock alone has passed the horizon (fault 67)", async () => {
    const server = await serve((_, response) =>
      sendStatus(response, 400, { date: new Date(NOW).toUTCString() }),
    );
    const clock = new VirtualClock(dayStartMs(addDays(DAY, 400)));

    const reading = readingRig(server.url, { clock }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_REFUSED" });
  });
});

describe("a refused token", () => {
  const tokenExpired = '{"error":{"code":"TokenExpired","message":"Access token has expired"}}';

  it.each([
    [401, ""],
    [403, tokenExpired],
  ])("is renewed once with status %i, and the chain goes on (fault 42)", async (status, body) => {
    const server = await serve((request, response) => {
      const { authorization, token, hour } = seenRequest(request);
      if (token === "t1" && authorization === "Bearer token-1") return sendStatus(response, status, {}, body);
      sendPage(response, hour === 7 ? { token: "t1" } : {});
    });

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages).toHaveLength(25);
    expect(server.seen.filter((request) => request.hour === 7)).toHaveLength(1);
  });

  it.each([
    [401, "", "ACCESS_DENIED"],
    [401, '{"error":{"code":"PowerBINotAuthorizedException"}}', "ACCESS_DENIED"],
    [403, tokenExpired, "SIGNIN_REFUSED"],
  ])("fails the day when a new one is refused too: %i %s (fault 43)", async (status, body, code) => {
    const server = await serve((_, response) => sendStatus(response, status, {}, body));

    const reading = readingRig(server.url, { concurrency: 1 }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code });
    expect(server.seen.map((request) => request.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it.each([
    ['{"error":{"code":"FeatureNotAvailableError"}}'],
    ['{"Message":"API is not accessible for application"}'],
    ["<html>"],
  ])("is not the cause of another 403: %s (fault 44)", async (body) => {
    const server = await serve((_, response) => sendStatus(response, 403, {}, body));

    const reading = readingRig(server.url, { concurrency: 1 }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(server.seen).toHaveLength(1);
  });
});
