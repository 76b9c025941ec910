import { join } from "node:path";
import type { Anchoring } from "../anchor/anchoring.js";
import { DayAnomalies } from "./day-anomalies.js";
import type { Clock } from "../io/clock.js";
import { withReserve } from "../io/disk-reserve.js";
import type { Files } from "../io/files.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { OpenArchive } from "../ledger/open-archive.js";
import type { DaybookError } from "../model/errors.js";
import type { Finding } from "../model/finding.js";
import type { Act } from "../model/ledger-entry.js";
import type { Log } from "../model/log.js";
import type { Manifest } from "../model/manifest.js";
import type { DayTask, Reading } from "../model/reading.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Verdict } from "../model/verdict.js";
import type { PassProgress } from "./progress.js";
import type { CompleteVerdict } from "../pipeline.js";
import type { DaySteps } from "../pipeline.js";
import { KeptBackDays } from "../plan/kept-back-days.js";
import type { RequestBudget } from "../plan/request-budget.js";
import { folderSource } from "../archive/folder-source.js";
import { readManifest } from "../archive/sealed-package.js";
import type { Copies } from "../retention/copies.js";
import { retentionOfDay } from "../ledger/day-retention.js";
import { recordSchedule, ruleInForce } from "../retention/schedules.js";
import type { RetentionRules } from "../retention/schedules.js";
import { sealDay } from "../seal/seal-day.js";
import type { EarlierRevision, SealOutcome } from "../seal/seal-day.js";
import type { SinkChecks } from "../deliver/sink-checks.js";
import type { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import type { DayReader, ReadingProgress } from "../source/read-day.js";
import { verifyReading } from "../verify/verify-reading.js";

export interface DayStepsParts {
  readonly tenant: string;
  readonly tenantId: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly archive: OpenArchive;
  readonly reader: DayReader;
  readonly budget: RequestBudget;
  readonly retention: RetentionRules;
  readonly software: Manifest["software"];
  readonly configSha256: string;
  readonly progress: PassProgress;
  readonly deliveries: TenantDeliveries;
  readonly sinkChecks: Pick<SinkChecks, "run">;
  readonly copies: Pick<Copies, "settle">;
  readonly anchoring: Pick<Anchoring, "run">;
}

/** The steps of a pass over one tenant with an open archive: those of the pipeline, and what surrounds them. */
export class TenantDaySteps implements DaySteps {
  readonly #parts: DayStepsParts;
  readonly #anomalies: DayAnomalies;
  /** The days whose last reading failed, over passes and restarts. */
  readonly keptBack: KeptBackDays;
  #skewSeconds: number | null = null;

  constructor(parts: DayStepsParts) {
    this.#parts = parts;
    this.#anomalies = new DayAnomalies({ ...parts, ledger: parts.archive.ledger });
    this.keptBack = new KeptBackDays(parts.files, parts.root);
  }

  /** Forgets what the previous pass found: failed sinks, and the clock skew. ARCHIVE_FORKED when a sink has another writer's entries. */
  async begin(signal: AbortSignal): Promise<void> {
    this.#skewSeconds = null;
    const { archive, retention, clock, deliveries } = this.#parts;
    await recordSchedule(archive.ledger, ruleInForce(retention, utcDayOf(clock.now())));
    await deliveries.begin(signal);
    // A crash may have come before the anomalies of the day sealed last were recorded.
    await this.#anomalies.complete(signal);
  }

  /** The days as the ledger has them now. */
  index(): DayIndex {
    return this.#parts.archive.ledger.index;
  }

  async collect(task: DayTask, signal: AbortSignal): Promise<Reading> {
    const reading = await this.#read(task, signal);
    if (!this.#isSealed(reading)) return reading;
    // A crash came between the commit and the removal of the spool, so this reading is already sealed.
    await this.clear(reading);
    return this.#read(task, signal);
  }

  async #read(task: DayTask, signal: AbortSignal): Promise<Reading> {
    const { tenant, budget, progress, reader } = this.#parts;
    let { left } = await budget.state();
    let known = 0;
    const show = ({ windowsDone, pages, events, requests }: ReadingProgress): void => {
      left = Math.max(0, left - (requests - known));
      known = requests;
      progress.reading(tenant, task.day, { windowsDone, pages, events, requestsLeft: left });
    };
    const reading = await reader.readDay(task, signal, show);
    this.#skewSeconds = reading.clock.skew_seconds;
    return reading;
  }

  #isSealed({ day, summary }: Reading): boolean {
    const startedMs = Date.parse(summary.started);
    return (
      this.index()
        .days.get(day)
        ?.readingsAt.some((atMs) => atMs > startedMs) === true
    );
  }

  async verify(reading: Reading, signal: AbortSignal): Promise<Verdict> {
    const { tenantId } = this.#parts;
    const workFolder = await this.#emptyWorkFolder(reading.day);
    const verdict = await verifyReading({
      files: withReserve(this.#parts.files),
      reading,
      tenantId,
      workFolder,
      signal,
    });
    this.#logFindings(verdict.outcome === "complete" ? verdict.notices : verdict.findings);
    return verdict;
  }

  async seal(reading: Reading, verdict: CompleteVerdict, signal: AbortSignal): Promise<SealOutcome> {
    const { archive, root, tenantId, software, configSha256 } = this.#parts;
    const outcome = await sealDay({
      files: withReserve(this.#parts.files),
      signer: archive.signer,
      reading,
      verdict,
      earlier: await this.#earlierRevision(reading.day, signal),
      root,
      stagingFolder: join(root, "staging"),
      archiveId: archive.identity.archiveId,
      tenantId,
      retention: this.#retentionOf(reading.day),
      software,
      configSha256,
      previous: this.index().previous,
      signal,
    });
    this.#logFindings(outcome.notices);
    return outcome;
  }

  async attest(act: Act): Promise<void> {
    await this.#parts.archive.ledger.append(act, "daybook");
  }

  async remark(signal: AbortSignal): Promise<void> {
    await this.#anomalies.complete(signal);
  }

  async deliver(day: UtcDay, signal: AbortSignal): Promise<void> {
    await this.#parts.deliveries.deliverDay(day, signal);
  }

  /** Has witnesses cosign the newest head; what went wrong. */
  async anchor(signal: AbortSignal): Promise<readonly DaybookError[]> {
    return this.#parts.anchoring.run(signal);
  }

  /** Delivers what sinks still lack, checks them, and updates their ledgers. A failing sink is no reason to throw. */
  async deliverRest(signal: AbortSignal): Promise<void> {
    await this.#parts.deliveries.deliverRest(signal);
    await this.#parts.copies.settle(signal);
    await this.#parts.sinkChecks.run(signal);
    // The checks add entries to the ledger, which the sinks need too.
    await this.#parts.deliveries.syncLedgers(signal);
  }

  /** Own clock minus the source's at the newest response of this pass, seconds; null while the source has not answered. */
  clockSkewSeconds(): number | null {
    return this.#skewSeconds;
  }

  nowMs(): number {
    return this.#parts.clock.now();
  }

  async clear(reading: Reading): Promise<void> {
    await this.#parts.files.removeTree(reading.folder);
    await this.#parts.files.removeTree(this.#workFolder(reading.day));
  }

  #retentionOf(day: UtcDay): Manifest["retention"] {
    const { retention, days } = this.#parts.archive.ledger.index;
    const kept = retentionOfDay(retention, day, days.get(day));
    if (kept === undefined) throw new Error("a day is sealed before the first retention rule is recorded");
    return { schedule: kept.schedule, keep: kept.keep, retain_until: kept.retainUntil };
  }

  async #earlierRevision(day: UtcDay, signal: AbortSignal): Promise<EarlierRevision | undefined> {
    const { files, root } = this.#parts;
    const newest = this.index().days.get(day)?.revisions.at(-1);
    if (newest === undefined) return undefined;
    const { revision, manifestSha256 } = newest;
    const manifest = await readManifest(folderSource(files, root), { day, revision, manifestSha256 }, signal);
    return { manifest, manifestSha256 };
  }

  async #emptyWorkFolder(day: UtcDay): Promise<string> {
    const folder = this.#workFolder(day);
    await this.#parts.files.removeTree(folder);
    await this.#parts.files.makeFolder(folder);
    return folder;
  }

  #workFolder(day: UtcDay): string {
    return join(this.#parts.root, "staging", `verify-${day}`);
  }

  #logFindings(findings: readonly Finding[]): void {
    const { log, tenant } = this.#parts;
    for (const { severity, ...finding } of findings) {
      if (severity === "notice") log.warn({ tenant, ...finding }, "oddity found");
      else log.error({ tenant, ...finding }, "reading found incomplete");
    }
  }
}
