import type {
  BlobClient,
  BlobGetPropertiesResponse,
  BlobImmutabilityPolicy,
  ContainerClient,
} from "@azure/storage-blob";
import { DAY_MS, DaybookError, isDaybookError, utcDayOf } from "daybook/plugin";
import type { StoreProtection, UtcDay } from "daybook/plugin";
import { serviceCode, storageError } from "./storage-error.js";

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
  blob: BlobClient,
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
  blob: BlobClient,
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
  blob: BlobClient,
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

/**
 * The refusal to remove a blob, with its policy and hold in words; undefined when none stands. `nowMs` is the time at which
 * policies count as over; 0 once the service itself has refused.
 */
export function refusalBy(
  found: BlobGetPropertiesResponse,
  subject: string,
  nowMs: number,
): DaybookError | undefined {
  const { immutabilityPolicyExpiresOn: until, immutabilityPolicyMode: mode, legalHold: hold = false } = found;
  const isProtected = until !== undefined && until.getTime() > nowMs;
  if (!hold && !isProtected) return undefined;
  const words = [
    ...(isProtected ? [`an immutability policy, ${textOf(mode, until)}`] : []),
    ...(hold ? ["a legal hold"] : []),
  ];
  return new DaybookError("SINK_REFUSED", {
    message: `${subject}: removal: expected a blob that may go, found ${words.join(" and ")}`,
    hint: hold
      ? "release the hold that stands on the day; one that was set in the account itself is lifted there"
      : "the blob stays until the policy ends; run the disposal again from that day on",
    lock: {
      // A policy that ends during a day ends for people on the next one.
      ...(isProtected ? { until: utcDayOf(until.getTime() + DAY_MS - 1) } : {}),
      ...(hold ? { hold } : {}),
    },
  });
}

/** The service's refusal of a removal by a policy or hold; undefined for other failures. Those of the container have no date. */
export function refusedByService(error: unknown, subject: string): DaybookError | undefined {
  const code = serviceCode(error) ?? "";
  if (!/^BlobImmutableDueTo(Policy|LegalHold)$/.test(code)) return undefined;
  const isHold = code === "BlobImmutableDueToLegalHold";
  return new DaybookError("SINK_REFUSED", {
    message: `${subject}: removal: expected a blob that may go, found ${isHold ? "a legal hold" : "an immutability policy"} of the container`,
    hint: "the container itself protects its blobs; the portal shows until when, under Access policy",
    lock: isHold ? { hold: true } : {},
    cause: error,
  });
}

/** What the container says now. A mode counts only where it keeps policies for versions and the options ask for them. */
export async function protectionOf(
  container: ContainerClient,
  immutability: Immutability | undefined,
  signal: AbortSignal,
): Promise<StoreProtection> {
  const found = await container.getProperties({ abortSignal: signal });
  const canLock = found.isImmutableStorageWithVersioningEnabled === true;
  const isAsked = immutability !== undefined;
  const notes = [
    ...(isAsked && !canLock
      ? ["immutability is set, and the container has no version-level immutability"]
      : []),
    ...(!isAsked && canLock
      ? ["the container has version-level immutability, and immutability is not set"]
      : []),
    ...(canLock && immutability === "unlocked"
      ? ["whoever has the permission for immutable storage can shorten a policy"]
      : []),
    ...(found.hasImmutabilityPolicy === true ? ["the container has a policy of its own"] : []),
    ...(found.hasLegalHold === true ? ["the container has a legal hold of its own"] : []),
  ];
  return {
    retention: !canLock || !isAsked ? "none" : immutability === "locked" ? "compliance" : "governance",
    hold: canLock && isAsked,
    versions: canLock || (await keepsVersions(container, signal)),
    ...(notes.length === 0 ? {} : { note: notes.join("; ") }),
  };
}

/** The service tells no account's settings to whom may only use a container; a blob shows them by its version. */
async function keepsVersions(container: ContainerClient, signal: AbortSignal): Promise<boolean> {
  for await (const { versionId } of container.listBlobsFlat({ includeVersions: true, abortSignal: signal }))
    return versionId !== undefined;
  return false;
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
