import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { sha256Hex } from "../../../src/model/sha256.js";
import { filesBelow } from "./files-below.js";
import type { Copies } from "./places.js";

/** What stands in the register alone: a reason, and the name of a person. */
export const REASON = "a reason that nobody else is told";
export const NAME = "Name of";

/** What is looked for in a file or an object, as it is or decompressed. */
export interface Scan {
  readonly sha256: string;
  /** Events that it has, by the text that only those of a day have. */
  readonly canaries: ReadonlySet<string>;
  readonly hasText: boolean;
}

const REGISTER = "state register.jsonl";

/** Everything that an archive and its copies consist of. A file or an object is read once, unless it changes. */
export class Contents {
  readonly #files = new Map<string, { readonly stamp: string; readonly scan: Scan }>();
  readonly #objects = new WeakMap<Buffer, Scan>();

  /** By name, `state` or a bucket first. */
  all({ root, buckets, view }: Copies): ReadonlyMap<string, Scan> {
    const found = new Map(
      [...view].map(([day, lines]) => [`lake ${day}`, scanOf(day, Buffer.from(lines.join("\n")))]),
    );
    for (const path of filesBelow(root)) found.set(`state ${path}`, this.#file(join(root, path)));
    for (const [bucket, { objects }] of Object.entries(buckets))
      for (const [key, { bytes }] of objects) found.set(`${bucket} ${key}`, this.#object(key, bytes));
    return found;
  }

  #file(path: string): Scan {
    const { ino, size, mtimeMs } = lstatSync(path);
    const stamp = `${ino} ${size} ${mtimeMs}`;
    const known = this.#files.get(path);
    if (known?.stamp === stamp) return known.scan;
    const scan = scanOf(path, readFileSync(path));
    this.#files.set(path, { stamp, scan });
    return scan;
  }

  #object(key: string, bytes: Buffer): Scan {
    const scan = this.#objects.get(bytes) ?? scanOf(key, bytes);
    this.#objects.set(bytes, scan);
    return scan;
  }
}

function scanOf(name: string, bytes: Uint8Array): Scan {
  const text = textOf(name, bytes);
  const canaries = new Set([...text.matchAll(/canary-\d{4}-\d\d-\d\d/g)].map(([canary]) => canary));
  return { sha256: sha256Hex(bytes), canaries, hasText: text.includes(REASON) || text.includes(NAME) };
}

/** A write that was cut is no whole frame. */
function textOf(name: string, bytes: Uint8Array): string {
  if (!name.endsWith(".zst")) return Buffer.from(bytes).toString();
  try {
    return zstdDecompressSync(bytes).toString();
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
}

/** The places that have an event of the day. */
export function placesWith(all: ReadonlyMap<string, Scan>, canary: string): readonly string[] {
  return [...all].flatMap(([name, { canaries }]) => (canaries.has(canary) ? [name] : []));
}

/** The places that have a text of the register, other than the register. */
export function placesWithText(all: ReadonlyMap<string, Scan>): readonly string[] {
  return [...all].flatMap(([name, { hasText }]) => (hasText && name !== REGISTER ? [name] : []));
}
