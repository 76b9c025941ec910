import { DaybookError } from "../model/errors.js";
import { eventEnd, eventField, eventStart } from "../bytes/page-scanner.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import { Slice } from "../bytes/yielding.js";
import { recordId } from "../bytes/record-id.js";
import { writeRecordLine } from "../bytes/record-line.js";
import type { Reading } from "../model/reading.js";
import type { WindowLabel } from "../model/window.js";
import { DayCounts } from "./day-counts.js";
import { LineBlock } from "./line-block.js";
import { RecordTable } from "./record-index.js";

const BLOCK_BYTES = 1 << 20;
const NO_LINES = new Uint8Array();
const NEWLINE = 0x0a;

/** Cuts a day's pages into record lines: each distinct line once, in source order; and counts on the way. */
export class Transcription {
  readonly counts: DayCounts;
  readonly records: RecordTable;
  readonly #day: string;
  readonly #tenantId: string;
  readonly #block = new LineBlock(BLOCK_BYTES);

  /** The page ledger's counts say how many events there can be at most. */
  constructor(reading: Reading, tenantId: string) {
    this.counts = new DayCounts(reading.day);
    this.records = new RecordTable(reading.pages.reduce((sum, page) => sum + page.events, 0));
    this.#day = reading.day;
    this.#tenantId = tenantId.toLowerCase();
  }

  /**
   * Takes the next page and gives blocks of whole lines as they get full, each good until the next is asked for; an empty
   * one where the caller should give the event loop a turn, because no block got full. Throws SOURCE_TENANT_MISMATCH when an event belongs to another tenant.
   */
  *takePage(window: WindowLabel, page: ScannedPage): Generator<Uint8Array> {
    this.counts.takePage(window, page);
    const slice = new Slice();
    for (let index = 0; index < page.count; index++) {
      this.#checkTenant(page, index);
      this.#takeEvent(page, index);
      const isSliceUsed = slice.isUsedBy(eventEnd(page, index) - eventStart(page, index));
      if (this.#block.isFull) yield this.#block.take();
      else if (isSliceUsed) yield NO_LINES;
    }
  }

  /** The last lines, which did not fill a block. */
  rest(): Uint8Array {
    return this.#block.take();
  }

  #takeEvent(page: ScannedPage, index: number): void {
    const start = eventStart(page, index);
    const end = eventEnd(page, index);
    const room = this.#block.room(end - start + 1);
    const length = writeRecordLine(page.body, start, end, room, 0);
    const id = recordId(page, index);
    if (!this.records.add(room.subarray(0, length), id)) {
      this.counts.takeDuplicate(page, index);
      return;
    }
    room[length] = NEWLINE;
    this.#block.keep(length + 1);
    this.counts.takeRecord(page, index, id !== undefined);
  }

  // An event without OrganizationId occurs in real answers; one of another tenant stops everything.
  #checkTenant(page: ScannedPage, index: number): void {
    const found = eventField(page, index, "OrganizationId") ?? "";
    if (found === this.#tenantId || found === "" || found.toLowerCase() === this.#tenantId) return;
    throw new DaybookError("SOURCE_TENANT_MISMATCH", {
      message: `${this.#day}: OrganizationId of an event: found another tenant's, expected ${this.#tenantId}`,
    });
  }
}
