import type { Alarm } from "./alarms.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { DaybookError } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Backlog } from "../plan/backlog.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";

/**
 * What a tenant is doing. `refused`: the source's door is shut and tried every 15 minutes at most; `failing`: the last pass
 * could not be made and the next is tried on schedule; `stopped`: nothing more is done before a person acts.
 */
export type TenantCondition = "starting" | "working" | "waiting" | "refused" | "failing" | "stopped";

/** How the newest pass ended; times in milliseconds since the epoch. */
export interface PassSummary {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly sealed: number;
  readonly rechecked: number;
  readonly failed: number;
  readonly lost: number;
  /** The first thing that went wrong. */
  readonly failure: DaybookError | undefined;
}

/** Where the pass under way is. */
export interface PassPosition {
  /** Days done and planned. */
  readonly done: number;
  readonly planned: number;
  readonly day: UtcDay | undefined;
  /** Of 24. */
  readonly windowsDone: number;
}

export interface SinkState {
  readonly sink: string;
  readonly kind: "record" | "view";
  /** Revisions that it lacks. */
  readonly behind: number;
  /** Why, when the last pass could not deliver. */
  readonly failure: DaybookError | undefined;
}

/** The newest check of what a sink holds, from the ledger's `fixity-checked` entries. */
export interface VerificationState {
  readonly sink: string;
  readonly atMs: number;
  readonly days: number;
  readonly findings: number;
}

/** Everything that the daemon knows of one tenant. Nothing in it is a secret or names a person. */
export interface TenantSnapshot {
  readonly tenant: string;
  readonly condition: TenantCondition;
  /** What went wrong last, while it is so. */
  readonly failure: DaybookError | undefined;
  readonly position: PassPosition | undefined;
  readonly lastPass: PassSummary | undefined;
  /** Milliseconds since the epoch; undefined while a pass runs or none will come. */
  readonly nextPassMs: number | undefined;
  readonly alarms: readonly Alarm[];
  readonly rules: ReadingRules;
  /** Every day that the ledger names; undefined until the archive could be opened. */
  readonly index: DayIndex | undefined;
  readonly budget: {
    readonly left: number;
    readonly requestsPerHour: number;
    /** When the next request may be made, milliseconds since the epoch. */
    readonly nextMs: number;
  };
  readonly backlog: Backlog;
  readonly sinks: readonly SinkState[];
  readonly certificate: CertificateExpiry | undefined;
  readonly verifications: readonly VerificationState[];
}

/** The daemon as seen from outside at one moment: what health, metrics, status page and messages are made of. */
export interface DaemonSnapshot {
  readonly startedMs: number;
  readonly phase: "starting" | "ready" | "stopping";
  readonly configPath: string;
  readonly configSha256: string;
  /** In the order of the configuration. */
  readonly tenants: readonly TenantSnapshot[];
}

/** Read-only: asking changes nothing and waits for nothing. */
export interface DaemonState {
  snapshot(): DaemonSnapshot;
  /** Calls `listener` after each change that is worth a look; returns what ends that. The listener must not throw. */
  onChange(listener: () => void): () => void;
}
