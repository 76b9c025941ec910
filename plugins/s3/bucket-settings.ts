import { DaybookError, isDaybookError } from "daybook/plugin";
import type { ObjectLockConfiguration } from "@aws-sdk/client-s3";
import type { Bucket } from "./bucket.js";
import type { Lock } from "./object-lock.js";

export interface PromisedSettings {
  readonly bucket: Bucket;
  readonly versioning: boolean;
  readonly lockMode?: Lock["mode"] | undefined;
}

/** Throws SINK_REFUSED unless the bucket keeps versions and locks as the options promise. */
export async function requireSettings(promised: PromisedSettings, signal: AbortSignal): Promise<void> {
  const { bucket, versioning, lockMode } = promised;
  const status = await versioningOf(bucket, signal);
  if (versioning && status !== "Enabled") {
    throw refused(bucket, "versioning Enabled", status ?? "none", "enable versioning of the bucket");
  }
  if (!versioning && status !== undefined) {
    // Versions that the plugin does not see would outlive every removal.
    throw refused(bucket, "a bucket without versions", `versioning ${status}`, "set versioning: true");
  }
  if (!versioning) return;
  const lock = await lockSettings(bucket, signal);
  if (lockMode !== undefined && lock?.ObjectLockEnabled !== "Enabled") {
    throw refused(bucket, "Object Lock", "none", "create a bucket with Object Lock; see the plugin's README");
  }
  if (lockMode === undefined && lock?.Rule?.DefaultRetention !== undefined) {
    const hint = "set objectLock: the bucket locks every object by itself";
    throw refused(bucket, "no default retention", JSON.stringify(lock.Rule.DefaultRetention), hint);
  }
}

async function versioningOf(bucket: Bucket, signal: AbortSignal): Promise<string | undefined> {
  const { Status } = await bucket.send("", signal, (s3, target, http) =>
    s3.getBucketVersioning({ ...target }, http),
  );
  return Status;
}

async function lockSettings(
  bucket: Bucket,
  signal: AbortSignal,
): Promise<ObjectLockConfiguration | undefined> {
  try {
    const answer = await bucket.send("", signal, (s3, target, http) =>
      s3.getObjectLockConfiguration({ ...target }, http),
    );
    return answer.ObjectLockConfiguration;
  } catch (error) {
    const cause: unknown = isDaybookError(error) ? error.cause : undefined;
    if (cause instanceof Error && cause.name === "ObjectLockConfigurationNotFoundError") return undefined;
    throw error;
  }
}

function refused(bucket: Bucket, expected: string, found: string, hint: string): DaybookError {
  return new DaybookError("SINK_REFUSED", {
    message: `${bucket.name}: bucket: expected ${expected}, found ${found}`,
    hint,
  });
}
