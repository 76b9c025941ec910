import type { HeadObjectCommandOutput, S3 } from "@aws-sdk/client-s3";
import { isDaybookError } from "daybook/plugin";
import type { BucketOptions } from "./bucket-options.js";
import { s3Failure } from "./s3-failure.js";

/** What every request names. */
export interface Target {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

export type Call<T> = (s3: S3, target: Target, http: { readonly abortSignal: AbortSignal }) => Promise<T>;

/** Sends requests to one bucket. The client is made at the first call, because the SDK is slow to load. */
export class Bucket {
  readonly name: string;
  readonly #options: BucketOptions;
  readonly #target: Target;
  #client: Promise<S3> | undefined;
  #isKnownToExist = false;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.name = options.bucket;
    const { bucketOwner } = options;
    this.#target = {
      Bucket: options.bucket,
      ...(bucketOwner === undefined ? {} : { ExpectedBucketOwner: bucketOwner }),
    };
  }

  /** One request. A failure becomes a `DaybookError` about `subject`, an abort the signal's reason. */
  async send<T>(subject: string, signal: AbortSignal, call: Call<T>): Promise<T> {
    signal.throwIfAborted();
    this.#client ??= import("./client.js").then(({ makeClient }) => makeClient(this.#options));
    try {
      const answer = await call(await this.#client, this.#target, { abortSignal: signal });
      this.#isKnownToExist = true;
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      throw s3Failure(error, `${this.name}/${subject}`);
    }
  }

  /** What the store reports of an object, or of one of its versions; undefined when it is absent. */
  async head(
    key: string,
    signal: AbortSignal,
    version?: string,
  ): Promise<HeadObjectCommandOutput | undefined> {
    const which = version === undefined ? { Key: key } : { Key: key, VersionId: version };
    try {
      return await this.send(key, signal, (s3, target, http) =>
        s3.headObject({ ...target, ...which, ChecksumMode: "ENABLED" }, http),
      );
    } catch (error) {
      if (!isDaybookError(error, "SINK_NOT_FOUND")) throw error;
      await this.requireBucket(signal);
      return undefined;
    }
  }

  /** An answer to HEAD has no body, so a missing bucket looks like a missing object. */
  async requireBucket(signal: AbortSignal): Promise<void> {
    if (this.#isKnownToExist) return;
    await this.send("", signal, (s3, target, http) =>
      // A listing, as it says NoSuchBucket where HEAD says 404.
      s3.listObjectsV2({ ...target, MaxKeys: 1, Prefix: "~" }, http),
    );
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    (await client)?.destroy();
  }
}
