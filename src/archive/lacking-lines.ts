import { createHash } from "node:crypto";
import { eventEnd, eventStart, scanLines } from "../bytes/page-scanner.js";
import type { RecordIndex } from "../model/verdict.js";
import { idBytes } from "../verify/transcription.js";

/** The lines of the revision before that a reading lacks, counted and hashed as they would be carried. */
export class LackingLines {
  /** Lines that the reading has. */
  kept = 0;
  /** Lines that it lacks. */
  removed = 0;
  /** Of these, lines whose Id the reading has with other bytes. */
  changed = 0;
  /** Of these, lines that the earlier reading still had and whose Id is gone. */
  missing = 0;
  readonly #records: RecordIndex;
  readonly #hash = createHash("sha256");

  constructor(records: RecordIndex) {
    this.#records = records;
  }

  /** Takes whole lines of a file. Throws SOURCE_PAGE_INVALID where they are no record lines. */
  take(block: Buffer, role: "events" | "carried"): void {
    const lines = scanLines(block);
    for (let index = 0; index < lines.count; index++) {
      const line = block.subarray(eventStart(lines, index), eventEnd(lines, index));
      const id = idBytes(lines, index);
      if (this.#records.has(line, id)) {
        this.kept++;
        continue;
      }
      this.#hash.update(line).update("\n");
      this.removed++;
      if (id !== undefined && this.#records.hasId(id)) this.changed++;
      else if (role === "events") this.missing++;
    }
  }

  /** Of the lacking lines in their order, each with its newline; ends the count. */
  sha256(): string {
    return this.#hash.digest("hex");
  }
}
