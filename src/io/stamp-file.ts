import { isDaybookError } from "../model/errors.js";
import type { Files } from "./files.js";

/** A stamp: a small JSON object in which Daybook remembers what it can do without. */
export type Stamp = Readonly<Record<string, unknown>>;

/** Bytes. */
export const MAX_STAMP = 65_536;

/** Undefined when there is no stamp, or none that can be read. */
export async function readStamp(files: Files, path: string): Promise<Stamp | undefined> {
  try {
    return parseStamp(await files.read(path, MAX_STAMP));
  } catch (error) {
    if (isDaybookError(error)) return undefined;
    throw error;
  }
}

/** Undefined when the bytes are no JSON object. */
export function parseStamp(bytes: Uint8Array): Stamp | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Stamp) : undefined;
  } catch {
    return undefined;
  }
}
