import { defineStore } from "daybook/plugin";
import { Bucket } from "./bucket.js";
import { s3Options } from "./options.js";
import { S3Store } from "./s3-store.js";

const LOCK_MODES = { off: undefined, governance: "GOVERNANCE", compliance: "COMPLIANCE" } as const;

/** What S3 takes in one put. https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const MAX_PUT_BYTES = 5 * 2 ** 30;
const PART_BYTES = 64 * 2 ** 20;

/** The archive in a bucket of S3 or of a store compatible with it. */
export default defineStore({
  name: "s3",
  apiVersion: 1,
  options: s3Options,
  open: ({ prefix, objectLock, versioning, encryption, kmsKey, storageClass, ...bucket }, host) =>
    new S3Store({
      bucket: new Bucket(bucket),
      clock: host.clock,
      log: host.log,
      prefix,
      lockMode: LOCK_MODES[objectLock],
      versioning: versioning ?? objectLock !== "off",
      upload: {
        headers: {
          ServerSideEncryption: encryption,
          SSEKMSKeyId: kmsKey,
          StorageClass: storageClass,
        },
        maxPutBytes: MAX_PUT_BYTES,
        partBytes: PART_BYTES,
      },
    }),
});
