import { describe, expect, it } from "vitest";
import { ArchiveKeys } from "../../src/archive/keys.js";
import { headLine, openHead, originOf, readKeptHeads, signHead } from "../../src/archive/head.js";
import { ARCHIVE_ID, TEST_KEY } from "../support/archive-fixture.js";

const ORIGIN = originOf(ARCHIVE_ID);
const signer = TEST_KEY.signerFor(ORIGIN);
const keys = new ArchiveKeys(ORIGIN, new Map([[signer.keyId, TEST_KEY.publicPem]]));
const HEAD = { origin: ORIGIN, size: 124, root: Buffer.alloc(32, "root").toString("base64") };
const note = Buffer.from(signHead(HEAD, signer)).toString();

/** A note whose signature holds, whatever its text says. */
function signText(text: string, name = ORIGIN): string {
  const blob = Buffer.concat([Buffer.from(signer.keyId, "hex"), signer.sign(Buffer.from(text))]);
  return `${text}\n\u2014 ${name} ${blob.toString("base64")}\n`;
}

const text = note.slice(0, note.indexOf("\n\n") + 1);

describe("a head", () => {
  it("is a checkpoint: a signed note of three lines", () => {
    expect(text).toBe(`${ORIGIN}\n124\n${HEAD.root}\n`);
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
    ["a fourth line", signText(`${text}more\n`)],
    ["CRLF line ends", note.replaceAll("\n", "\r\n")],
    ["no newline at its end", note.slice(0, -1)],
    ["a leading zero", signText(text.replace("\n124\n", "\n0124\n"))],
    ["a root of 31 bytes", signText(text.replace(HEAD.root, Buffer.alloc(31, 1).toString("base64")))],
    ["a root that is not canonical", signText(text.replace(/.=\n$/, "B=\n"))],
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

describe("heads that were kept elsewhere", () => {
  const line = headLine(HEAD);
  const quoted = note
    .replaceAll("=", "=3D")
    .replace(HEAD.root.slice(0, 20), `${HEAD.root.slice(0, 20)}=\r\n`);

  it.each([
    ["as they lie in the archive", note],
    ["with a witness's line below", `${note}\u2014 witness.example+1234 AAAA\n`],
    ["in a log", `{"level":"info","head":"${line}","msg":"head signed"}\n`],
    ["in a text of JSON", JSON.stringify({ head: note })],
    ["in a mail that quotes it", note.replaceAll(/^/gm, "> ")],
    ["in a mail with CRLF line ends", note.replaceAll("\n", "\r\n")],
    ["in a quoted-printable mail", `Subject: head\r\n\r\n${quoted}`],
    ["twice, once", `${note}\n${line}`],
  ])("are found %s", (_, kept) => {
    expect(readKeptHeads(kept)).toEqual([HEAD]);
  });

  it("are all found, and nothing else", () => {
    const other = { ...HEAD, size: 125 };

    expect(readKeptHeads(`${line}, then ${headLine(other)}; ${ORIGIN} of 126`)).toEqual([HEAD, other]);
    expect(readKeptHeads(`${ORIGIN} 0124 ${HEAD.root}`)).toEqual([]);
  });
});
