import type { LoadedConfig } from "../config/load.js";
import type { Redactor } from "../config/redactor.js";
import type { TenantConfig } from "../config/schema.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { PluginSet } from "../deliver/plugin-set.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import type { LogLevel } from "../io/pino-log.js";
import type { Log } from "../model/log.js";
import type { OpenTenant } from "../pass/open-tenant.js";
import type { PassProgress } from "../pass/progress.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { BudgetState } from "../plan/request-budget.js";
import type { PreflightStep } from "../source/preflight/preflight.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { Credential } from "../source/sign-in/sign-in.js";

/** What a process brings: the doors to the outside, its environment, and where log lines go. */
export interface Outside {
  readonly clock: Clock;
  readonly files: Files;
  readonly http: Http;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactor: Redactor;
  readonly writeLog: (line: string) => void;
  /** The least that is logged; absent: as the configuration says. */
  readonly logLevel?: LogLevel;
}

/** The tenant that a child container is for. */
export interface TenantScope {
  readonly name: string;
  readonly config: TenantConfig;
  /** `<stateDir>/<tenant>`: its ledger, spool and packages. */
  readonly root: string;
}

/** The configured sinks: their plugins loaded, their options checked. */
export interface ConfiguredSinks {
  readonly plugins: PluginSet;
  readonly options: ReadonlyMap<string, unknown>;
}

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
  readonly preflight: () => Preflight;
  /**
   * Takes the archive's lock and puts the archive in order. ARCHIVE_LOCKED when another process has it; the signal's reason
   * once it aborts.
   */
  readonly openArchive: (watch: Watch, signal: AbortSignal) => Promise<OpenTenant>;
}

/** Checks everything between Daybook and a tenant's first day, with one request when the hour's budget has one left. */
export interface Preflight {
  /** Records the request, and when it was answered. A stored refusal stands until its pause is over: a daemon that restarts often must not ask each time. */
  run(signal: AbortSignal): Promise<readonly PreflightStep[]>;
  /**
   * For an operator, who may have repaired it: asks at once, records nothing, and removes the stored refusal of each step that
   * passes.
   */
  check(signal: AbortSignal): Promise<readonly PreflightStep[]>;
}

/** What observes the work on an open archive. */
export interface Watch {
  readonly progress: PassProgress;
  /** The log of the passes; the tenant's own when absent. */
  readonly log?: Log;
}
