import type { Clock, Log } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import type { Lock } from "./object-lock.js";
import type { UploadRules } from "./upload.js";

export interface S3StoreOptions {
  readonly bucket: Bucket;
  readonly clock: Clock;
  readonly log: Log;
  /** What every key starts with; empty, or ends in `/`. */
  readonly prefix: string;
  readonly lockMode?: Lock["mode"] | undefined;
  readonly versioning: boolean;
  readonly upload: UploadRules;
}
