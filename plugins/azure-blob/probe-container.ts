import { randomUUID } from "node:crypto";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { DaybookError } from "daybook/plugin";
import type { Clock } from "daybook/plugin";
import { requirePolicy } from "./immutability.js";
import { removeBlob } from "./remove-blob.js";
import { serviceCode } from "./storage-error.js";
import type { BlobTerms } from "./upload.js";

export interface Probe {
  readonly container: ContainerClient;
  readonly prefix: string;
  readonly clock: Clock;
  readonly terms: BlobTerms;
  /** Whether the store promises to keep blobs until a day. */
  readonly isImmutable: boolean;
}

// A folder that no key can have, so that no listing meets it.
const FOLDER = "~daybook-probe";
const PROBE_KEPT_MS = 3_600_000;
const CLEANING_UP_MS = 10_000;

/** Throws SINK_REFUSED unless the container does what the store promises. Leaves nothing, also when it is stopped. */
export async function probeContainer(probe: Probe, signal: AbortSignal): Promise<void> {
  const { container, prefix, isImmutable } = probe;
  const name = `${prefix}${FOLDER}/${randomUUID()}`;
  const blob = container.getBlockBlobClient(name);
  try {
    await requireCreateOnce(probe, blob, signal);
    await requireTerms(probe, blob, signal);
    if (isImmutable) await requireProtection(probe, blob, signal);
  } catch (error) {
    // The first failure is reported. Its signal may have aborted, so cleaning up has a signal of its own.
    await clearProbe(probe, name, AbortSignal.timeout(CLEANING_UP_MS)).catch(() => {});
    throw error;
  }
  if (isImmutable) await blob.deleteImmutabilityPolicy({ abortSignal: signal });
  await removeBlob({ container, name, subject: "probe", clock: probe.clock }, signal);
}

async function requireCreateOnce(
  { terms }: Probe,
  blob: BlockBlobClient,
  signal: AbortSignal,
): Promise<void> {
  const options = { ...terms, conditions: { ifNoneMatch: "*" }, abortSignal: signal };
  await blob.upload("first", 5, options);
  try {
    await blob.upload("other", 5, options);
  } catch (error) {
    if (/^(BlobAlreadyExists|ConditionNotMet)$/.test(serviceCode(error) ?? "")) return;
    throw error;
  }
  throw new DaybookError("SINK_REFUSED", {
    message: "container: conditional create: expected the second of two blobs to be refused, found it stored",
    hint: "the server ignores If-None-Match: it cannot keep an archive safely",
  });
}

/** Servers that do not know a tier or a scope drop it silently. */
async function requireTerms({ terms }: Probe, blob: BlockBlobClient, signal: AbortSignal): Promise<void> {
  const { accessTier, encryptionScope } = await blob.getProperties({ abortSignal: signal });
  for (const [what, expected, found] of [
    ["access tier", terms.tier, accessTier],
    ["encryption scope", terms.encryptionScope, encryptionScope],
  ]) {
    if (expected === undefined || expected === found) continue;
    throw new DaybookError("SINK_REFUSED", {
      message: `container: ${what}: expected ${expected}, found ${found ?? "none"}`,
    });
  }
}

/** Unlocked whatever is configured: a locked policy would keep the probe. */
async function requireProtection(
  { clock }: Probe,
  blob: BlockBlobClient,
  signal: AbortSignal,
): Promise<void> {
  const expiriesOn = new Date(clock.now() + PROBE_KEPT_MS);
  // The header of the service has whole seconds.
  expiriesOn.setUTCMilliseconds(0);
  await requirePolicy(blob, "container", { expiriesOn, policyMode: "Unlocked" }, signal);
  try {
    await blob.delete({ abortSignal: signal });
  } catch (error) {
    if (serviceCode(error) === "BlobImmutableDueToPolicy") return;
    throw error;
  }
  throw new DaybookError("SINK_REFUSED", {
    message: "container: immutability: expected a blob with a policy to stay, found it deleted",
    hint: "the server takes policies and does not keep to them",
  });
}

async function clearProbe({ container, clock }: Probe, name: string, signal: AbortSignal): Promise<void> {
  // Fails where there is no policy, or where none can be.
  await container
    .getBlobClient(name)
    .deleteImmutabilityPolicy({ abortSignal: signal })
    .catch(() => {});
  await removeBlob({ container, name, subject: "probe", clock }, signal);
}
