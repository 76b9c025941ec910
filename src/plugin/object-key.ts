import { DaybookError } from "../model/errors.js";

const MAX_KEY_CHARS = 900;
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._=-]{1,200}$/;

/**
 * Throws SINK_REFUSED unless `key` is `/`-separated segments of `[A-Za-z0-9._=-]`, each of 1 to 200 characters and never
 * `.` or `..`, 900 in all: S3 ends a key at 1,024 bytes, a file system a name at 255.
 */
export function assertKey(key: string): void {
  if (key.length <= MAX_KEY_CHARS && key.split("/").every((segment) => SEGMENT.test(segment))) return;
  throw new DaybookError("SINK_REFUSED", {
    message: `object key: expected segments of [A-Za-z0-9._=-], found ${JSON.stringify(key.slice(0, 100))}`,
  });
}
