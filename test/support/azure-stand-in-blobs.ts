import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** What the service answers when it does not do what it was asked. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

export interface Policy {
  readonly untilMs: number;
  readonly mode: string;
}

/** Bytes on the disk: in memory they would count as the plugin's. */
export interface Part {
  readonly path: string;
  readonly bytes: number;
}

export interface Version {
  readonly etag: string;
  /** Only where the container keeps versions. */
  readonly id: string | undefined;
  readonly parts: readonly Part[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly tier: string | undefined;
  policy: Policy | undefined;
  legalHold: boolean;
}

export interface Terms {
  readonly createOnly: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tier: string | undefined;
  readonly policy: Policy | undefined;
}

interface Entry {
  current: Version | undefined;
  previous: Version[];
  /** Only with soft delete: what was deleted for good, and can be restored for some days. */
  deleted: Version[];
  staged: Map<string, Part>;
}

export interface ContainerRules {
  /** Whether it keeps versions, policies and holds, as an account with version-level immutability; else it drops them. */
  readonly isImmutable: boolean;
  /** For how many days the account keeps what was deleted. */
  readonly softDeleteDays?: number;
  readonly folder: string;
}

/** One container's blobs under the rules that Microsoft documents. Every step is synchronous, so steps never interleave. */
export class StandInContainer {
  readonly #entries = new Map<string, Entry>();
  #versions = 0;

  constructor(readonly rules: ContainerRules) {}

  /** Takes a body piece by piece; keeps it only when it has the MD5 that was announced. */
  async store(body: AsyncIterable<Uint8Array>, md5: string | undefined): Promise<Part> {
    const path = join(this.rules.folder, randomUUID());
    const hash = createHash("md5");
    const file = await open(path, "wx");
    let bytes = 0;
    try {
      for await (const piece of body) {
        hash.update(piece);
        bytes += piece.length;
        await file.write(piece);
      }
    } finally {
      await file.close();
    }
    if (md5 !== undefined && hash.digest("base64") !== md5) throw new Refusal(400, "Md5Mismatch");
    return { path, bytes };
  }

  stage(name: string, id: string, part: Part): void {
    this.#entry(name).staged.set(id, part);
  }

  commit(name: string, ids: readonly string[], terms: Terms): Version {
    const { staged, current } = this.#entry(name);
    if (terms.createOnly && current !== undefined) throw new Refusal(409, "BlobAlreadyExists");
    const parts = ids.flatMap((id) => staged.get(id) ?? []);
    if (parts.length < ids.length) throw new Refusal(400, "InvalidBlockList");
    return this.put(name, parts, terms);
  }

  put(name: string, parts: readonly Part[], { createOnly, policy, ...terms }: Terms): Version {
    const entry = this.#entry(name);
    if (createOnly && entry.current !== undefined) throw new Refusal(409, "BlobAlreadyExists");
    this.#versions += 1;
    const etag = new Date(1_800_000_000_000 + this.#versions).toISOString();
    const kept = this.rules.isImmutable ? { id: etag, policy } : { id: undefined, policy: undefined };
    const version = { ...terms, ...kept, etag, parts, legalHold: false };
    this.#retire(entry);
    entry.current = version;
    entry.staged.clear();
    return version;
  }

  current(name: string): Version {
    return this.find(name, null);
  }

  /** The version asked for, or the one that is current. */
  find(name: string, id: string | null): Version {
    const { current, previous = [] } = this.#entries.get(name) ?? {};
    const version = id === null ? current : [...previous, current].find((one) => one?.id === id);
    if (version === undefined) throw new Refusal(404, "BlobNotFound");
    return version;
  }

  remove(name: string, id: string | null): void {
    const entry = this.#entry(name);
    if (id === null) {
      assertRemovable(this.current(name));
      this.#retire(entry);
      entry.current = undefined;
      return;
    }
    const version = entry.previous.find((one) => one.id === id);
    if (version === undefined) throw new Refusal(404, "BlobNotFound");
    assertRemovable(version);
    entry.previous = entry.previous.filter((one) => one !== version);
    if (this.rules.softDeleteDays !== undefined) entry.deleted.push(version);
  }

  setPolicy(name: string, id: string | null, policy: Policy): void {
    this.#assertImmutable();
    const version = this.find(name, id);
    const { policy: old } = version;
    const isWeaker = policy.mode !== "locked" || policy.untilMs < (old?.untilMs ?? 0);
    if (old?.mode === "locked" && isWeaker) throw new Refusal(409, "BlobImmutableDueToPolicy");
    version.policy = policy;
  }

  removePolicy(name: string): void {
    this.#assertImmutable();
    const version = this.current(name);
    if (version.policy?.mode === "locked") throw new Refusal(409, "BlobImmutableDueToPolicy");
    version.policy = undefined;
  }

  setLegalHold(name: string, id: string | null, on: boolean): void {
    this.#assertImmutable();
    this.find(name, id).legalHold = on;
  }

  /** Sorted by code unit; with `versions` also those that are not current, oldest first. */
  list(prefix: string, versions: boolean): readonly { readonly name: string; readonly version: Version }[] {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    return names.flatMap((name) => {
      const { current, previous } = this.#entry(name);
      const shown = [...(versions ? previous : []), ...(current === undefined ? [] : [current])];
      return shown.map((version) => ({ name, version }));
    });
  }

  /** What soft delete keeps. */
  deleted(prefix: string): readonly { readonly name: string; readonly version: Version }[] {
    const entries = [...this.#entries].filter(([name]) => name.startsWith(prefix));
    return entries.flatMap(([name, { deleted }]) => deleted.map((version) => ({ name, version })));
  }

  #entry(name: string): Entry {
    const found = this.#entries.get(name);
    if (found !== undefined) return found;
    const entry: Entry = { current: undefined, previous: [], deleted: [], staged: new Map() };
    this.#entries.set(name, entry);
    return entry;
  }

  #retire(entry: Entry): void {
    if (this.rules.isImmutable && entry.current !== undefined) entry.previous.push(entry.current);
  }

  #assertImmutable(): void {
    if (!this.rules.isImmutable) throw new Refusal(501, "APINotImplemented");
  }
}

export async function* bytesOf({ parts }: Version): AsyncGenerator<Uint8Array> {
  for (const { path } of parts) yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

export function sizeOf({ parts }: Version): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function assertRemovable({ policy, legalHold }: Version): void {
  if (legalHold) throw new Refusal(409, "BlobImmutableDueToLegalHold");
  if ((policy?.untilMs ?? 0) > Date.now()) throw new Refusal(409, "BlobImmutableDueToPolicy");
}
