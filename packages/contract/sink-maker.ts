import type { Sink } from "../../src/plugin/types.js";

/** One empty destination and the ways to open it. Every case gets a destination of its own. */
export interface SinkPlace {
  /** Opens the sink as a new process would, for the tenant named; `contoso` when none is. */
  open(tenant?: string): Sink;
  /** Removes the destination with all it holds. */
  dispose(): Promise<void>;
}

/** What the contract must know of a sink to try it. A hook that is absent leaves out the cases that need it. */
export interface SinkMaker {
  /** A new, empty destination. */
  make(): Promise<SinkPlace>;
  /** A sink that cannot be written, for a reason that an operator must fix: a missing database, a read-only folder. */
  unusable(): Promise<SinkPlace>;
  /** A sink whose server does not answer. Only for sinks behind a network. */
  unreachable?(): Promise<SinkPlace>;
  /** A sink whose server refuses the credential. Only for sinks with one. */
  refused?(): Promise<SinkPlace>;
}

/** One promise of the contract. `run` throws when the sink breaks it. */
export interface SinkCase {
  /** A sentence whose subject is the sink. */
  readonly name: string;
  readonly needs?: "unreachable" | "refused";
  readonly timeoutMs?: number;
  /** Takes seconds, because it is about many records. */
  readonly isLong?: true;
  run(place: SinkPlace, maker: SinkMaker): Promise<void>;
}
