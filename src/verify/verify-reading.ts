import type { Files } from "../io/files.js";
import { yieldToLoop } from "../bytes/yielding.js";
import { release } from "../io/release.js";
import { writeCompressed } from "../io/compressed-file.js";
import { fileExtension } from "../model/compression.js";
import type { Finding } from "../model/finding.js";
import type { Reading } from "../model/reading.js";
import type { Transcript, Verdict } from "../model/verdict.js";
import { checkChains } from "./chain-checks.js";
import { checkCounts } from "./count-checks.js";
import { checkDayIsOver } from "./day-is-over.js";
import { noticesOf } from "./notices.js";
import { readPageFile } from "./page-file.js";
import { SortedLines } from "./sorted-lines.js";
import { Transcription } from "./transcription.js";
import { checkHoursOfWindows, checkPagesOfWindows } from "./window-checks.js";

export interface VerifyReadingOptions {
  readonly files: Files;
  readonly reading: Reading;
  readonly tenantId: string;
  /** A folder that exists, on the archive's file system; takes the transcript and, while sorting, temporary runs. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  /** After each page: pages and events so far. */
  readonly progress?: (pages: number, events: number) => void;
}

/**
 * Reads every spooled page back from disk, proves the reading complete and transcribes its distinct records; in bounded
 * memory but for about 20 bytes an event. Leaves nothing in the work folder unless the day is complete. Throws
 * SOURCE_TENANT_MISMATCH, DISK_* and the signal's reason.
 */
export async function verifyReading(options: VerifyReadingOptions): Promise<Verdict> {
  const { reading } = options;
  const broken = [...checkDayIsOver(reading), ...checkChains(reading), ...checkPagesOfWindows(reading)];
  if (broken.length > 0) return { outcome: "incomplete", findings: broken };
  return new Verification(options).run();
}

class Verification {
  readonly #options: VerifyReadingOptions;
  readonly #transcription: Transcription;
  readonly #eventSet: SortedLines;
  readonly #path: string;
  readonly #findings: Finding[] = [];

  constructor(options: VerifyReadingOptions) {
    const { files, reading, tenantId, workFolder } = options;
    this.#options = options;
    this.#transcription = new Transcription(reading, tenantId);
    this.#eventSet = new SortedLines({ files, folder: `${workFolder}/event-set` });
    this.#path = `${workFolder}/events.ndjson${fileExtension(reading.compression)}`;
  }

  async run(): Promise<Verdict> {
    try {
      const transcript = await this.#transcribe();
      const verdict = this.#judge(transcript);
      if (verdict.outcome === "incomplete") await this.#leaveNothing(true);
      return verdict;
    } catch (error) {
      await this.#leaveNothing(false);
      throw error;
    }
  }

  async #transcribe(): Promise<Transcript> {
    const { files, reading, signal } = this.#options;
    const digest = await writeCompressed(
      files,
      { path: this.#path, compression: reading.compression, content: this.#lines() },
      signal,
    );
    return {
      path: this.#path,
      ...digest,
      records: this.#transcription.records,
      eventSet: this.#eventSet,
    };
  }

  async *#lines(): AsyncGenerator<Uint8Array> {
    const { files, reading, signal, progress } = this.#options;
    const { counts } = this.#transcription;
    for (const record of reading.pages) {
      signal.throwIfAborted();
      const { page, findings } = await readPageFile(files, reading, record, counts.fields);
      this.#findings.push(...findings);
      // The other pages are read all the same: an auditor wants to see everything that is wrong.
      if (page === undefined) continue;
      for (const block of this.#transcription.takePage(record.window, page)) {
        yield* this.#keep(block);
        await yieldToLoop();
      }
      release(page.body);
      progress?.(counts.pages, counts.delivered);
    }
    yield* this.#keep(this.#transcription.rest());
  }

  async *#keep(block: Uint8Array): AsyncGenerator<Uint8Array> {
    if (block.length === 0) return;
    await this.#eventSet.add(block);
    yield block;
  }

  #judge(transcript: Transcript): Verdict {
    // Where a page cannot be used the counts cannot agree, and saying so would only hide the cause.
    if (this.#findings.length > 0) return { outcome: "incomplete", findings: this.#findings };
    const { reading } = this.#options;
    const { counts, records } = this.#transcription;
    const completeness = counts.completeness(records.conflictingIds());
    const findings = [
      ...checkCounts(reading, {
        completeness,
        linesWritten: this.#eventSet.lines,
        linesKnown: records.distinct,
      }),
      ...checkHoursOfWindows(reading, completeness),
    ];
    if (findings.length > 0) return { outcome: "incomplete", findings };
    const notices = [...reading.notices, ...noticesOf(reading, completeness)];
    return { outcome: "complete", completeness, transcript, notices };
  }

  async #leaveNothing(isWritten: boolean): Promise<void> {
    await this.#eventSet.discard();
    if (isWritten) await this.#options.files.remove(this.#path);
  }
}
