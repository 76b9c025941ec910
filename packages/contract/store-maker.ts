import type { ObjectStore } from "../../src/plugin/types.js";

/** One empty place and the ways to open it. Every case gets a place of its own. */
export interface StorePlace {
  /** Opens the store as a new process would: the same place, nothing remembered. */
  open(): ObjectStore;
  /** Removes the place with all it holds. */
  dispose(): Promise<void>;
  /**
   * How many versions and delete markers there are of all objects, by the server's own client. Only for stores that keep a
   * replaced object as a version.
   */
  versions?(): Promise<number>;
}

/** What the contract must know of a store to try it. A hook that is absent leaves out the cases that need it. */
export interface StoreMaker {
  /** What the store promises beyond the contract, in the configuration that `make` uses. */
  readonly offers: {
    /** Locks with a date: `extendRetention`, and `retainUntil` of a new object. */
    readonly retention: boolean;
    /** Legal holds: `setHold`. */
    readonly hold: boolean;
    /** A replaced object stays as a version: `StorePlace.versions` counts them. */
    readonly versions?: boolean;
    /** Each object is the file `<folder>/<key>` on this host: `ObjectStore.folder`. */
    readonly folder?: boolean;
  };
  /** A new, empty place. */
  make(): Promise<StorePlace>;
  /** A store that cannot be written, for a reason that an operator must fix: a missing bucket, a read-only folder. */
  unusable(): Promise<StorePlace>;
  /** A store whose server does not answer. Only for stores behind a network. */
  unreachable?(): Promise<StorePlace>;
  /** A store whose server refuses the credential. Only for stores with one. */
  refused?(): Promise<StorePlace>;
  /**
   * Makes the server behind the places of `make` fail in this way from now on, and returns what ends it. Only for stores
   * whose server is a stand-in of the test's own.
   */
  disturb?(fault: ServerFault): () => void;
}

/** The work is done and its answer lost; a listing or an object ends before its end. */
export type ServerFault = "loses the answer to a write" | "cuts listings short" | "cuts objects short";

export type StoreNeed =
  | "retention"
  | "hold"
  | "retention and hold"
  | "versions"
  | "versions and hold"
  | "folder"
  | "unreachable"
  | "refused"
  | "disturb";

/** One promise of the contract. `run` throws when the store breaks it. */
export interface StoreCase {
  /** A sentence whose subject is the store. */
  readonly name: string;
  readonly needs?: StoreNeed;
  readonly timeoutMs?: number;
  /** Takes seconds, because it is about many objects or a large one. */
  readonly isLong?: true;
  run(place: StorePlace, maker: StoreMaker): Promise<void>;
}

/** Whether the maker gives what the case needs. */
export function isOffered(need: StoreNeed | undefined, maker: StoreMaker): boolean {
  switch (need) {
    case undefined:
      return true;
    case "retention":
    case "hold":
      return maker.offers[need];
    case "retention and hold":
      return maker.offers.retention && maker.offers.hold;
    case "versions and hold":
      return maker.offers.versions === true && maker.offers.hold;
    case "versions":
    case "folder":
      return maker.offers[need] === true;
    case "unreachable":
    case "refused":
    case "disturb":
      return maker[need] !== undefined;
    default:
      return need satisfies never;
  }
}
