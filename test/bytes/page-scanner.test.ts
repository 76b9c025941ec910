import { describe, expect, it } from "vitest";
import { isDaybookError } from "../../src/model/errors.js";
import { eventEnd, eventField, eventStart, scanLines, scanPage } from "../../src/bytes/page-scanner.js";
import type { EventField, ScannedPage } from "../../src/bytes/page-scanner.js";

const FIELDS: readonly EventField[] = ["Id", "CreationTime", "Activity", "OrganizationId"];

async function scan(text: string): Promise<ScannedPage> {
  return scanPage(Buffer.from(text));
}

async function refuses(body: Uint8Array): Promise<boolean> {
  try {
    await scanPage(body);
    return false;
  } catch (error) {
    if (isDaybookError(error, "SOURCE_PAGE_INVALID")) return true;
    throw error;
  }
}

function eventText(page: ScannedPage, index: number): string {
  return Buffer.from(page.body.subarray(eventStart(page, index), eventEnd(page, index))).toString("utf8");
}

describe("scanPage", () => {
  it("finds the events as they stand in the text, and what the page says of its chain", async () => {
    const page = await scan(
      ' {"activityEventEntities": [ {"Id":"a","n":1e999 } ,{ "Id" : "b", "deep":[[{}],{"Id":"x"}]}],\n' +
        '"continuationUri":"https://host/?x=1","continuationToken":"a%2B","lastResultSet":false} ',
    );

    expect(page.count).toBe(2);
    expect(eventText(page, 0)).toBe('{"Id":"a","n":1e999 }');
    expect(eventText(page, 1)).toBe('{ "Id" : "b", "deep":[[{}],{"Id":"x"}]}');
    expect(eventField(page, 1, "Id")).toBe("b");
    expect(page).toMatchObject({
      continuationUri: "https://host/?x=1",
      continuationToken: "a%2B",
      lastResultSet: false,
    });
  });

  it("takes absent and null continuation as none, and keeps unknown members", async () => {
    const page = await scan(
      '{"x":{"activityEventEntities":1},"activityEventEntities":[],"continuationToken":null}',
    );

    expect(page).toMatchObject({
      count: 0,
      continuationToken: null,
      continuationUri: null,
      lastResultSet: null,
    });
  });

  it("lets the last of several equal keys count, escaped or not, as JSON.parse does", async () => {
    const page = await scan(
      String.raw`{"activityEventEntities":[{"Id":"a","\u0049d":"b\u0041\n","Activity":"x","Activity":7}]}`,
    );

    expect(eventField(page, 0, "Id")).toBe("bA\n");
    expect(eventField(page, 0, "Activity")).toBeUndefined();
  });

  it("accepts a byte order mark, lone surrogates, NUL escapes and U+2028 (fault 20)", async () => {
    const text = String.raw`{"activityEventEntities":[{"Id":"\ud800","s":"\u0000"}]}`.replace(
      "}]",
      ',"t":"\u2028"}]',
    );

    const page = await scanPage(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]));

    expect(eventField(page, 0, "Id")).toBe("\ud800");
  });

  it("refuses bytes that are not UTF-8 (fault 20)", async () => {
    const body = Buffer.from('{"activityEventEntities":[{"Id":"?"}]}');
    body[body.indexOf("?")] = 0xff;

    expect(await refuses(body)).toBe(true);
  });

  it.each([
    "{}",
    '{"activityEventEntities":null}',
    '{"activityEventEntities":{}}',
    '{"activityEventEntities":"[]"}',
    '{"activityEventEntities":[1]}',
    '{"activityEventEntities":[[]]}',
    '{"activityEventEntities":[null]}',
    '{"activityEventEntities":[],"activityEventEntities":[]}',
    String.raw`{"activityEventEntities":[],"activityEventEntitie\u0073":[]}`,
    '{"activityEventEntities":[],"continuationToken":1}',
    '{"activityEventEntities":[],"continuationUri":{}}',
    '{"activityEventEntities":[],"lastResultSet":"true"}',
    '[{"activityEventEntities":[]}]',
    '{"message":"You have exceeded the amount of requests"}',
  ])("refuses %s, which is not a page (faults 11 and 22)", async (text) => {
    expect(await refuses(Buffer.from(text))).toBe(true);
  });

  it("refuses a body cut off anywhere, and one with anything behind it (fault 23)", async () => {
    const whole = Buffer.from(
      '{"activityEventEntities":[{"Id":"a","n":[1,true,null]}],"continuationToken":null}',
    );

    const cut = Array.from({ length: whole.length }, (_, bytes) => whole.subarray(0, bytes));

    for (const body of cut) expect(await refuses(body)).toBe(true);
    expect(await refuses(Buffer.concat([whole, Buffer.from("}")]))).toBe(true);
    expect(await refuses(whole)).toBe(false);
  });

  it("refuses text nested 100,000 deep without overflowing (fault 25)", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

    expect(await refuses(Buffer.from(`{"activityEventEntities":[{"x":${deep}}]}`))).toBe(true);
    expect(await refuses(Buffer.from(`{"x":${deep},"activityEventEntities":[]}`))).toBe(true);
  });

  it("names the byte and never the content when it refuses", async () => {
    await expect(scan('{"activityEventEntities":[{"Id":"secret" "x":1}]}')).rejects.toThrow(
      /^page body, byte 41: found 0x22, expected "}"$/,
    );
  });

  it("agrees with JSON.parse on every one of 30,000 damaged or odd pages", async () => {
    const random = seeded(20_261_120);
    const counts = { accepted: 0, refused: 0 };

    for (let round = 0; round < 30_000; round++) {
      const body = damage(Buffer.from(pageText(random)), random);
      const expected = parsePage(body);
      expect([body.toString("latin1"), await refuses(body)]).toEqual([
        body.toString("latin1"),
        expected === undefined,
      ]);
      if (expected !== undefined) expectSame(await scanPage(body), expected);
      counts[expected === undefined ? "refused" : "accepted"]++;
    }

    expect(counts.accepted).toBeGreaterThan(5000);
    expect(counts.refused).toBeGreaterThan(5000);
  });
});

