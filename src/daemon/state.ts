import type { Head } from "../archive/head.js";
import type { Alarm } from "../view/alarms.js";
import type { DaybookError } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import type { TenantFacts } from "../view/tenant-view.js";

/**
 * What a tenant is doing. `refused`: the source refused access, and attempts are at least 15 minutes apart; `failing`: the last
 * pass failed, and the next begins on schedule; `stopped`: a person has to act first.
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

/** The progress of the current pass. */
export interface PassPosition {
  /** Days done and planned. */
  readonly done: number;
  readonly planned: number;
  readonly day: UtcDay | undefined;
  /** Of 24. */
  readonly windowsDone: number;
}

/** What the daemon knows of one tenant. It contains no secret and names no person. */
export interface TenantSnapshot extends TenantFacts {
  readonly condition: TenantCondition;
  /** When the daemon took the tenant up, milliseconds since the epoch. */
  readonly takenUpMs: number;
  readonly position: PassPosition | undefined;
  readonly lastPass: PassSummary | undefined;
  /** Milliseconds since the epoch; undefined while a pass runs or none will come. */
  readonly nextPassMs: number | undefined;
  /** Alarms that stand, each with its beginning. */
  readonly alarms: readonly Alarm[];
  /** The newest head of the ledger; undefined while the archive is not open. */
  readonly head: Head | undefined;
}

/** The daemon at one moment, for health, metrics, status page and messages. */
export interface DaemonSnapshot {
  readonly startedMs: number;
  readonly phase: "starting" | "ready" | "stopping";
  readonly configPath: string;
  readonly configSha256: string;
  /** In the order of the configuration. */
  readonly tenants: readonly TenantSnapshot[];
}

/** Read-only access to the state of the daemon; never waits. */
export interface DaemonState {
  snapshot(): DaemonSnapshot;
  /** Calls `listener` after each relevant change; returns the function that unsubscribes. The listener must not throw. */
  onChange(listener: () => void): () => void;
}
