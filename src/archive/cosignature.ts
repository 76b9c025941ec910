import { verify } from "node:crypto";
import type { NoteKey } from "../model/note-key.js";
import type { Signer } from "../model/signer.js";
import { headText } from "./head.js";
import type { Head } from "./head.js";

// c2sp.org/signed-note: em dash, the key's name, base64 of the 4-byte key id and the signature.
const LINE = /^\u2014 ([^\s+]{1,200}) ([A-Za-z0-9+/]+=*)$/;
/** Key id, time, Ed25519 signature. */
const BLOB_BYTES = 4 + 8 + 64;
/** The last second that a time of JavaScript can hold (ECMA-262 section 21.4.1.1). */
const MAX_SECONDS = 8_640_000_000_000;

/** A witness's statement that a head continues every head of this ledger that it saw before. */
export interface Cosignature {
  /** By the witness's clock, milliseconds since the epoch. */
  readonly atMs: number;
  /** As it is kept, without a newline. */
  readonly line: string;
}

/** The line of https://c2sp.org/tlog-cosignature, without a newline; `seconds` since the epoch. */
export function cosign(head: Head, name: string, seconds: number, signer: Signer): string {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = signer.sign(signedText(head, String(seconds)));
  return `\u2014 ${name} ${Buffer.concat([Buffer.from(signer.keyId, "hex"), time, signature]).toString("base64")}`;
}

/** The first of these lines by which the witness cosigned the head; undefined when there is none that holds. */
export function findCosignature(
  lines: readonly string[],
  head: Head,
  witness: NoteKey,
): Cosignature | undefined {
  return lines.map((line) => openLine(line, head, witness)).find((one) => one !== undefined);
}

function openLine(line: string, head: Head, { name, keyId, publicKey }: NoteKey): Cosignature | undefined {
  const [, signer, base64 = ""] = LINE.exec(line) ?? [];
  const blob = Buffer.from(base64, "base64");
  if (signer !== name || blob.length !== BLOB_BYTES || blob.toString("base64") !== base64) return undefined;
  if (blob.subarray(0, 4).toString("hex") !== keyId) return undefined;
  const seconds = blob.readBigUInt64BE(4);
  if (seconds > MAX_SECONDS) return undefined;
  const isGood = verify(null, signedText(head, String(seconds)), publicKey, blob.subarray(12));
  return isGood ? { atMs: Number(seconds) * 1000, line } : undefined;
}

function signedText(head: Head, seconds: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${headText(head)}`);
}

/** The lines of a file of cosignatures; undefined for bytes of another form. */
export function parseCosignatures(bytes: Uint8Array): readonly string[] | undefined {
  const lines = Buffer.from(bytes).toString("utf8").split("\n");
  if (lines.pop() !== "" || lines.length === 0) return undefined;
  return lines.every((line) => LINE.test(line)) ? lines : undefined;
}
