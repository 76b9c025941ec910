import { DaybookError, Turn, isDaybookError, z } from "daybook/plugin";
import type { Clock, ObjectStore } from "daybook/plugin";
import { encodeCommit, notALog, parseCommit } from "./delta-actions.js";
import type { Action, CommitInfo } from "./delta-actions.js";
import { decodeCheckpoint, encodeCheckpoint } from "./delta-checkpoint.js";
import { TableState } from "./delta-state.js";
import { readSmall, smallObject } from "./small-object.js";

/** A commit of a day has four actions; other programs' may have more. */
const MAX_COMMIT_BYTES = 16 << 20;
/** Ten years of days, with every file that was replaced lately, are 2 MB. */
const MAX_CHECKPOINT_BYTES = 256 << 20;
/** Engines read every commit since the newest checkpoint, one request each. */
const CHECKPOINT_EVERY = 100;
/** Only another writer takes a version away, and a tenant has one writer. */
const MAX_TRIES = 10;

const lastCheckpoint = z.looseObject({ version: z.int().min(0), parts: z.int().nullish() });

export interface Commit {
  readonly info: Omit<CommitInfo, "timestamp" | "engineInfo">;
  readonly actions: readonly Action[];
}

/**
 * The log of a Delta table on any store. A commit is created whole and only if its number is free, so that no reader sees a
 * part of it and no second writer's is lost; the number after the newest is the only one ever written.
 */
export class DeltaLog {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #turn = new Turn();
  #state: TableState | undefined;
  #checkpointed = 0;

  /** `table` is the table's key, without a slash at the end. */
  constructor(store: ObjectStore, clock: Clock, table: string) {
    this.#store = store;
    this.#clock = clock;
    this.#folder = `${table}/_delta_log`;
  }

  /** The table as it stands now; version -1 when there is none. */
  current(signal: AbortSignal): Promise<TableState> {
    return this.#turn.take(() => this.#refresh(signal));
  }

  /**
   * Commits what `plan` makes of the newest state, and the state after it; nothing when it makes nothing. When another
   * commit comes first, `plan` is asked again.
   */
  change(
    plan: (state: TableState) => Commit | undefined | Promise<Commit | undefined>,
    signal: AbortSignal,
  ): Promise<TableState> {
    return this.#turn.take(async () => {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const state = await this.#refresh(signal);
        const commit = await plan(state);
        if (commit === undefined) return state;
        if (!(await this.#append(state, commit, signal))) continue;
        if (state.version - this.#checkpointed >= CHECKPOINT_EVERY) await this.#checkpoint(state, signal);
        return state;
      }
      throw new DaybookError("SINK_UNAVAILABLE", {
        message: `${this.#folder}: expected to commit within ${MAX_TRIES} tries, found another writer's commit each time`,
      });
    });
  }

  /** False when another commit has the number. */
  async #append(state: TableState, { info, actions }: Commit, signal: AbortSignal): Promise<boolean> {
    const version = state.version + 1;
    const timestamp = this.#clock.now();
    const bytes = encodeCommit({ ...info, timestamp, engineInfo: "Daybook" }, actions);
    try {
      await this.#store.putNew(this.#commitKey(version), ...smallObject(bytes), signal);
    } catch (error) {
      if (isDaybookError(error, "SINK_CONFLICT")) return false;
      // Whether it was created is unknown: the next call looks.
      throw error;
    }
    state.apply(version, actions);
    return true;
  }

  async #refresh(signal: AbortSignal): Promise<TableState> {
    const known = this.#state;
    this.#state = undefined;
    // A store that was emptied meanwhile is not what is remembered of it.
    const isStill =
      known !== undefined &&
      known.version >= 0 &&
      (await this.#store.stat(this.#commitKey(known.version), signal)) !== undefined;
    const state = isStill ? known : await this.#load(signal);
    for (;;) {
      const key = this.#commitKey(state.version + 1);
      const bytes = await readSmall(this.#store, key, MAX_COMMIT_BYTES, signal);
      if (bytes === undefined) break;
      state.apply(state.version + 1, parseCommit(bytes, key));
    }
    if (state.version >= 0) state.requireOwn(this.#folder);
    this.#state = state;
    return state;
  }

  /** The state at the newest checkpoint; that before the first commit when there is none. */
  async #load(signal: AbortSignal): Promise<TableState> {
    const state = new TableState();
    const version = await this.#findCheckpoint(signal);
    this.#checkpointed = version ?? 0;
    if (version === undefined) return state;
    const key = this.#checkpointKey(version);
    const bytes = await readSmall(this.#store, key, MAX_CHECKPOINT_BYTES, signal);
    if (bytes === undefined) throw notALog(key, "no checkpoint");
    state.apply(version, await decodeCheckpoint(bytes, key));
    return state;
  }

  async #findCheckpoint(signal: AbortSignal): Promise<number | undefined> {
    const key = `${this.#folder}/_last_checkpoint`;
    const bytes = await readSmall(this.#store, key, MAX_COMMIT_BYTES, signal);
    if (bytes !== undefined) {
      const found = lastCheckpoint.safeParse(jsonOf(bytes));
      if (found.success && (found.data.parts ?? 1) === 1) {
        const { version } = found.data;
        if ((await this.#store.stat(this.#checkpointKey(version), signal)) !== undefined) return version;
      }
    }
    if ((await this.#store.stat(this.#commitKey(0), signal)) !== undefined) return undefined;
    return this.#listCheckpoint(signal);
  }

  /** Without a first commit the log begins at a checkpoint, or it is not there: an emptied log is not a new table. */
  async #listCheckpoint(signal: AbortSignal): Promise<number | undefined> {
    let newest: number | undefined;
    let first: string | undefined;
    for await (const key of this.#store.list(`${this.#folder}/`, signal)) {
      first ??= key;
      const version = /\/(\d{20})\.checkpoint\.parquet$/.exec(key)?.[1];
      if (version !== undefined) newest = Math.max(newest ?? 0, Number(version));
    }
    if (first !== undefined && newest === undefined)
      throw notALog(first, "neither a first commit nor a checkpoint beside it");
    return newest;
  }

  /** What every commit up to here comes to, and the pointer to it: the pointer last, so that it never names a lacking file. */
  async #checkpoint(state: TableState, signal: AbortSignal): Promise<void> {
    const { version, actions, files } = state;
    const bytes = encodeCheckpoint(actions);
    await this.#replace(this.#checkpointKey(version), bytes, signal);
    const pointer = {
      version,
      size: actions.length,
      sizeInBytes: bytes.length,
      numOfAddFiles: files.length,
    };
    const text = new TextEncoder().encode(JSON.stringify(pointer));
    await this.#replace(`${this.#folder}/_last_checkpoint`, text, signal);
    this.#checkpointed = version;
  }

  async #replace(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#store.replace(key, ...smallObject(bytes), signal);
  }

  #commitKey(version: number): string {
    return `${this.#folder}/${numbered(version)}.json`;
  }

  #checkpointKey(version: number): string {
    return `${this.#folder}/${numbered(version)}.checkpoint.parquet`;
  }
}

function numbered(version: number): string {
  return String(version).padStart(20, "0");
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // A pointer is only a short cut.
    return undefined;
  }
}
