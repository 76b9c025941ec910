import { dirname } from "node:path";
import { DaybookError } from "../model/errors.js";
import type { Files } from "./files.js";
import { writeFile } from "./write-file.js";

/**
 * Bytes of the state folder's file system that no page, package or temporary file takes. Ledger entries, heads and alarms are a
 * few kilobytes each: with this left they can be written while the disk is full, so that what was done is on record.
 */
const STATE_RESERVE_BYTES = 1024 * 1024;

/** Throws DISK_FULL when writing `bytes` would leave less than the reserve free. */
export async function requireSpace(
  files: Pick<Files, "freeBytes">,
  path: string,
  bytes: number,
  reserveBytes: number,
): Promise<void> {
  const free = await files.freeBytes(path);
  if (free - bytes >= reserveBytes) return;
  throw new DaybookError("DISK_FULL", {
    message: `${path}: free space: expected ${reserveBytes} bytes to stay free after writing ${bytes}, found ${free}`,
  });
}

/** The same files, but new ones leave the reserve of STATE_RESERVE_BYTES free: else their writing throws DISK_FULL. */
export function withReserve(files: Files): Files {
  const create: Files["create"] = async (path, mode) => {
    const writer = await files.create(path, mode);
    return {
      write: async (bytes) => {
        await requireSpace(files, dirname(path), bytes.length, STATE_RESERVE_BYTES);
        await writer.write(bytes);
      },
      finish: () => writer.finish(),
      abort: () => writer.abort(),
    };
  };
  return { ...files, create, writeNew: (path, bytes, mode) => writeFile({ create }, path, [bytes], mode) };
}
