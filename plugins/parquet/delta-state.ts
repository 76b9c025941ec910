import { DaybookError } from "daybook/plugin";
import type { UtcDay } from "daybook/plugin";
import { PARTITION } from "./delta-schema.js";
import { notALog } from "./delta-actions.js";
import type { Action, AddFile, MetaData, Protocol, RemoveFile, Txn } from "./delta-actions.js";

/** The versions of the protocol: every engine reads and writes them. */
export const PROTOCOL: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/** What only a file that Daybook added has. */
export const MANIFEST_TAG = "daybook.manifest_sha256";
export const REVISION_TAG = "daybook.revision";

/** A table at one version: its log up to there, reconciled (PROTOCOL.md, "Action Reconciliation"). Version -1 has nothing. */
export class TableState {
  #version = -1;
  #protocol: Protocol | undefined;
  #metaData: MetaData | undefined;
  readonly #files = new Map<string, AddFile>();
  readonly #tombstones = new Map<string, RemoveFile>();
  readonly #txns = new Map<string, Txn>();

  get version(): number {
    return this.#version;
  }

  get metaData(): MetaData | undefined {
    return this.#metaData;
  }

  get files(): readonly AddFile[] {
    return [...this.#files.values()];
  }

  get tombstones(): readonly RemoveFile[] {
    return [...this.#tombstones.values()];
  }

  /** Every action that still counts, each once. */
  get actions(): readonly Action[] {
    return [
      ...(this.#protocol === undefined ? [] : [{ protocol: this.#protocol }]),
      ...(this.#metaData === undefined ? [] : [{ metaData: this.#metaData }]),
      ...[...this.#txns.values()].map((txn) => ({ txn })),
      ...this.files.map((add) => ({ add })),
      ...this.tombstones.map((remove) => ({ remove })),
    ];
  }

  /** The one file of the day, an empty day's too. */
  fileOf(day: UtcDay): AddFile | undefined {
    return this.files.find(({ partitionValues }) => partitionValues[PARTITION] === day);
  }

  /** The file is gone from the disk: nobody has to be told of it any more. */
  forget(path: string): void {
    this.#tombstones.delete(path);
  }

  apply(version: number, actions: readonly Action[]): void {
    for (const { protocol, metaData, add, remove, txn } of actions) {
      if (protocol) this.#protocol = protocol;
      if (metaData) this.#metaData = metaData;
      if (txn) this.#txns.set(txn.appId, txn);
      // In one commit a path is removed and added only by nonsense, so that the order does not matter.
      if (remove) {
        this.#files.delete(remove.path);
        this.#tombstones.set(remove.path, remove);
      }
      if (add) {
        this.#tombstones.delete(add.path);
        this.#files.set(add.path, add);
      }
    }
    this.#version = version;
  }

  /**
   * SINK_CONFLICT when another program made of it what Daybook cannot go on with: a later protocol, or a day in files that
   * are not Daybook's, as compacting leaves them. To write on would show events twice.
   */
  requireOwn(log: string): void {
    const [protocol, metaData] = [this.#protocol, this.#metaData];
    if (protocol === undefined || metaData === undefined)
      throw notALog(log, "a log without protocol and metaData");
    const { minReaderVersion: reader, minWriterVersion: writer } = protocol;
    if (reader > PROTOCOL.minReaderVersion || writer > PROTOCOL.minWriterVersion)
      throw foreign(log, `a table of reader version 1 and writer version 2`, `${reader} and ${writer}`);
    const stranger = this.files.find(({ tags }) => tags?.[MANIFEST_TAG] === undefined);
    if (stranger !== undefined) throw foreign(log, "files that Daybook added", stranger.path);
  }
}

function foreign(log: string, expected: string, found: string): DaybookError {
  return new DaybookError("SINK_CONFLICT", {
    message: `${log}: expected ${expected}, found ${found}`,
    hint: "another program changed the table; remove its folder and run `daybook archive --backfill-sink NAME`, and let others read it only",
  });
}
