import type { ArchiveKeys } from "../archive/keys.js";
import { DaybookError } from "../model/errors.js";
import { BASE_FIELDS, ENTRY_FIELDS } from "../model/ledger-entry.js";
import type { EntryType, FieldKind, LedgerEntry } from "../model/ledger-entry.js";
import { isSha256Hex } from "../model/sha256.js";
import type { Signer } from "../model/signer.js";
import { byName, stableJson } from "../model/stable-json.js";
import { isoTime, parseUtcDay } from "../model/utc-day.js";

type Fields = Readonly<Record<string, FieldKind>>;

/** The last field. It is not part of the entry's statement, so `LedgerEntry` does not have it. */
const SIGNATURE = /,\n {2}"signature": "([A-Za-z0-9+/]{86}==)"\n\}\n$/;
const END = "\n}\n";

/** The bytes of an entry on disk, whatever the order of the keys in memory. */
export function signEntry(entry: LedgerEntry, signer: Signer): Uint8Array {
  const unsigned = unsignedBytes(entry);
  const signature = Buffer.from(signer.sign(unsigned)).toString("base64");
  const text = Buffer.from(unsigned).toString().slice(0, -END.length);
  return Buffer.from(`${text},\n  "signature": "${signature}"${END}`);
}

/** Whether a key of the archive has signed the entry in `bytes`. */
export function isSignedEntry(bytes: Uint8Array, keys: ArchiveKeys): boolean {
  const { unsigned, signature } = withoutSignature(bytes);
  return signature !== undefined && keys.signerOf(unsigned, signature) !== undefined;
}

/**
 * The entry in `bytes`; `subject` names its place for errors. ARCHIVE_TOO_NEW for a type that this version does not know;
 * ARCHIVE_DAMAGED when a field is missing, not of its kind or not of the format, or the bytes are not those that the format
 * gives to these values: another order or spacing, a repeated key.
 */
export function parseEntry(bytes: Uint8Array, subject: string): LedgerEntry {
  const { unsigned, signature } = withoutSignature(bytes);
  if (signature === undefined) throw damaged(subject, "no signature at its end");
  const parsed = parseJsonObject(unsigned);
  const type = parsed?.["type"];
  if (parsed === undefined || typeof type !== "string") throw damaged(subject, "no JSON object with a type");
  if (!isEntryType(type)) {
    throw new DaybookError("ARCHIVE_TOO_NEW", {
      message: `${subject}: entry type: found ${JSON.stringify(type)}, which this version does not know`,
    });
  }
  if (!hasFields(parsed, type)) throw damaged(subject, problemOf(parsed, type));
  if (Buffer.compare(unsignedBytes(parsed), unsigned) !== 0)
    throw damaged(subject, "another order or spacing");
  return parsed;
}

function withoutSignature(bytes: Uint8Array): {
  readonly unsigned: Uint8Array;
  readonly signature: Uint8Array | undefined;
} {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const [line = "", base64 = ""] = SIGNATURE.exec(text) ?? [];
  const signature = Buffer.from(base64, "base64");
  if (line === "" || signature.toString("base64") !== base64)
    return { unsigned: bytes, signature: undefined };
  const unsigned = Buffer.concat([bytes.subarray(0, bytes.length - line.length), Buffer.from(END)]);
  return { unsigned, signature };
}

function unsignedBytes(entry: LedgerEntry): Uint8Array {
  const values: Readonly<Record<string, unknown>> = { ...entry };
  const members = Object.entries(fieldsOf(entry.type)).map(([name, kind]) => [
    name,
    onDisk(values[name], kind),
  ]);
  return stableJson(Object.fromEntries(members));
}

function fieldsOf(type: EntryType): Fields {
  return { ...BASE_FIELDS, ...ENTRY_FIELDS[type] };
}

function isEntryType(type: string): type is EntryType {
  return Object.hasOwn(ENTRY_FIELDS, type);
}

function hasFields(
  entry: Record<string, unknown>,
  type: EntryType,
): entry is Record<string, unknown> & LedgerEntry {
  return problemOf(entry, type) === "";
}

/** What keeps `entry` from being one of this type; empty when nothing does. */
function problemOf(entry: Record<string, unknown>, type: EntryType): string {
  const fields = fieldsOf(type);
  const extra = Object.keys(entry).find((name) => !Object.hasOwn(fields, name));
  if (extra !== undefined) return `a field ${JSON.stringify(extra)}`;
  const wrong = Object.entries(fields).find(([name, kind]) => !isKind(entry[name], kind));
  return wrong === undefined ? "" : `${wrong[0]} that is no ${wrong[1]}`;
}

function onDisk(value: unknown, kind: FieldKind): unknown {
  return (kind === "hashes" || kind === "counts") && isObject(value) ? byName(value) : value;
}

function isKind(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case "day":
      return typeof value === "string" && parseUtcDay(value) !== undefined;
    case "day or null":
      return value === null || isKind(value, "day");
    case "count":
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
    case "hash":
      return typeof value === "string" && isSha256Hex(value);
    case "hash or null":
      return value === null || isKind(value, "hash");
    case "flag":
      return typeof value === "boolean";
    case "time":
      return isTime(value);
    case "text":
      return typeof value === "string";
    case "texts":
      return Array.isArray(value) && value.every((text) => typeof text === "string");
    case "hashes":
      return isObject(value) && Object.values(value).every((hash) => isKind(hash, "hash"));
    case "counts":
      return isObject(value) && Object.values(value).every((count) => isKind(count, "count"));
    default:
      return kind satisfies never;
  }
}

function isTime(value: unknown): boolean {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(ms) && isoTime(ms) === value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined unless the bytes are UTF-8 and a JSON object. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function damaged(subject: string, found: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: ledger entry: found ${found}, expected the fields that docs/FORMAT.md names, in its order and spacing`,
  });
}
