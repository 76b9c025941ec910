import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { release } from "../io/release.js";
import { Turn } from "../io/turn.js";
import { fileExtension } from "../model/compression.js";
import { isDaybookError } from "../model/errors.js";
import { bodySha256 } from "../bytes/body-digest.js";
import { decodeFrame } from "../bytes/frame-decoder.js";
import { packFrame } from "../bytes/frame.js";
import { parsePageRecord } from "../model/page-record-parser.js";
import { pageFileName } from "../model/page-record.js";
import type { PageRecord } from "../model/page-record.js";
import { jsonLine } from "../model/stable-json.js";
import { HOUR_MS } from "../model/utc-day.js";
import { WINDOWS_PER_DAY, windowLabel } from "../model/window.js";
import type { WindowLabel } from "../model/window.js";
import { parseSpoolState, spoolStateBytes } from "./spool-state.js";
import type { SpoolState } from "./spool-state.js";

/** An interrupted reading older than this is discarded: a reading is one pass over a day. */
const MAX_PAUSE_MS = 20 * HOUR_MS;

const STATE_FILE = "reading.json";

/** The state of a spool when it was opened. */
export interface OpenedSpool {
  readonly spool: Spool;
  readonly state: SpoolState;
  /** The windows whose chains had ended, each with its pages. */
  readonly finished: ReadonlyMap<WindowLabel, readonly PageRecord[]>;
  /** Why an earlier reading was not continued, or null. */
  readonly discarded: string | null;
}

/**
 * The durable pages of a reading in progress: a folder with a file for each page, a page ledger for each window whose
 * chain has ended, and `reading.json`. Each appears under its name whole and durable.
 */
export class Spool {
  readonly folder: string;
  readonly #files: Files;
  readonly #compression: SpoolState["compression"];
  readonly #stateTurn = new Turn();

  private constructor(files: Files, folder: string, compression: SpoolState["compression"]) {
    this.#files = files;
    this.folder = folder;
    this.#compression = compression;
  }

  /** Opens the folder, made when absent, and removes what cannot be continued. `fresh` is the state of a new reading. */
  static async open(files: Files, folder: string, fresh: SpoolState): Promise<OpenedSpool> {
    const spool = new Spool(files, folder, fresh.compression);
    const found = await spool.#earlierState(fresh);
    if (found === null || typeof found === "string") {
      await spool.#startAnew(fresh);
      return { spool, state: fresh, finished: new Map(), discarded: found };
    }
    const state = { ...found, reason: fresh.reason };
    return { spool, state, finished: await spool.#continue(), discarded: null };
  }

  /** The page is durable when this resolves. */
  async savePage(record: PageRecord, body: Uint8Array): Promise<void> {
    const name = pageFileName(record.window, record.number, fileExtension(this.#compression));
    const frame = await packFrame(body, this.#compression);
    await this.#write(name, frame);
    release(frame);
  }

  /** Records, durably, that the window's chain has ended with these pages. */
  async finishWindow(label: WindowLabel, pages: readonly PageRecord[]): Promise<void> {
    await this.#write(ledgerName(label), new TextEncoder().encode(pages.map(jsonLine).join("")));
  }

  /** Removes the window's pages, because its chain starts again. */
  async dropWindow(label: WindowLabel): Promise<void> {
    const names = await this.#files.list(this.folder);
    const dropped = names.filter((name) => name.startsWith(`h${label.slice(1)}`));
    for (const name of dropped) await this.#files.remove(join(this.folder, name));
    if (dropped.length > 0) await this.#files.syncFolder(this.folder);
  }

  /** Several calls at once are written in their order. */
  saveState(state: SpoolState): Promise<void> {
    return this.#stateTurn.take(() => this.#write(STATE_FILE, spoolStateBytes(state)));
  }

  /** The state to continue from, or why there is none; null when there is no earlier reading. */
  async #earlierState(fresh: SpoolState): Promise<SpoolState | string | null> {
    if ((await this.#files.stat(this.folder)) === undefined) return null;
    const bytes = await this.#readOrNothing(STATE_FILE);
    const state = bytes && parseSpoolState(bytes);
    if (state === undefined) return "its reading.json is missing or unreadable";
    return reasonToDiscard(state, fresh) ?? state;
  }

  async #startAnew(fresh: SpoolState): Promise<void> {
    await this.#files.removeTree(this.folder);
    await this.#files.makeFolder(this.folder);
    await this.#files.syncFolder(dirname(this.folder));
    await this.saveState(fresh);
  }

  async #continue(): Promise<ReadonlyMap<WindowLabel, readonly PageRecord[]>> {
    const finished = new Map<WindowLabel, readonly PageRecord[]>();
    for (let hour = 0; hour < WINDOWS_PER_DAY; hour++) {
      const label = windowLabel(hour);
      const pages = await this.#wholeWindow(label);
      if (pages === undefined) await this.dropWindow(label);
      else finished.set(label, pages);
    }
    return finished;
  }

  /** The pages of a window whose ledger and page files are all there and unaltered. */
  async #wholeWindow(label: WindowLabel): Promise<readonly PageRecord[] | undefined> {
    const ledger = await this.#readOrNothing(ledgerName(label));
    if (ledger === undefined) return undefined;
    const pages = parseLedger(new TextDecoder().decode(ledger), label);
    if (pages === undefined) return undefined;
    for (const page of pages) if (!(await this.#isWhole(page))) return undefined;
    return pages;
  }

  async #isWhole(page: PageRecord): Promise<boolean> {
    const name = pageFileName(page.window, page.number, fileExtension(this.#compression));
    const frame = await this.#readOrNothing(name);
    if (frame === undefined) return false;
    try {
      const body = await decodeFrame(frame, this.#compression, page.body_bytes);
      return (await bodySha256(body)) === page.body_sha256;
    } catch (error) {
      if (isDaybookError(error, "ARCHIVE_DAMAGED")) return false;
      throw error;
    }
  }

  async #readOrNothing(name: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#files.read(join(this.folder, name));
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND")) return undefined;
      throw error;
    }
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    await replaceFile(this.#files, { path: join(this.folder, name), bytes });
  }
}

function ledgerName(label: WindowLabel): string {
  return `h${label.slice(1)}.jsonl`;
}

function reasonToDiscard(found: SpoolState, fresh: SpoolState): string | undefined {
  if (found.day !== fresh.day) return `it holds ${found.day}`;
  if (found.compression !== fresh.compression) return `it is compressed with ${found.compression}`;
  const ageMs = Date.parse(fresh.started) - Date.parse(found.started);
  // Negated so that an unreadable time counts as too old; a start in the future means that the clock was set back.
  if (!(ageMs >= 0 && ageMs <= MAX_PAUSE_MS)) return `it was started at ${found.started}`;
  return undefined;
}

function parseLedger(text: string, label: WindowLabel): readonly PageRecord[] | undefined {
  const pages: PageRecord[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const page = parsePageRecord(line);
    if (page?.window !== label || page.number !== pages.length + 1) return undefined;
    pages.push(page);
  }
  return pages.length === 0 ? undefined : pages;
}
