import { utimes } from "node:fs/promises";
import { systemClock } from "../../src/io/clock.js";

/** Dates a file by the clock of this process. The kernel dates it by its own, which differs under libfaketime. */
export async function touch(path: string): Promise<void> {
  const nowS = systemClock.now() / 1_000;
  await utimes(path, nowS, nowS);
}
