import { eventEnd, eventStart, scanLines } from "../bytes/page-scanner.js";
import { recordId } from "../bytes/record-id.js";
import type { RecordIndex } from "../model/verdict.js";

/** Compares a reading with the lines of the revision before it: those that the reading lacks are carried. */
export class LackingLines {
  /** Lines that the reading lacks; all of them are carried. */
  removed = 0;
  /** Of these, lines whose Id the reading has with other bytes. */
  changed = 0;
  /** Of these, lines that the earlier reading still had and whose Id is gone: the source gives fewer events. */
  missing = 0;
  #kept = 0;
  readonly #records: RecordIndex;

  constructor(records: RecordIndex) {
    this.#records = records;
  }

  /** Lines of the reading that the earlier revision lacks; known when all of its lines were taken. */
  get added(): number {
    return this.#records.distinct - this.#kept;
  }

  /**
   * Takes whole lines of a file of the earlier revision, and returns those that the reading lacks, each with its newline.
   * Throws SOURCE_PAGE_INVALID where they are no record lines.
   */
  take(block: Uint8Array, role: "events" | "carried"): readonly Uint8Array[] {
    const lines = scanLines(block);
    const lacking: Uint8Array[] = [];
    for (let index = 0; index < lines.count; index++) {
      const [start, end] = [eventStart(lines, index), eventEnd(lines, index)];
      const id = recordId(lines, index);
      if (this.#records.has(block.subarray(start, end), id)) this.#kept++;
      else {
        lacking.push(block.subarray(start, end + 1));
        this.#countRemoved(id, role);
      }
    }
    return lacking;
  }

  #countRemoved(id: Uint8Array | undefined, role: "events" | "carried"): void {
    this.removed++;
    if (id !== undefined && this.#records.hasId(id)) this.changed++;
    else if (role === "events") this.missing++;
  }
}
