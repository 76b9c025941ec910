import { randomBytes } from "node:crypto";

/** What a bucket of the stand-in refuses, in S3's words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code);
  }
}

export interface Retention {
  readonly mode: string;
  readonly untilMs: number;
}

export interface Content {
  /** The file that holds the bytes. */
  readonly file: string;
  readonly bytes: number;
  readonly etag: string;
  readonly checksum?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly retention?: Retention | undefined;
}

export interface Version {
  readonly id: string;
  readonly madeMs: number;
  /** Undefined for a delete marker. */
  readonly content?: Content;
  retention?: Retention | undefined;
  hold: boolean;
}

/** The objects of one bucket, by the rules of S3 for versions and locks. */
export class StandInBucket {
  readonly hasLock: boolean;
  versioning: boolean;
  defaultRetention: { readonly mode: string; readonly days: number } | undefined;
  readonly uploads = new Map<string, { readonly parts: Map<number, Content>; readonly head: Content }>();
  /** Versions of each key, the newest first. */
  readonly #versions = new Map<string, Version[]>();

  constructor(hasLock: boolean) {
    this.hasLock = hasLock;
    this.versioning = hasLock;
  }

  /** A delete marker counts as absence here. */
  requireAbsent(key: string): void {
    if (this.#versions.get(key)?.[0]?.content !== undefined) throw new Refusal(412, "PreconditionFailed");
  }

  put(key: string, content: Content): Version {
    const { retention } = content;
    if (retention !== undefined) this.#requireLockable(retention);
    const { defaultRetention: standard } = this;
    const byDefault = standard && { mode: standard.mode, untilMs: Date.now() + standard.days * 86_400_000 };
    const version = {
      id: this.versioning ? randomBytes(12).toString("hex") : "null",
      madeMs: Date.now(),
      content,
      retention: retention ?? byDefault,
      hold: false,
    };
    this.#versions.set(key, [version, ...(this.versioning ? (this.#versions.get(key) ?? []) : [])]);
    return version;
  }

  /** The version asked for, or the newest. */
  find(key: string, id: string | undefined): Version & { readonly content: Content } {
    const versions = this.#versions.get(key) ?? [];
    const found = id === undefined ? versions[0] : versions.find((version) => version.id === id);
    if (found?.content === undefined) {
      throw new Refusal(404, "NoSuchKey", found === undefined ? {} : { "x-amz-delete-marker": "true" });
    }
    return found as Version & { readonly content: Content };
  }

  remove(key: string, id: string | undefined): { readonly marker?: string } {
    const versions = this.#versions.get(key) ?? [];
    if (id === undefined && this.versioning) {
      const marker = { id: randomBytes(12).toString("hex"), madeMs: Date.now(), hold: false };
      this.#versions.set(key, [marker, ...versions]);
      return { marker: marker.id };
    }
    const gone = versions.find((version) => version.id === (id ?? "null"));
    if (gone?.hold === true || (gone?.retention?.untilMs ?? 0) > Date.now()) {
      throw new Refusal(403, "AccessDenied");
    }
    const left = versions.filter((version) => version !== gone);
    if (left.length === 0) this.#versions.delete(key);
    else this.#versions.set(key, left);
    return {};
  }

  retain(key: string, id: string | undefined, wanted: Retention): void {
    this.#requireLockable(wanted);
    const version = this.find(key, id);
    const { retention } = version;
    const isShorter = retention !== undefined && wanted.untilMs < retention.untilMs;
    const isWeaker = retention?.mode === "COMPLIANCE" && wanted.mode !== "COMPLIANCE";
    if (isShorter || isWeaker) throw new Refusal(403, "AccessDenied");
    version.retention = wanted;
  }

  hold(key: string, id: string | undefined, on: boolean): void {
    if (!this.hasLock) throw new Refusal(400, "InvalidRequest");
    this.find(key, id).hold = on;
  }

  /** Every version of every key that starts with `prefix`, in the order of a listing. */
  *versions(prefix: string): Generator<readonly [key: string, version: Version, isLatest: boolean]> {
    for (const key of [...this.#versions.keys()].toSorted()) {
      if (!key.startsWith(prefix)) continue;
      for (const [index, version] of (this.#versions.get(key) ?? []).entries())
        yield [key, version, index === 0];
    }
  }

  #requireLockable({ untilMs }: Retention): void {
    if (!this.hasLock) throw new Refusal(400, "InvalidRequest");
    if (untilMs <= Date.now()) throw new Refusal(400, "InvalidArgument");
  }
}
