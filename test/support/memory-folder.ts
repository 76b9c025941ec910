import { chmodSync, mkdtempSync, rmSync, statfsSync } from "node:fs";

/** Bytes: more than all tests at work hold at the same time. */
const MIN_FREE = 4 * 2 ** 30;

/**
 * Gives the tests a folder in memory for their temporary files, where the machine has one with room: most write small
 * archives, and each write waits for the disk. Who sets TMPDIR chooses the folder.
 */
export default function useMemory(): (() => void) | undefined {
  if (process.env["TMPDIR"] !== undefined || freeBytes("/dev/shm") < MIN_FREE) return undefined;
  const folder = mkdtempSync("/dev/shm/daybook-tests-");
  // As /tmp: tests let other users read below it.
  chmodSync(folder, 0o1777);
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
