import type { z } from "zod";
import type { AzureAuth } from "../config/schema/auth.js";
import type { SecretRef } from "../config/schema/values.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Log } from "../model/log.js";
import type { UtcDay } from "../model/utc-day.js";

/** What an object must be: the store refuses a body that ends short, runs over or has another hash. */
export interface Expected {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The object may not be removed before this day; a store without retention ignores it. */
  readonly retainUntil?: UtcDay;
}

export interface ObjectStat {
  readonly bytes: number;
  /** As the store itself computed or keeps it; undefined when it cannot tell without reading. */
  readonly sha256?: string;
  readonly retainUntil?: UtcDay;
  readonly hold?: boolean;
  readonly version?: string;
}

/** What proves a removal, for the tombstone. */
export interface RemovalReceipt {
  readonly removed: number;
  /** Versions of the content that were removed, in a store that keeps more than one; delete markers do not count. */
  readonly versions?: number;
  /** What was done and what stays, in words, such as "versions deleted and confirmed absent". */
  readonly note?: string;
}

/** What a store can promise against early removal, as the store itself says now. */
export interface StoreProtection {
  /**
   * Who can end a lock early: `none` keeps no locks, `governance` is open to whoever has the right to bypass it,
   * `compliance` to nobody.
   */
  readonly retention: "none" | "governance" | "compliance";
  /** Whether a legal hold can be set. */
  readonly hold: boolean;
  /** Whether a removed or replaced object can stay as a version. */
  readonly versions: boolean;
  /** What else an operator must know, in words. */
  readonly note?: string;
}

/** The bytes of an object. A store reads it once; the core passes a new one for each attempt. */
export type Body = AsyncIterable<Uint8Array>;

/**
 * A storage. Implement this and it becomes a record sink, and a place for Parquet. Keys are `/`-separated segments of
 * `[A-Za-z0-9._=-]`, never `.` or `..`; no key is the folder of another. Errors are `DaybookError`s: SINK_UNAVAILABLE (retryable), SINK_REFUSED,
 * SINK_NOT_FOUND, SINK_CONFLICT, SINK_MISMATCH, DISK_*. No retry loop and no timer inside: the core wraps them.
 */
