import { fixityDue, readBack } from "./sink-fixity.js";
import type { FixityFinding } from "./sink-fixity.js";
import type { Clock } from "../io/clock.js";
import type { Ledger } from "../ledger/ledger.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { ArchiveSource } from "../archive/source.js";
import type { SealedDay } from "../archive/sealed-package.js";

export interface SinkChecksParts {
  readonly tenant: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  /** Shows what is under way. */
  readonly progress: { note(tenant: string, what: string): void };
  /** The record sinks. */
  readonly sinks: readonly { readonly name: string; readonly source: ArchiveSource }[];
  /** Whether the sink has already failed in this pass: it is not tried again. */
  readonly isFailing: (sink: string) => boolean;
}

/** A damaged disk has a finding for each file: the log names a few, `verify` names them all. */
const MAX_LOGGED = 20;

/** Periodically reads back what the record sinks hold, so that damage is found while another copy is whole (fault 52). */
export class SinkChecks {
  readonly #parts: SinkChecksParts;

  constructor(parts: SinkChecksParts) {
    this.#parts = parts;
  }

  /** Runs the checks that are due. A sink that does not answer is checked by the next pass. */
  async run(signal: AbortSignal): Promise<void> {
    const { sinks, ledger, clock, log, tenant } = this.#parts;
    for (const { name: sink, source } of sinks) {
      const due = fixityDue(sink, ledger.index, ledger.index.fixityChecks.get(sink), clock.now());
      if (due.length === 0 || this.#parts.isFailing(sink)) continue;
      try {
        const findings = await this.#readAll(due, sink, source, signal);
        await ledger.append(
          { type: "fixity-checked", sink, days: due.length, findings: findings.length },
          "daybook",
        );
        log.info({ tenant, sink, days: due.length, findings: findings.length }, "sink verified");
      } catch (error) {
        signal.throwIfAborted();
        if (!isDaybookError(error) || error.area !== "sink") throw error;
        log.warn({ tenant, sink, code: error.code, message: error.message }, "sink not verified");
      }
    }
  }

  async #readAll(
    due: readonly SealedDay[],
    sink: string,
    source: ArchiveSource,
    signal: AbortSignal,
  ): Promise<readonly FixityFinding[]> {
    const { log, tenant, progress } = this.#parts;
    const findings: FixityFinding[] = [];
    for (const sealed of due) {
      progress.note(tenant, `reading ${sealed.day} back from ${sink}`);
      findings.push(...(await readBack(sealed, source, signal)));
    }
    for (const finding of findings.slice(0, MAX_LOGGED))
      log.error({ tenant, sink, ...finding }, "damage found in sink");
    return findings;
  }
}
