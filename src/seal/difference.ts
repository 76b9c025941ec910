import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { eventEnd, eventStart, scanLines } from "../bytes/page-scanner.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import type { FileRole } from "../model/manifest.js";
import type { RecordIndex } from "../model/verdict.js";
import { idBytes } from "../verify/transcription.js";
import { readRecordBlocks } from "../archive/record-lines.js";
import type { StoredPackage } from "../archive/record-lines.js";

/** Compares a reading with the revision before it, which is its events and what it carried itself. */
export class Difference {
  /** Lines of the earlier revision that the reading lacks; all of them are carried. */
  removed = 0;
  /** Of these, lines whose Id the reading has with other bytes. */
  changed = 0;
  /** Of these, lines that the earlier reading still had and whose Id is gone now: the source gives fewer events. */
  missing = 0;
  #kept = 0;
  readonly #files: Files;
  readonly #earlier: StoredPackage;
  readonly #records: RecordIndex;

  constructor(files: Files, earlier: StoredPackage, records: RecordIndex) {
    this.#files = files;
    this.#earlier = earlier;
    this.#records = records;
  }

  /** Lines of the reading that the earlier revision lacks; known when `carried` has ended. */
  get added(): number {
    return this.#records.distinct - this.#kept;
  }

  /** The lines to carry, byte for byte, in the earlier revision's order, each with its newline, in blocks. */
  async *carried(): AsyncGenerator<Uint8Array> {
    for (const role of ["events", "carried"] as const) {
      for await (const block of readRecordBlocks(this.#files, this.#earlier, [role])) {
        const lacking = this.#lacking(block, role);
        if (lacking.length > 0) yield Buffer.concat(lacking);
      }
    }
  }

  #lacking(block: Uint8Array, role: FileRole): readonly Uint8Array[] {
    const lines = scanEarlier(block);
    const lacking: Uint8Array[] = [];
    for (let index = 0; index < lines.count; index++) {
      const [start, end] = [eventStart(lines, index), eventEnd(lines, index)];
      const id = idBytes(lines, index);
      if (this.#records.has(block.subarray(start, end), id)) {
        this.#kept++;
        continue;
      }
      // With the newline behind it.
      lacking.push(block.subarray(start, end + 1));
      this.#countRemoved(id, role);
    }
    return lacking;
  }

  #countRemoved(id: Uint8Array | undefined, role: FileRole): void {
    this.removed++;
    if (id !== undefined && this.#records.hasId(id)) this.changed++;
    else if (role === "events") this.missing++;
  }
}

/** The earlier revision's lines were valid when they were sealed. */
function scanEarlier(block: Uint8Array): ScannedPage {
  try {
    return scanLines(block);
  } catch (cause) {
    throw new DaybookError("ARCHIVE_DAMAGED", {
      message: "record lines of the earlier revision: found bytes that are no JSON, expected record lines",
      cause,
    });
  }
}
