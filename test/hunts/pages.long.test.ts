import { expect, it } from "vitest";
import { eventEnd, eventStart, scanPage } from "../../src/bytes/page-scanner.js";
import { isDaybookError } from "../../src/model/errors.js";
import { Dice, times } from "../support/hunt.js";

const PAGES = times("PAGES", 10_000);

const SCALARS = [
  '"x"',
  '"\\u00e9"',
  '"\\ud800"',
  '"a\\"b"',
  "0",
  "-0",
  "1e999",
  "9007199254740993",
  "true",
  "null",
  '""',
];
const NAMES = ['"Id"', '"Activity"', '"CreationTime"', '"\\u0049d"', '"__proto__"', '""', '"OrganizationId"'];
const SPACES = ["", "", " ", "\n", "\r\n\t"];
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\u0000",
  "1",
  "e",
  "-",
  ".",
  "\ufeff",
  " ",
  "\u2028",
  "n",
];

function value(dice: Dice, depth: number): string {
  const kind = dice.between(0, depth > 3 ? 1 : 5);
  if (kind === 4) return object(dice, depth + 1);
  if (kind === 5) return `[${list(dice, 3, () => value(dice, depth + 1))}]`;
  return dice.of(SCALARS);
}

function object(dice: Dice, depth: number): string {
  return `{${list(dice, 4, () => `${dice.of(SPACES)}${dice.of(NAMES)}${dice.of(SPACES)}:${value(dice, depth)}`)}}`;
}

function list(dice: Dice, max: number, item: () => string): string {
  return Array.from({ length: dice.between(0, max) }, item).join(`${dice.of(SPACES)},`);
}

function page(dice: Dice): string {
  const members = [
    `"activityEventEntities":${dice.of(SPACES)}[${list(dice, 5, () => object(dice, 0))}]`,
    '"continuationUri":null',
    `"continuationToken":${dice.of(["null", '"a%2B"', '""'])}`,
    `"lastResultSet":${dice.of(["true", "false", "null"])}`,
  ];
  return `${dice.of(SPACES)}{${members.join(",")}}${dice.of(SPACES)}`;
}

/** Inserts, removes, repeats or replaces a few characters. */
function mutated(dice: Dice, text: string): string {
  let result = text;
  for (let count = dice.between(1, 3); count > 0; count--) {
    const at = dice.between(0, result.length);
    const until = Math.min(result.length, at + dice.between(0, 3));
    const middle = dice.of(["", dice.of(PIECES), result.slice(at, until).repeat(2)]);
    result = result.slice(0, at) + middle + result.slice(until);
  }
  return result;
}

/** The events by JSON.parse alone; undefined for what is no page. */
function expectedEvents(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
    const members = parsed as Record<string, unknown>;
    const events = members["activityEventEntities"];
    if (!Array.isArray(events) || !events.every(isObject)) return undefined;
    const isText = (name: string): boolean =>
      members[name] === undefined || members[name] === null || typeof members[name] === "string";
    const last = members["lastResultSet"];
    const isPage =
      isText("continuationToken") &&
      isText("continuationUri") &&
      (last === undefined || last === null || typeof last === "boolean");
    return isPage ? events : undefined;
  } catch {
    return undefined;
  }
}

function isObject(candidate: unknown): boolean {
  return typeof candidate === "object" && candidate !== null && !Array.isArray(candidate);
}

async function scannedEvents(text: string): Promise<readonly unknown[] | undefined> {
  try {
    const scanned = await scanPage(Buffer.from(text));
    return Array.from({ length: scanned.count }, (_, index) =>
      JSON.parse(
        Buffer.from(scanned.body.subarray(eventStart(scanned, index), eventEnd(scanned, index))).toString(),
      ),
    );
  } catch (error) {
    if (isDaybookError(error, "SOURCE_PAGE_INVALID")) return undefined;
    throw error;
  }
}

it(
  `reads ${PAGES} pages, most of them damaged, exactly as JSON.parse does`,
  { timeout: 1_800_000 },
  async () => {
    const dice = new Dice();
    let valid = 0;
    for (let count = 0; count < PAGES; count++) {
      const whole = page(dice);
      // A quarter stays as it is, so that refusing everything does not pass.
      const text = count % 4 === 0 ? whole : mutated(dice, whole);
      const expected = expectedEvents(text);
      if (expected !== undefined) valid++;

      const found = { count, text, events: await scannedEvents(text) };
      expect(found).toEqual({ count, text, events: expected });
    }
    expect(valid).toBeGreaterThanOrEqual(PAGES / 4);
  },
);
