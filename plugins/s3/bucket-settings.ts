import { DaybookError, isDaybookError } from "daybook/plugin";
import type { StoreProtection } from "daybook/plugin";
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

/** What the bucket says now. A mode counts only where the bucket can lock and the options ask for it. */
export async function protectionOf(
  { bucket, lockMode }: PromisedSettings,
  signal: AbortSignal,
): Promise<StoreProtection> {
  const versions = (await versioningOf(bucket, signal)) === "Enabled";
  const settings = await lockSettings(bucket, signal);
  const canLock = settings?.ObjectLockEnabled === "Enabled" && lockMode !== undefined;
  const notes = notesOf(settings, lockMode);
  return {
    retention: canLock ? LEVEL_OF[lockMode] : "none",
    hold: canLock,
    versions,
    ...(notes.length === 0 ? {} : { note: notes.join("; ") }),
  };
}

const LEVEL_OF = { GOVERNANCE: "governance", COMPLIANCE: "compliance" } as const;

/** What a records manager must know beside the mode. */
function notesOf(
  settings: ObjectLockConfiguration | undefined,
  lockMode: Lock["mode"] | undefined,
): readonly string[] {
  const canLock = settings?.ObjectLockEnabled === "Enabled";
  const { Mode, Days, Years } = settings?.Rule?.DefaultRetention ?? {};
  const period = Years === undefined ? `${Days} days` : `${Years} years`;
  return [
    ...(canLock || lockMode === undefined ? [] : ["objectLock is set, and the bucket has no Object Lock"]),
    ...(canLock && lockMode === undefined ? ["the bucket has Object Lock, and objectLock is off"] : []),
    ...(canLock && lockMode === "GOVERNANCE"
      ? ["whoever has s3:BypassGovernanceRetention can end a lock early"]
      : []),
    ...(Mode === undefined
      ? []
      : [`the bucket locks each new object by itself, ${Mode.toLowerCase()} for ${period}`]),
  ];
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
