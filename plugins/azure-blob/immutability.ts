import type { BlobGetPropertiesResponse, BlobImmutabilityPolicy, BlockBlobClient } from "@azure/storage-blob";
import { DaybookError, isDaybookError } from "daybook/plugin";
import type { UtcDay } from "daybook/plugin";
import { storageError } from "./storage-error.js";

export type Immutability = "unlocked" | "locked";

const HINT =
  "enable version-level immutability for the container, and give the identity the role Storage Blob Data Owner (or the SAS permission i)";

/** The policy that keeps a blob until the day begins; undefined when the day has begun: the service refuses times in the past. */
export function policyUntil(
  day: UtcDay | undefined,
  immutability: Immutability | undefined,
  nowMs: number,
): BlobImmutabilityPolicy | undefined {
  if (day === undefined || immutability === undefined) return undefined;
  const expiriesOn = new Date(`${day}T00:00:00.000Z`);
  if (expiriesOn.getTime() <= nowMs) return undefined;
  return { expiriesOn, policyMode: immutability === "locked" ? "Locked" : "Unlocked" };
}

/**
 * Makes sure that the blob has the policy, by the service's own record of it: servers without policies silently drop them from an
 * upload, and the service may store one as unlocked that was sent as locked
 * (https://learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies). SINK_REFUSED when it has not.
 */
export async function requirePolicy(
  blob: BlockBlobClient,
  subject: string,
  policy: BlobImmutabilityPolicy,
  signal: AbortSignal,
): Promise<void> {
  const abortSignal = signal;
  const found = await blob.getProperties({ abortSignal });
  if (isKept(found, policy)) return;
  const refusal = await setPolicy(blob, subject, strongerOf(found, policy), signal);
  const after = await blob.getProperties({ abortSignal });
  if (isKept(after, policy)) return;
  throw new DaybookError("SINK_REFUSED", {
    message: `${subject}: expected a policy ${textOf(policy.policyMode, policy.expiriesOn)}, found ${textOf(after.immutabilityPolicyMode, after.immutabilityPolicyExpiresOn)}`,
    hint: HINT,
    cause: refusal,
  });
}

/** SINK_REFUSED unless the service itself says that the blob's hold is as set. */
export async function setLegalHold(
  blob: BlockBlobClient,
  subject: string,
  on: boolean,
  signal: AbortSignal,
): Promise<void> {
  await blob.setLegalHold(on, { abortSignal: signal });
  const { legalHold = false } = await blob.getProperties({ abortSignal: signal });
  if (legalHold === on) return;
  throw new DaybookError("SINK_REFUSED", {
    message: `${subject}: legal hold: expected ${on}, found ${legalHold}`,
    hint: HINT,
  });
}

/** The service's answer when it refuses; other failures are thrown. */
async function setPolicy(
  blob: BlockBlobClient,
  subject: string,
  policy: BlobImmutabilityPolicy,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    await blob.setImmutabilityPolicy(policy, { abortSignal: signal });
    return undefined;
  } catch (thrown) {
    const error = storageError(thrown, `${subject}: immutability policy`, signal);
    if (isDaybookError(error, "SINK_REFUSED")) return error;
    throw error;
  }
}

function isKept(
  found: BlobGetPropertiesResponse,
  { expiriesOn, policyMode }: BlobImmutabilityPolicy,
): boolean {
  const until = found.immutabilityPolicyExpiresOn?.getTime() ?? 0;
  return until >= (expiriesOn?.getTime() ?? 0) && (policyMode === "Unlocked" || isLocked(found));
}

/** Neither shorter nor weaker than the blob's policy: somebody else may have extended or locked it. */
function strongerOf(
  found: BlobGetPropertiesResponse,
  policy: BlobImmutabilityPolicy,
): BlobImmutabilityPolicy {
  const { immutabilityPolicyExpiresOn: until } = found;
  return {
    ...policy,
    ...(until !== undefined && policy.expiriesOn !== undefined && until > policy.expiriesOn
      ? { expiriesOn: until }
      : {}),
    ...(isLocked(found) ? { policyMode: "Locked" } : {}),
  };
}

// The service expects a capital, and answers in lower case.
function isLocked({ immutabilityPolicyMode }: BlobGetPropertiesResponse): boolean {
  return immutabilityPolicyMode?.toLowerCase() === "locked";
}

function textOf(mode: string | undefined, until: Date | undefined): string {
  return until === undefined
    ? "none"
    : `${mode?.toLowerCase() ?? "of unknown mode"} until ${until.toISOString()}`;
}
