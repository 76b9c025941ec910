import { z } from "zod";
import { count, day, hash, text } from "../archive/strict-json.js";
import type { UtcDay } from "../model/utc-day.js";
import { numberedId } from "./numbered-id.js";
import type { RetentionParts } from "./parts.js";
import { Register } from "./register.js";

/** What left the archive. */
export const producedForm = z.strictObject({
  from: day,
  to: day,
  /** The filters in words: they may name people, so the ledger gets a commitment alone. */
  filters: z.string(),
  records: count,
  bytes: count,
  /** Of everything that went out. */
  sha256: hash,
  form: text,
  /** A code for who gets it; empty for nobody in particular. */
  recipient: text,
});

type Produced = z.output<typeof producedForm>;

/** What was handed out, each an act of the ledger. */
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

  /** A restore from this sink was tried with so many days. */
  async recordDrill(
    { sink, days, outcome }: { readonly sink: string; readonly days: number; readonly outcome: string },
    actor: string,
  ): Promise<void> {
    await this.#parts.archive.ledger.append({ type: "drill-ended", sink, days, outcome }, actor);
  }

  /** A report of these days was made; `sha256` is that of its JSON form. */
  async recordAudit(
    { from, to, sha256 }: { readonly from: UtcDay; readonly to: UtcDay; readonly sha256: string },
    actor: string,
  ): Promise<void> {
    await this.#parts.archive.ledger.append({ type: "audit-made", from, to, sha256 }, actor);
  }
}
