import { join } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { readStamp } from "../io/stamp-file.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime, parseUtcDay } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

/** Why a day is read after the others: its last readings failed. */
export interface KeptBackDay {
  readonly code: string;
  /** The first of the failures in a row, and the last one: milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly failures: number;
}

export type KeptBack = ReadonlyMap<UtcDay, KeptBackDay>;

const NAME = "kept-back.json";

/**
 * Remembers, in the tenant's state folder, which days failed when they were last read, so that one window that fails at each
 * attempt does not stand before every other day again in each pass. A memory that is lost costs an order of work and nothing
 * else: what cannot be read is empty.
 */
export class KeptBackDays {
  readonly #files: Files;
  readonly #path: string;
  /** What `read` found, with the changes since: the pass that writes the file holds the archive's lock. */
  #known: KeptBack | undefined;

  constructor(files: Files, root: string) {
    this.#files = files;
    this.#path = join(root, NAME);
  }

  async read(): Promise<KeptBack> {
    this.#known = await this.#stored();
    return this.#known;
  }

  async #stored(): Promise<KeptBack> {
    const stamp = (await readStamp(this.#files, this.#path)) ?? {};
    return new Map(Object.entries(stamp).flatMap(parsed));
  }

  /** The day's reading failed. Throws DISK_* when that cannot be kept. */
  async failed(day: UtcDay, code: string, nowMs: number): Promise<void> {
    const days = new Map(this.#known ?? (await this.read()));
    const { sinceMs = nowMs, failures = 0 } = days.get(day) ?? {};
    days.set(day, { code, sinceMs, lastMs: nowMs, failures: failures + 1 });
    await this.#write(days);
  }

  /** The day was read, or will never be. */
  async forget(day: UtcDay): Promise<void> {
    const days = new Map(this.#known ?? (await this.read()));
    if (days.delete(day)) await this.#write(days);
  }

  async #write(days: KeptBack): Promise<void> {
    const entries = [...days].map(([day, { code, sinceMs, lastMs, failures }]) => [
      day,
      { code, since: isoTime(sinceMs), last: isoTime(lastMs), failures },
    ]);
    await replaceFile(this.#files, { path: this.#path, bytes: stableJson(Object.fromEntries(entries)) });
    this.#known = days;
  }
}

function parsed([key, value]: [string, unknown]): readonly (readonly [UtcDay, KeptBackDay])[] {
  const day = parseUtcDay(key);
  const { code, since, last, failures } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const [sinceMs, lastMs] = [Date.parse(String(since)), Date.parse(String(last))];
  const isWhole =
    typeof code === "string" && !Number.isNaN(sinceMs + lastMs) && Number.isSafeInteger(failures);
  if (day === undefined || !isWhole) return [];
  return [[day, { code, sinceMs, lastMs, failures: Number(failures) }]];
}
