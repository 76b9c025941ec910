import { DaybookError } from "../model/errors.js";
import type { Signer } from "../model/signer.js";
import { isoTime } from "../model/utc-day.js";
import type { ArchiveKeys } from "./keys.js";
import { LIMITS } from "./layout.js";

/** The signed statement of the ledger's size and last hash. */
export interface Head {
  /** `daybook/<archive id>`; also the key's name. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** SHA-256 (hex) of the newest entry's bytes. */
  readonly lastHash: string;
  readonly time: string;
}

/** A head as parsed: nothing in it may be believed before `openHead` has checked its signature. */
interface SignedHead {
  readonly head: Head;
  readonly text: Uint8Array;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

const FIRST_LINE = "daybook/1/head";

// c2sp.org/signed-note: text, blank line, then a line of em dash, key name and base64 of the 4-byte key id and signature.
const NOTE =
  /^(daybook\/1\/head\n([^\s+]+)\n([1-9]\d{0,8})\n([0-9a-f]{64})\n(\S+)\n)\n\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)\n$/;

/** `daybook/<archive id>` */
export function originOf(archiveId: string): string {
  return `daybook/${archiveId}`;
}

/** The note's bytes. */
export function signHead(head: Head, signer: Signer): Uint8Array {
  const text = `${FIRST_LINE}\n${head.origin}\n${head.size}\n${head.lastHash}\n${head.time}\n`;
  const signature = Buffer.concat([Buffer.from(signer.keyId, "hex"), signer.sign(Buffer.from(text))]);
  return Buffer.from(`${text}\n\u2014 ${head.origin} ${signature.toString("base64")}\n`);
}

/** The head that `bytes` state, once a key of the archive is found to have signed it; ARCHIVE_DAMAGED otherwise. */
export function openHead(bytes: Uint8Array, subject: string, origin: string, keys: ArchiveKeys): Head {
  const signed = parseHead(bytes);
  if (signed === undefined) throw damaged(subject, "form", "another form", "a signed note of five lines");
  if (signed.head.origin !== origin) throw damaged(subject, "origin", signed.head.origin, origin);
  if (!keys.verify(signed.keyId, signed.text, signed.signature)) {
    throw damaged(
      subject,
      "signature",
      `none that holds (key ${signed.keyId})`,
      `one of ${keys.ids.join(", ")}`,
    );
  }
  return signed.head;
}

/** What a head says, whoever signed it: for comparing an archive with a head that somebody kept. Undefined for another form. */
export function readKeptHead(bytes: Uint8Array): Head | undefined {
  return parseHead(bytes)?.head;
}

function parseHead(bytes: Uint8Array): SignedHead | undefined {
  if (bytes.length > LIMITS.head) return undefined;
  const match = NOTE.exec(decodeUtf8(bytes) ?? "");
  const [, text = "", origin = "", size = "", lastHash = "", time = "", keyName, base64 = ""] = match ?? [];
  const blob = Buffer.from(base64, "base64");
  const isStrict =
    blob.length === 68 && blob.toString("base64") === base64 && isTime(time) && keyName === origin;
  if (match === null || !isStrict) return undefined;
  return {
    head: { origin, size: Number(size), lastHash, time },
    text: Buffer.from(text),
    keyId: blob.subarray(0, 4).toString("hex"),
    signature: blob.subarray(4),
  };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isTime(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && isoTime(ms) === text;
}

function damaged(subject: string, rule: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: head ${rule}: found ${found}, expected ${expected}`,
  });
}
