import { DaybookError } from "../model/errors.js";
import type { Signer } from "../model/signer.js";
import type { ArchiveKeys } from "./keys.js";
import { LIMITS } from "./layout.js";

/** The signed statement of the ledger's size and root: a checkpoint of https://c2sp.org/tlog-checkpoint. */
export interface Head {
  /** `daybook/<archive id>`; also the key's name. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** Root in base64 of the Merkle tree over the entries' bytes (RFC 6962 section 2.1). */
  readonly root: string;
}

/** A head as parsed: nothing in it may be believed before `openHead` has checked its signature. */
export interface SignedHead {
  readonly head: Head;
  readonly text: Uint8Array;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

// c2sp.org/signed-note: text, blank line, then a line of em dash, key name and base64 of the 4-byte key id and signature.
const NOTE = /^(([^\s+]+)\n([1-9]\d{0,8})\n([A-Za-z0-9+/]{43}=)\n)\n\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)\n$/;

/** `daybook/<archive id>` */
export function originOf(archiveId: string): string {
  return `daybook/${archiveId}`;
}

/** The three lines that are signed. */
export function headText({ origin, size, root }: Head): string {
  return `${origin}\n${size}\n${root}\n`;
}

/** The note's bytes. */
export function signHead(head: Head, signer: Signer): Uint8Array {
  const text = headText(head);
  const signature = Buffer.concat([Buffer.from(signer.keyId, "hex"), signer.sign(Buffer.from(text))]);
  return Buffer.from(`${text}\n\u2014 ${head.origin} ${signature.toString("base64")}\n`);
}

/** The head that `bytes` state, once a key of the archive is found to have signed it; ARCHIVE_DAMAGED otherwise. */
export function openHead(bytes: Uint8Array, subject: string, origin: string, keys: ArchiveKeys): Head {
  const signed = parseHead(bytes);
  if (signed === undefined) throw damaged(subject, "form", "another form", "a signed note of three lines");
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

/** A head in one line, as logs, messages and pages have it: origin, size and root. */
export function headLine({ origin, size, root }: Head): string {
  return `${origin} ${size} ${root}`;
}

// Between the three parts: blanks, line ends, those of a JSON text, and the marks of a quoted mail.
const KEPT_HEAD =
  /(daybook\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\s|>|\\[rn])+([1-9]\d{0,8})(?:\s|>|\\[rn])+([A-Za-z0-9+/]{43}=)/g;

/** The heads in any text, such as a mail or a log, whoever signed them: for comparing an archive with what somebody kept. */
export function readKeptHeads(text: string): readonly Head[] {
  // Mail may be quoted-printable (RFC 2045 section 6.7): `=` is `=3D` there, and a line may be broken by `=` at its end.
  const plain = text.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=");
  const heads = [text, plain].flatMap((one) => [...one.matchAll(KEPT_HEAD)].map(headOf));
  return [...new Map(heads.map((head) => [headLine(head), head])).values()];
}

function headOf([, origin = "", size = "", root = ""]: RegExpMatchArray): Head {
  return { origin, size: Number(size), root };
}

/** Undefined for another form than that of a head. */
export function parseHead(bytes: Uint8Array): SignedHead | undefined {
  if (bytes.length > LIMITS.head) return undefined;
  const match = NOTE.exec(decodeUtf8(bytes) ?? "");
  const [, text = "", origin = "", size = "", root = "", keyName, base64 = ""] = match ?? [];
  const blob = Buffer.from(base64, "base64");
  const isStrict = blob.length === 68 && isCanonical(base64) && isCanonical(root) && keyName === origin;
  if (match === null || !isStrict) return undefined;
  return {
    head: { origin, size: Number(size), root },
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

/** Whether it is the one base64 text of its bytes: other texts decode to the same. */
function isCanonical(base64: string): boolean {
  return Buffer.from(base64, "base64").toString("base64") === base64;
}

function damaged(subject: string, rule: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: head ${rule}: found ${found}, expected ${expected}`,
  });
}
