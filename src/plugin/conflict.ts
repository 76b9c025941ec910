import { DaybookError } from "../model/errors.js";
import type { Expected } from "./types.js";

/** The SINK_CONFLICT of a key whose object has other bytes. `found.sha256` is absent where it need not be computed. */
export function conflict(
  key: string,
  expected: Expected,
  found: { readonly bytes: number | string; readonly sha256?: string | undefined },
): DaybookError {
  const hash = found.sha256 === undefined ? "another sha256" : `sha256 ${found.sha256}`;
  return new DaybookError("SINK_CONFLICT", {
    message: `${key}: expected ${expected.bytes} bytes with sha256 ${expected.sha256}, found ${found.bytes} bytes with ${hash}`,
  });
}
