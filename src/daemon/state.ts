import type { Alarm } from "../view/alarms.js";
import type { DaybookError } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import type { TenantFacts } from "../view/tenant-view.js";

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

/** What the daemon knows of one tenant. It contains no secret and names no person. */
export interface TenantSnapshot extends TenantFacts {
  readonly condition: TenantCondition;
  readonly position: PassPosition | undefined;
  readonly lastPass: PassSummary | undefined;
  /** Milliseconds since the epoch; undefined while a pass runs or none will come. */
  readonly nextPassMs: number | undefined;
  /** Alarms that stand, each with its beginning. */
  readonly alarms: readonly Alarm[];
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
