import type { LoadedConfig } from "../config/load.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Ledger } from "../ledger/ledger.js";
import type { Log } from "../model/log.js";
import type { PassProgress } from "../pass/progress.js";
import type { TenantPass } from "../pass/tenant-pass.js";
import type { RetentionDesk } from "../retention/desk.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { BudgetState } from "../plan/request-budget.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { Credential } from "../source/sign-in/sign-in.js";
import type { TenantPreflight } from "./preflight.js";
import type { TenantScope } from "./tokens.js";

/** A configured tenant as commands and the daemon get it; each takes a `Pick` of what it uses. */
export interface Tenant extends TenantScope {
  readonly loaded: LoadedConfig;
  readonly clock: Clock;
  readonly files: Files;
  readonly log: Log;
  readonly rules: ReadingRules;
  readonly queues: readonly SinkQueue[];
  readonly credential: Credential;
  /** Reads when the client certificate ends; undefined where the tenant signs in without one. */
  readonly certificate: (() => Promise<CertificateExpiry>) | undefined;
  /** The configured signing key, PEM; undefined: one is kept in the state folder. */
  readonly signingKeyPem: (() => Promise<string>) | undefined;
  /** Opens every configured sink; does no I/O. */
  readonly openSinks: () => OpenedSinks;
  readonly budget: () => Promise<BudgetState>;
  readonly preflight: () => TenantPreflight;
  /**
   * Takes the archive's lock and puts the archive in order. ARCHIVE_LOCKED when another process has it; the signal's reason
   * once it aborts.
   */
  readonly openArchive: (watch: Watch, signal: AbortSignal) => Promise<OpenTenant>;
}

/** A tenant whose archive this process alone may write. */
export interface OpenTenant {
  readonly pass: TenantPass;
  readonly deliveries: TenantDeliveries;
  readonly retention: RetentionDesk;
  readonly ledger: Ledger;
  /** Reads what the state folder holds: to be done before work, which may take long. ARCHIVE_DAMAGED where it differs. */
  prove(signal: AbortSignal): Promise<void>;
  /** Ends or undoes what a pass that failed left half done; says what it did. */
  finishHalfSteps(signal: AbortSignal): Promise<readonly string[]>;
  /** Closes the sinks and frees the archive. */
  close(): Promise<void>;
}

/** What observes the work on an open archive. */
export interface Watch {
  readonly progress: PassProgress;
  /** The log of the passes; the tenant's own when absent. */
  readonly log?: Log;
}
