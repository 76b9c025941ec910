import { storeSource } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import type { Log } from "../model/log.js";
import type { ObjectStore, Sink } from "../plugin/types.js";

/** A store of the configuration: it keeps the archive itself. */
export interface OpenedStore {
  readonly kind: "store";
  readonly name: string;
  readonly store: ObjectStore;
}

/** A sink of the configuration that keeps the current view. */
export interface OpenedView {
  readonly kind: "sink";
  readonly name: string;
  readonly sink: Sink;
  /** The stores that it writes its files to, such as `to` of parquet. */
  readonly stores: readonly ObjectStore[];
}

export type OpenedPlugin = OpenedStore | OpenedView;

/** The configured sinks of one tenant, opened together and closed together. */
export class OpenedSinks implements AsyncDisposable {
  readonly #log: Log;
  #opened: readonly OpenedPlugin[];

  constructor(opened: readonly OpenedPlugin[], log: Log) {
    this.#opened = opened;
    this.#log = log;
  }

  /** The record sinks, in the order of the configuration. */
  stores(): readonly OpenedStore[] {
    return this.#opened.filter((one) => one.kind === "store");
  }

  views(): readonly OpenedView[] {
    return this.#opened.filter((one) => one.kind === "sink");
  }

  /** Where the tenant's archive can be read besides the state folder: every record sink. */
  sources(tenant: string): readonly ArchiveSource[] {
    return this.stores().map(({ store }) => storeSource(store, tenant));
  }

  /** Every sink with what both kinds have in common. */
  all(): readonly { readonly name: string; readonly sink: Pick<Sink, "check" | "close" | "look"> }[] {
    return this.#opened.map((one) => ({
      name: one.name,
      sink: one.kind === "store" ? one.store : one.sink,
    }));
  }

  /** Closes every sink, once. Never rejects: a sink that cannot be closed is logged, and the result of the work stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closing = this.all();
    this.#opened = [];
    const results = await Promise.allSettled(closing.map(({ sink }) => sink.close()));
    for (const [number, result] of results.entries()) {
      if (result.status === "fulfilled") continue;
      this.#log.warn({ sink: closing[number]?.name, message: String(result.reason) }, "sink not closed");
    }
  }
}
