import type { Inbox } from "../retention/inbox.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { Clock } from "../io/clock.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { DaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { OpenTenant } from "../pass/open-tenant.js";
import type { PassProgress } from "../pass/progress.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { KeptBack } from "../plan/kept-back-days.js";
import type { BudgetState } from "../plan/request-budget.js";
import type { PreflightStep } from "../source/preflight/preflight.js";
import type { SourceContact } from "../source/last-outcome.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";

/** One configured tenant, with everything that the daemon does for it. */
export interface TenantWork {
  readonly tenant: string;
  readonly rules: ReadingRules;
  /** When passes begin: cron, UTC. */
  readonly schedule: string;
  readonly requestsPerHour: number;
  readonly sinks: readonly SinkQueue[];
  readonly clock: Clock;
  readonly log: Log;
  /** Takes the archive's lock and finishes or undoes interrupted steps. Throws the signal's reason once it aborts. */
  open(progress: PassProgress, signal: AbortSignal): Promise<OpenTenant>;
  /** Checks credential, sign-in and source; costs one request. Throws only DISK_* and the signal's reason. */
  preflight(signal: AbortSignal): Promise<readonly PreflightStep[]>;
  /** Requests of people, which need the archive that the daemon has. */
  readonly inbox: Inbox;
  budget(): Promise<BudgetState>;
  /** Requests that a reading of a day takes. */
  usualRequests(index: DayIndex, signal: AbortSignal): Promise<number>;
  /** The days whose last readings failed, as the state folder has them. */
  keptBack(): Promise<KeptBack>;
  /** Stores why the newest pass failed, if it did, for read-only commands that run beside the daemon. */
  keepFailure(failure: DaybookError | undefined): Promise<void>;
  readonly certificate: (() => Promise<CertificateExpiry>) | undefined;
  /** How the newest sign-in, request and preflight ended, as the state folder has it. */
  source(): Promise<SourceContact>;
}
