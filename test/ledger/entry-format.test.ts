import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSignedEntry, parseEntry, signEntry } from "../../src/ledger/entry-format.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import { ArchiveKeys } from "../../src/archive/keys.js";
import { ARCHIVE_ID, TEST_KEY, day } from "../support/archive-fixture.js";

const DELIVERED: LedgerEntry = {
  seq: 7,
  prev: "ab".repeat(32),
  time: "2026-11-21T12:00:00.000Z",
  type: "sink-delivered",
  actor: "daybook",
  day: day("2026-11-20"),
  revision: 1,
  manifest_sha256: "cd".repeat(32),
  sink: "vault",
  records: 4,
};

const INCIDENT: LedgerEntry = {
  seq: 7,
  prev: "ab".repeat(32),
  time: "2026-11-21T12:00:00.000Z",
  type: "incident",
  actor: "daybook",
  day: null,
  code: "SINK_LOST",
  subject: "vault",
};

const NAMES: LedgerEntry = {
  seq: 7,
  prev: "ab".repeat(32),
  time: "2026-11-21T12:00:00.000Z",
  type: "names-seen",
  actor: "daybook",
  day: day("2026-11-20"),
  revision: 1,
  activities: { b: 1, "9": 2, B: 3, "10": 4 },
  fields: {},
};

const ORIGIN = `daybook/${ARCHIVE_ID}`;
const SIGNER = TEST_KEY.signerFor(ORIGIN);
const KEYS = new ArchiveKeys(ORIGIN, new Map([[SIGNER.keyId, TEST_KEY.publicPem]]));

function textOf(entry: LedgerEntry): string {
  return Buffer.from(signEntry(entry, SIGNER)).toString();
}

function parse(text: string): LedgerEntry {
  return parseEntry(Buffer.from(text), "ledger/000/000000007.json");
}

describe("a ledger entry on disk", () => {
  it("has the order and spacing of docs/FORMAT.md, whatever the order in memory", () => {
    const { sink, records, ...others } = DELIVERED;

    const text = `{
  "seq": 7,
  "prev": "${"ab".repeat(32)}",
  "time": "2026-11-21T12:00:00.000Z",
  "type": "sink-delivered",
  "actor": "daybook",
  "day": "2026-11-20",
  "revision": 1,
  "manifest_sha256": "${"cd".repeat(32)}",
  "sink": "vault",
  "records": 4
}
`;
    const signature = Buffer.from(SIGNER.sign(Buffer.from(text))).toString("base64");
    expect(textOf({ records, sink, ...others })).toBe(
      text.replace("4\n}", `4,\n  "signature": "${signature}"\n}`),
    );
  });

  it("sorts names by code unit, also those that JavaScript puts first", () => {
    const text = textOf(NAMES);

    expect(text).toContain(
      `"activities": {\n    "10": 4,\n    "9": 2,\n    "B": 3,\n    "b": 1\n  },\n  "fields": {}`,
    );
    expect(parse(text)).toEqual(NAMES);
  });

  it.each([DELIVERED, INCIDENT])("is read back: $type", (entry) => {
    expect(parse(textOf(entry))).toEqual(entry);
  });

  const [text, incident, names] = [textOf(DELIVERED), textOf(INCIDENT), textOf(NAMES)];

  it.each([
    ["a field more", text.replace(`"records"`, `"note": "",\n  "records"`), `a field "note"`],
    ["a field less", text.replace(/ {2}"records": 4,\n/, ""), "records that is no count"],
    [
      "another order",
      text.replace(/( {2}"sink": "vault"),\n( {2}"records": 4)/, "$2,\n$1"),
      "another order or spacing",
    ],
    ["another spacing", text.replace("  ", " "), "another order or spacing"],
    ["no newline at the end", text.trimEnd(), "no signature at its end"],
    ["no signature", text.replace(/,\n {2}"signature": ".*"/, ""), "no signature at its end"],
    ["a signature of another length", text.replace(/.{4}==/, "=="), "no signature at its end"],
    [
      "a signature written otherwise",
      text.replace(/.==/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}==`),
      "no signature at its end",
    ],
    ["a byte order mark", `\uFEFF${text}`, "another order or spacing"],
    ["a repeated field", text.replace(`"seq": 7`, `"seq": 7,\n  "seq": 7`), "another order or spacing"],
    ["a number written otherwise", text.replace("4,\n", "4.0,\n"), "another order or spacing"],
    [
      "names in another order",
      names.replace(/("10": 4),(\s+)("9": 2)/, "$3,$2$1"),
      "another order or spacing",
    ],
    ["a count that is text", text.replace(`"records": 4`, `"records": "4"`), "records that is no count"],
    ["a count below zero", text.replace(`"records": 4`, `"records": -4`), "records that is no count"],
    ["a day that is none", text.replace("2026-11-20", "2026-11-31"), "day that is no day"],
    ["a null where none is allowed", text.replace(`"2026-11-20"`, "null"), "day that is no day"],
    ["a time without milliseconds", text.replace("00.000Z", "00Z"), "time that is no time"],
    ["a hash in capitals", text.replace("cdcd", "CDCD"), "manifest_sha256 that is no hash"],
    ["a day that is neither day nor null", incident.replace("null", `""`), "day that is no day or null"],
    ["no type", text.replace(/ {2}"type".*\n/, ""), "no JSON object with a type"],
  ])("is refused with %s", (_, altered, found) => {
    expect(altered).not.toBe(text);
    expect(() => parse(altered)).toThrow(
      expect.objectContaining({
        code: "ARCHIVE_DAMAGED",
        message: expect.stringContaining(`found ${found}`),
      }),
    );
  });

  it("is refused as newer when its type is not known", () => {
    expect(() => parse(text.replace("sink-delivered", "key-rotated"))).toThrow(
      expect.objectContaining({ code: "ARCHIVE_TOO_NEW" }),
    );
  });

  it("is known by its signature, and by no other key or content", () => {
    const [bytes, altered] = [Buffer.from(text), Buffer.from(text.replace("vault", "fault"))];
    const otherOrigin = "daybook/11111111-2222-4333-8444-555555555555";
    const other = signEntry(DELIVERED, SigningKey.fromPem(otherPem(), "other key").signerFor(otherOrigin));

    expect(isSignedEntry(bytes, KEYS)).toBe(true);
    expect(isSignedEntry(altered, KEYS)).toBe(false);
    expect(isSignedEntry(other, KEYS)).toBe(false);
    expect(isSignedEntry(Buffer.from("[]"), KEYS)).toBe(false);
  });
});

function otherPem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
