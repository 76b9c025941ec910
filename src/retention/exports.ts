import type { UtcDay } from "../model/utc-day.js";
import { numberedId } from "./numbered-id.js";
import type { RetentionParts } from "./parts.js";
import { Register } from "./register.js";

/** What left the archive. */
export interface Produced {
  readonly from: UtcDay;
  readonly to: UtcDay;
  /** The filters in words: they may name people, so the ledger gets a commitment alone. */
  readonly filters: string;
  readonly records: number;
  readonly bytes: number;
  /** Of everything that went out, hex. */
  readonly sha256: string;
  readonly form: string;
  /** A code for who gets it; empty for nobody in particular. */
  readonly recipient: string;
}

/** Exports, each an act of the ledger. */
export class Exports {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** The number under which the export is recorded, such as `E0001`. */
  async record(produced: Produced, actor: string): Promise<string> {
    const { archive, files, root } = this.#parts;
    const { from, to, records, bytes, sha256, form, recipient } = produced;
    const number = numberedId("E", archive.ledger.index.retention.exports + 1);
    const commitment = await new Register(files, root).commit(produced.filters);
    await archive.ledger.append(
      {
        type: "export-produced",
        export: number,
        from,
        to,
        filter_commitment: commitment,
        records,
        bytes,
        sha256,
        form,
        recipient_ref: recipient,
      },
      actor,
    );
    return number;
  }
}
