import { join } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { readStamp } from "../io/stamp-file.js";
import { DaybookError, isDaybookError, isErrorCode } from "../model/errors.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime } from "../model/utc-day.js";

/** Why the daemon's newest pass over a tenant failed, for read-only commands that run beside the daemon. */
export interface KeptFailure {
  readonly atMs: number;
  readonly error: DaybookError;
}

const NAME = "last-failure.json";

/** Kept in the tenant's state folder; undefined: the last pass was made. Best effort: the daemon's log says it in any case. */
export async function keepFailure(
  files: Files,
  root: string,
  failure: KeptFailure | undefined,
): Promise<void> {
  const path = join(root, NAME);
  try {
    if (failure !== undefined) await replaceFile(files, { path, bytes: bytesOf(failure) });
    else if ((await files.stat(path)) !== undefined) await files.remove(path);
  } catch (error) {
    if (!isDaybookError(error)) throw error;
  }
}

/** Undefined where there is none, or none that can be read. */
export async function keptFailure(files: Files, root: string): Promise<KeptFailure | undefined> {
  const { at, code, message, hint } = (await readStamp(files, join(root, NAME))) ?? {};
  const atMs = Date.parse(String(at));
  if (!isErrorCode(code) || typeof message !== "string" || typeof hint !== "string" || Number.isNaN(atMs))
    return undefined;
  return { atMs, error: new DaybookError(code, { message, hint }) };
}

function bytesOf({ atMs, error: { code, message, hint } }: KeptFailure): Uint8Array {
  return stableJson({ at: isoTime(atMs), code, message, hint });
}