export interface ObjectStore {
  /** Of a store that keeps each object as the file `<folder>/<key>` on this host: that folder, absolute. */
  readonly folder?: string;
  /** Fails now if a write would fail later; leaves nothing. */
  check(signal: AbortSignal): Promise<void>;
  /**
   * What can be said of a write by looking alone, for `config check`: changes nothing, here and at the store. Fails with the
   * error of a `check` that it can foresee; resolves to what an operator should know, such as that a folder will be made.
   * Absent when the store can say nothing without a write: then only `check` shows whether it works.
   */
  look?(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Creates the object whole or not at all. Same bytes there: `already-there`. Other bytes there: SINK_CONFLICT, and the
   * first stay. A body that does not match `expected`: SINK_MISMATCH, and nothing is readable.
   */
  putNew(
    key: string,
    body: Body,
    expected: Expected,
    signal: AbortSignal,
  ): Promise<"stored" | "already-there">;
  /** For pointers and views only; atomic: a reader sees the old object or the new one. */
  replace(key: string, body: Body, expected: Expected, signal: AbortSignal): Promise<void>;
  /** SINK_NOT_FOUND when absent. */
  get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Undefined when absent. */
  stat(key: string, signal: AbortSignal): Promise<ObjectStat | undefined>;
  /** Every key that starts with `prefix`, sorted by code unit: complete or an error, never a silent part. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string>;
  /**
   * Removes every version and delete marker of the key, and reads back that none is there. SINK_REFUSED while locked or
   * held, with what is known of it in the error's `lock`; SINK_NOT_FOUND when absent.
   */
  remove(key: string, signal: AbortSignal): Promise<RemovalReceipt>;
  /**
   * Locks the object until `until` at least. A longer lock stays and is no error. The core reads back `retainUntil`.
   * Absent when the store keeps no locks.
   */
  extendRetention?(key: string, until: UtcDay, signal: AbortSignal): Promise<void>;
  /** On all versions of the key that hold content. The core reads back `hold`. Absent when the store knows no holds. */
  setHold?(key: string, on: boolean, signal: AbortSignal): Promise<void>;
  /** Asks the store itself. Absent when the store cannot protect, or cannot say. */
  protection?(signal: AbortSignal): Promise<StoreProtection>;
  close(): Promise<void>;
}

/** A sealed day on its way to a sink: its current view, one record line for each distinct record over all revisions. */
export interface Batch {
  /** The tenant's name in the configuration, `[a-z0-9][a-z0-9-]{0,39}`. */
  readonly tenant: string;
  readonly tenantId: string;
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
  /** Number of record lines: the manifest's distinct + carried. */
  readonly records: number;
  readonly eventSetSha256: string;
  readonly retainUntil: UtcDay;
  /** The record lines without their newlines: source order, then the carried ones. May be called more than once. */
  lines(): AsyncIterable<string>;
  /**
   * The same lines in blocks of whole lines, each line with its newline, for sinks that take a million of them: `linesOf`
   * makes lines of a block. A block has one line at least, and is good until the next is requested.
   */
  blocks(): AsyncIterable<Uint8Array>;
}

/** A sink's answer to a delivery; the core reconciles it with the manifest. */
export interface Receipt {
  readonly records: number;
  /** Where the day is stored now, in the sink's own words. */
  readonly location: string;
}

/** The file of a day in a lake on this host, with the columns `EVENT_COLUMNS`. */
export interface DayInLake {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
  /** Absolute. Its last folders are `tenant=NAME/date=DAY`. */
  readonly path: string;
}

/** Anything else: a table, a queue, a service. Holds the current view of each day. */
export interface Sink {
  check(signal: AbortSignal): Promise<void>;
  /** As that of a store: what can be said of a write by looking alone. */
  look?(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Replaces the day's view as a whole, or throws and leaves the old one. An empty day is stored as such. The
   * same revision with the same manifest again changes nothing; an older revision, or the same with another manifest, is
   * SINK_CONFLICT; another number of lines than `records` is SINK_MISMATCH.
   */
  write(batch: Batch, signal: AbortSignal): Promise<Receipt>;
  /** Record lines as stored, from the destination itself; SINK_NOT_FOUND for a day never written. */
  read(day: UtcDay, signal: AbortSignal): AsyncIterable<string>;
  remove(day: UtcDay, signal: AbortSignal): Promise<RemovalReceipt>;
  /**
   * The Parquet file of each day that has one, for queries that read them in place. Absent unless the sink keeps such files
   * on this host.
   */
  lakeDays?(signal: AbortSignal): Promise<readonly DayInLake[]>;
  close(): Promise<void>;
}

/** The disk as plugins see it: what it takes to write whole, durable files and to read them. */
export type PluginFiles = Pick<
  Files,
  | "create"
  | "freeBytes"
  | "link"
  | "list"
  | "makeFolder"
  | "read"
  | "remove"
  | "removeTree"
  | "rename"
  | "requireWritable"
  | "stat"
  | "stream"
  | "syncFolder"
  | "target"
  | "writeNew"
>;

/** What a plugin gets from Daybook. */
export interface Host {
  readonly log: Log;
  readonly clock: Clock;
  readonly files: PluginFiles;
  /** The tenant's name in the configuration: a plugin keeps one tenant's days apart from another's. */
  readonly tenant: string;
  /** Opens another store by its configuration, for a sink that writes files to any store (`to:`). */
  openStore(spec: unknown): ObjectStore;
  /**
   * The secret that an option declared as `secretRef` points to. Read it before each sign-in and keep nothing, so that
   * a rotated secret is used without a restart. SECRET_UNREADABLE, SECRET_EXPOSED.
   */
  secret(ref: SecretRef): Promise<string>;
  /**
   * The tokens of an application or identity in Entra ID, by the same sign-in as the source's: fetched at the first use,
   * renewed before they expire; after a refusal the credential is not tried again for a quarter of an hour. Call it once in
   * `open`, and request a token before each request.
   */
  azureTokens(request: AzureTokenRequest): AzureTokens;
}

export interface AzureTokenRequest {
  /** The value of an option declared as `azureAuth`. */
  readonly auth: AzureAuth;
  /** What the token is for, such as `https://storage.azure.com/.default`. */
  readonly scope: string;
  /** The directory to sign in to; the archived tenant's own when absent. */
  readonly tenantId?: string;
}

export interface AzureTokens {
  /** A token valid now. SIGNIN_REFUSED, SIGNIN_UNAVAILABLE, SECRET_UNREADABLE, or the signal's reason when aborted. */
  token(signal: AbortSignal): Promise<AzureToken>;
}

/** `value` is a secret: it goes into one header and nowhere else. */
export interface AzureToken {
  readonly value: string;
  /** When it stops being valid, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export const API_VERSION = 1;

interface PluginBase<Options extends z.ZodType> {
  /** What `use:` says in the configuration. */
  readonly name: string;
  readonly apiVersion: typeof API_VERSION;
  /** Validates, documents and exemplifies the sink's options. `use`, `integrity` and `keep` are the core's. */
  readonly options: Options;
}

export interface StorePlugin<Options extends z.ZodType = z.ZodType> extends PluginBase<Options> {
  readonly kind: "store";
  /** Does no I/O. */
  open(options: z.output<Options>, host: Host): ObjectStore;
}

export interface SinkPlugin<Options extends z.ZodType = z.ZodType> extends PluginBase<Options> {
  readonly kind: "sink";
  /** Does no I/O. */
  open(options: z.output<Options>, host: Host): Sink;
}

export type Plugin = StorePlugin | SinkPlugin;