describe("scanLines", () => {
  it("finds the objects of record lines", async () => {
    const page = scanLines(Buffer.from('{"Id":"a"}\n{"Id":"b"}\n'));

    expect([page.count, eventField(page, 1, "Id"), eventText(page, 0)]).toEqual([2, "b", '{"Id":"a"}']);
  });
});

function textOf(body: Uint8Array, start: number, end: number): string {
  return Buffer.from(body.subarray(start, end)).toString();
}

describe("a visitor", () => {
  it("is told of the members of every event in the order of the text, and of its Activity", async () => {
    const told: string[] = [];
    await scanPage(
      Buffer.from(`{"x":1,"activityEventEntities":[{"Id":"a" , "b": [ {"c":1} ]},{},{"Activity":"V"}]}`),
      {
        member: (body, start, end, valueStart, valueEnd) =>
          told.push(`${textOf(body, start, end)}: ${textOf(body, valueStart, valueEnd)}`),
        eventEnded: (body, start, end) => told.push(`end of "${textOf(body, start, end)}"`),
      },
    );

    expect(told).toEqual([
      `Id: "a"`,
      `b: [ {"c":1} ]`,
      `end of ""`,
      `end of ""`,
      `Activity: "V"`,
      `end of "V"`,
    ]);
  });
});

type Random = (below: number) => number;

function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SCALARS = [
  "0", "-0", "1e5", "1E+5", "0.5", "-1.25e-3", "9007199254740993", "1e999", "true", "false", "null", '""',
  '"a"', String.raw`"\u00e9\n\"\\\/"`, String.raw`"\ud800"`, '"é\u2028𝄞"', "{}", "[]", " [ ] ", "01", "+1", ".5",
  "1.", "1e", "--1", "tru", "nul", "'a'", String.raw`"\x"`, String.raw`"\u12g4"`, '"\t"', "NaN", "Infinity",
]; // prettier-ignore

const KEYS = ["Id", "CreationTime", "Activity", "OrganizationId", "x", String.raw`\u0049d`, "", "__proto__"];

function pageText(random: Random): string {
  const events = Array.from({ length: random(4) }, () => eventSource(random));
  const space = () => ["", " ", "\r\n\t"][random(3)] ?? "";
  return `{"activityEventEntities":${space()}[${events.join(`${space()},${space()}`)}]${space()}}`;
}

function eventSource(random: Random): string {
  const members = Array.from(
    { length: random(5) },
    () => `"${KEYS[random(KEYS.length)]}":${value(random, 3)}`,
  );
  return `{${members.join(" ,")}}`;
}

/** Mostly valid: the first half of SCALARS is, the other half seldom chosen. */
function value(random: Random, depth: number): string {
  if (depth > 0 && random(4) === 0) return `[${value(random, depth - 1)}, ${value(random, depth - 1)}]`;
  if (depth > 0 && random(5) === 0) return `{"Id":${value(random, depth - 1)}}`;
  return SCALARS[random(random(12) === 0 ? SCALARS.length : 19)] ?? "0";
}

function damage(body: Buffer, random: Random): Buffer {
  if (random(2) === 0) return body;
  const at = random(body.length);
  const oddities = Buffer.from('{}[]",:\\0e.- \n\u0000');
  if (random(3) === 0) return Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]);
  const byte = random(8) === 0 ? random(256) : (oddities[random(oddities.length)] ?? 0);
  const behind = random(2);
  return Buffer.concat([body.subarray(0, at), Buffer.from([byte]), body.subarray(at + behind)]);
}

/** What JSON.parse makes of the body; undefined when it is no JSON or no page. */
function parsePage(body: Uint8Array): readonly Record<string, unknown>[] | undefined {
  try {
    const page: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    const isPage = typeof page === "object" && page !== null && !Array.isArray(page);
    const events: unknown = isPage ? (page as Record<string, unknown>)["activityEventEntities"] : undefined;
    const areObjects =
      Array.isArray(events) &&
      events.every((event) => typeof event === "object" && event !== null && !Array.isArray(event));
    return areObjects ? (events as readonly Record<string, unknown>[]) : undefined;
  } catch {
    return undefined;
  }
}

function expectSame(page: ScannedPage, events: readonly Record<string, unknown>[]): void {
  expect(page.count).toBe(events.length);
  for (const [index, event] of events.entries()) {
    expect(JSON.parse(eventText(page, index))).toEqual(event);
    for (const field of FIELDS) {
      const expected = event[field];
      expect(eventField(page, index, field)).toBe(typeof expected === "string" ? expected : undefined);
    }
  }
}
