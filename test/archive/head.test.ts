import { describe, expect, it } from "vitest";
import { ArchiveKeys } from "../../src/archive/keys.js";
import { openHead, originOf, signHead } from "../../src/archive/head.js";
import { ARCHIVE_ID, TEST_KEY } from "../support/archive-fixture.js";

const ORIGIN = originOf(ARCHIVE_ID);
const signer = TEST_KEY.signerFor(ORIGIN);
const keys = new ArchiveKeys(ORIGIN, new Map([[signer.keyId, TEST_KEY.publicPem]]));
const HEAD = { origin: ORIGIN, size: 124, lastHash: "ab".repeat(32), time: "2026-11-21T12:00:00.000Z" };
const note = Buffer.from(signHead(HEAD, signer)).toString();

/** A note whose signature holds, whatever its text says. */
function signText(text: string, name = ORIGIN): string {
  const blob = Buffer.concat([Buffer.from(signer.keyId, "hex"), signer.sign(Buffer.from(text))]);
  return `${text}\n\u2014 ${name} ${blob.toString("base64")}\n`;
}

const text = note.slice(0, note.indexOf("\n\n") + 1);

describe("a head", () => {
  it("is a signed note of five lines", () => {
    expect(text).toBe(`daybook/1/head\n${ORIGIN}\n124\n${HEAD.lastHash}\n2026-11-21T12:00:00.000Z\n`);
    expect(note).toBe(signText(text));
  });

  it("says what was signed", () => {
    expect(openHead(Buffer.from(note), "head", ORIGIN, keys)).toEqual(HEAD);
  });

  it.each([
    ["another size", note.replace("\n124\n", "\n125\n")],
    [
      "a signature by an unknown key",
      note.replace(/ \S+\n$/, ` ${Buffer.alloc(68, 1).toString("base64")}\n`),
    ],
    ["another archive's origin", signText(text.replace(ORIGIN, "daybook/other"), "daybook/other")],
    ["a key name that is not the origin", signText(text, "daybook/other")],
    ["no signature", text],
    ["a second signature line", `${note}${note.slice(note.indexOf("\u2014"))}`],
    ["a sixth line", signText(`${text}more\n`)],
    ["CRLF line ends", note.replaceAll("\n", "\r\n")],
    ["no newline at its end", note.slice(0, -1)],
    ["a leading zero", signText(text.replace("\n124\n", "\n0124\n"))],
    ["upper-case hex", signText(text.replace(HEAD.lastHash, HEAD.lastHash.toUpperCase()))],
    ["a time of another form", signText(text.replace(".000Z", "Z"))],
    ["base64 that is not canonical", note.replace(/\n$/, "=\n")],
    ["a hyphen for the dash", note.replace("\u2014", "-")],
    ["a byte order mark", `\uFEFF${note}`],
    ["nothing", ""],
  ])("is refused with %s", (_, altered) => {
    expect(() => openHead(Buffer.from(altered), "head", ORIGIN, keys)).toThrow(
      expect.objectContaining({ code: "ARCHIVE_DAMAGED" }),
    );
  });
});
