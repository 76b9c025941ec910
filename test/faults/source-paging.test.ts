import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { TASK, readingRig, running, serve } from "../support/reading-rig.js";
import type { Answering, PageSaid } from "../support/scripted-server.js";
import { pageBody, seenRequest, sendPage, sendStatus } from "../support/scripted-server.js";

/** Answers the chain of hour 7 by its token (`""` for the first page), and every other hour with an empty last page. */
function hourSeven(pages: Readonly<Record<string, PageSaid>>): Answering {
  return (request, response) => {
    const { token, hour } = seenRequest(request);
    if (hour !== null && hour !== 7) return sendPage(response);
    const page = pages[token ?? ""];
    if (page === undefined) return sendStatus(response, 400, {}, "unknown token");
    sendPage(response, page);
  };
}

const A = { Id: "a" };
const B = { Id: "b" };

describe("a page chain", () => {
  it("goes on after an empty page with a token (fault 1)", async () => {
    const server = await serve(hourSeven({ "": { token: "t1" }, t1: { token: "t2" }, t2: { events: [A] } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages.filter((page) => page.window === "T07").map((page) => page.events)).toEqual([
      0, 0, 1,
    ]);
    expect(reading.pages).toHaveLength(26);
  });

  it("keeps a final page with events and a null token (fault 2)", async () => {
    const server = await serve(
      hourSeven({ "": { events: [A], token: "t1" }, t1: { events: [A, B], token: null } }),
    );

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    const frame = readFileSync(join(reading.folder, "h07-0002.json.zst"));
    const body = await decodeFrame(frame, "zstd", 1000);
    expect(Buffer.from(body).toString()).toBe(pageBody({ events: [A, B] }));
  });

  it("accepts and records lastResultSet false on the last page (fault 3)", async () => {
    const server = await serve(hourSeven({ "": { last: false } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages.find((page) => page.window === "T07")).toMatchObject({
      last_result_set: false,
      token_out_sha256: null,
    });
    expect(reading.notices).toEqual([]);
  });

  it("follows a token beside lastResultSet true (fault 4)", async () => {
    const server = await serve(hourSeven({ "": { last: true, token: "t1" }, t1: { events: [A] } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    const pages = reading.pages.filter((page) => page.window === "T07");
    expect(pages.map((page) => page.last_result_set)).toEqual([true, false]);
  });

  it("fails the day when a token comes back (fault 6)", async () => {
    const server = await serve(hourSeven({ "": { token: "t1" }, t1: { token: "t2" }, t2: { token: "t1" } }));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_CHAIN_BROKEN" });
    expect(server.seen.filter((request) => request.token === "t1")).toHaveLength(1);
  });

  it("fails the day when a chain is longer than the limit (fault 7)", async () => {
    const server = await serve((request, response) => {
      const token = seenRequest(request).token ?? "0";
      sendPage(response, { token: String(Number(token) + 1) });
    });

    const reading = readingRig(server.url, { maxPages: 5, concurrency: 1 }).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_CHAIN_BROKEN" });
    expect(server.seen).toHaveLength(5);
  });

  it("starts the window again when its token is refused, and splices nothing (fault 8)", async () => {
    let chains = 0;
    const server = await serve((request, response) => {
      const { token, hour } = seenRequest(request);
      if (hour !== null && hour !== 7) return sendPage(response);
      if (token === null) chains++;
      if (token === "t1" && chains === 1) return sendStatus(response, 400);
      sendPage(response, token === null ? { events: [A], token: "t1" } : { events: [B] });
    });
    const { reader } = readingRig(server.url);

    const reading = await reader.readDay(TASK, running());

    expect(chains).toBe(2);
    expect(reading.pages.filter((page) => page.window === "T07").map((page) => page.number)).toEqual([1, 2]);
    expect(reading.summary.requests).toBe(27);
    expect(readdirSync(reading.folder).filter((name) => name.startsWith("h07-"))).toHaveLength(2);
  });

  it("gives up a window whose token is refused every time (fault 8)", async () => {
    const server = await serve(hourSeven({ "": { token: "unknown" } }));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_CHAIN_BROKEN" });
    expect(server.seen.filter((request) => request.token === "unknown")).toHaveLength(3);
  });

  it.each([
    ["encoded", "LDIwMjUtMDMt%3D%3D", "LDIwMjUtMDMt=="],
    ["older, encoded", "%2BRID%3AaB%3D%3D%23RT%3A1%23FPC%3AAg%3D", "+RID:aB==#RT:1#FPC:Ag="],
    ["older, raw", "+RID:aB==#RT:1#FPC:Ag=", "+RID:aB==#RT:1#FPC:Ag="],
    ["with quotes", "o'clock''%27", "o'clock'''"],
    ["not valid as encoding", "%2BRID%$4Z", "+RID%$4Z"],
    ["encoded twice by intent", "%253D", "%3D"],
  ])("sends a token back decoded once and encoded once: %s (fault 9)", async (_, given, expected) => {
    const server = await serve(hourSeven({ "": { token: given }, [expected]: { events: [A] } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages.filter((page) => page.window === "T07").map((page) => page.events)).toEqual([0, 1]);
  });

  it.each([
    ["https://api.powerbi.com/v1.0/myorg/admin/activityevents?continuationToken='a%2Bb%3D'"],
    [
      "https://api.powerbi.com/v1.0/myorg/admin/activityevents?continuationToken=%27a%2Bb%3D%27&$filter=Activity eq 'x'",
    ],
    ["https://api.powerbi.com/v1.0/myorg/admin/activityevents?continuationToken='a+b='"],
  ])("takes the token out of the URI when it is given there alone: %s", async (uri) => {
    const server = await serve(hourSeven({ "": { uri }, "a+b=": { events: [A] } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.pages.filter((page) => page.window === "T07").map((page) => page.events)).toEqual([0, 1]);
  });

  it("does not take a URI without a token for the end of the chain", async () => {
    const server = await serve(hourSeven({ "": { uri: "https://api.powerbi.com/next" } }));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "SOURCE_CHAIN_BROKEN" });
  });
});

describe("the bearer token", () => {
  it("goes to the configured base alone, whatever a continuationUri names (fault 10)", async () => {
    const stranger = await serve((_, response) => sendPage(response));
    const uri = `${stranger.url.replace("http://", "http://user:pw@")}/other/tenant?continuationToken='t1'`;
    const server = await serve(hourSeven({ "": { token: "t1", uri }, t1: { events: [A] } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(stranger.seen).toEqual([]);
    expect(server.seen.every((request) => request.authorization === "Bearer token-1")).toBe(true);
    expect(reading.pages.filter((page) => page.window === "T07").map((page) => page.uri_host)).toEqual([
      "127.0.0.1",
      null,
    ]);
    expect(reading.notices.map((notice) => notice.code)).toEqual([
      "URI_INSECURE",
      "URI_PATH",
      "URI_USER_INFO",
    ]);
  });

  it("raises an alarm for a host that is not the source's (fault 10)", async () => {
    const uri = "https://evil.example/v1.0/myorg/admin/activityevents?continuationToken='t1'";
    const server = await serve(hourSeven({ "": { token: "t1", uri }, t1: {} }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.notices).toMatchObject([{ code: "URI_HOST_UNKNOWN", found: "evil.example" }]);
  });

  it("goes to the configured base where a continuationUri cannot be read (fault 10)", async () => {
    const server = await serve(hourSeven({ "": { token: "t1", uri: "no URL" }, t1: { events: [A] } }));

    const reading = await readingRig(server.url).reader.readDay(TASK, running());

    expect(reading.notices).toMatchObject([{ code: "URI_UNREADABLE", severity: "notice" }]);
  });

  it("is not sent after a redirect (fault 37)", async () => {
    const stranger = await serve((_, response) => sendPage(response));
    const server = await serve((_, response) => sendStatus(response, 302, { location: stranger.url }));

    const reading = readingRig(server.url).reader.readDay(TASK, running());

    await expect(reading).rejects.toMatchObject({ code: "NETWORK_REDIRECT" });
    expect(stranger.seen).toEqual([]);
  });

  it("is in no file of the spool, and no continuation token is either (fault 47)", async () => {
    const server = await serve(
      hourSeven({ "": { token: "canary-continuation" }, "canary-continuation": {} }),
    );

    const reading = await readingRig(server.url, { compression: "gzip" }).reader.readDay(TASK, running());

    const ledgers = readdirSync(reading.folder).filter(
      (name) => /\.jsonl?$/.test(name) && !name.includes("-"),
    );
    expect(ledgers).toHaveLength(25);
    for (const name of ledgers) {
      expect(readFileSync(join(reading.folder, name), "utf8")).not.toMatch(/token-1|canary/);
    }
  });
});
