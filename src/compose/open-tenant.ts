import { dirname, join } from "node:path";
import { TenantDaySteps } from "../pass/day-steps.js";
import type { DayStepsParts } from "../pass/day-steps.js";
import type { Target } from "../deliver/deliver-day.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { SinkPlaces } from "../deliver/sink-places.js";
import { probeDisk } from "../io/disk-probe.js";
import { isCreated, readDocuments } from "../ledger/archive-tree.js";
import type { Ledger } from "../ledger/ledger.js";
import { openArchive } from "../ledger/open-archive.js";
import { proveArchive } from "../ledger/prove-archive.js";
import { finishHalfSteps } from "../ledger/recovery.js";
import { SigningKey, loadOrMakeSigningKey, loadSigningKey } from "../ledger/signing-key.js";
import { dayEndMs } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { PassProgress } from "../pass/progress.js";
import { deadlineMs } from "../plan/day-state.js";
import type { ReadingRules } from "../plan/day-state.js";
import { folderSource, storeSource } from "../archive/source.js";
import { RecordSink } from "../deliver/record-sink.js";
import { refuseUnfinishedRestore } from "../restore/unfinished-restore.js";
import { refuseSecondArchive } from "../deliver/first-start-check.js";
import { SinkChecks } from "../deliver/sink-checks.js";
import { recordSettingChanges } from "../pass/setting-changes.js";
import { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import { TenantPass } from "../pass/tenant-pass.js";

/** Everything that opening a tenant for writing needs. */
export interface TenantParts extends Omit<
  DayStepsParts,
  "archive" | "progress" | "deliveries" | "sinkChecks"
> {
  readonly rules: ReadingRules;
  /** The configured signing key, PEM; undefined: one is kept in the state folder. */
  readonly signingKeyPem: (() => Promise<string>) | undefined;
  /** Whether the view sink's `keep` has passed for the day. */
  readonly viewExpired: (sink: string, day: UtcDay) => boolean;
  /** Opens every configured sink; does no I/O. */
  readonly openSinks: () => OpenedSinks;
}

/** A tenant whose archive this process alone may write. */
export interface OpenTenant {
  readonly pass: TenantPass;
  readonly deliveries: TenantDeliveries;
  readonly ledger: Ledger;
  /** Reads what the state folder holds: to be done before work, which may take long. ARCHIVE_DAMAGED where it differs. */
  prove(signal: AbortSignal): Promise<void>;
  /** Ends or undoes what a pass that failed left half done; says what it did. */
  finishHalfSteps(): Promise<readonly string[]>;
  /** Closes the sinks and frees the archive. */
  close(): Promise<void>;
}

/** Takes the archive's lock, puts the archive in order and makes its pass ready. ARCHIVE_LOCKED when another process has it. */
export async function openTenant(parts: TenantParts, progress: PassProgress): Promise<OpenTenant> {
  const { files, root } = parts;
  await files.makeFolder(root);
  const unlock = await files.lock(join(root, "lock"));
  let sinks: OpenedSinks | undefined;
  const close = async (): Promise<void> => {
    await sinks?.[Symbol.asyncDispose]();
    unlock();
  };
  try {
    await probeDisk(files, root);
    sinks = parts.openSinks();
    if (!(await isCreated(files, root))) {
      await refuseUnfinishedRestore(files, root);
      await refuseSecondArchive(sinks.stores(), parts.tenant);
    }
    return { ...(await composePass(parts, sinks, progress)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function composePass(
  parts: TenantParts,
  sinks: OpenedSinks,
  progress: PassProgress,
): Promise<Omit<OpenTenant, "close">> {
  const { tenant, tenantId, root, files, clock, log, rules } = parts;
  const documents = await readDocuments(files);
  const signingKey = await readSigningKey(parts);
  const archive = await openArchive({ files, clock, root, tenantId, signingKey, documents });
  if (archive.recovered.length > 0) log.warn({ tenant, steps: archive.recovered }, "archive recovered");
  await recordSettingChanges(archive.ledger, parts, { files, root });
  const source = folderSource(files, root);
  const deliveries = new TenantDeliveries({
    tenant,
    root,
    files,
    clock,
    log,
    ledger: archive.ledger,
    targets: targetsOf(sinks, parts, archive.ledger),
    settings: { tenant, sources: [source, ...sinks.sources(tenant)] },
    places: new SinkPlaces({ ...parts, sinks }),
    isPastHorizon: (day) => clock.now() > Math.max(deadlineMs(day, rules), dayEndMs(day)),
  });
  const sinkChecks = new SinkChecks({
    ...parts,
    ledger: archive.ledger,
    progress,
    sinks: sinks.stores().map(({ name, store }) => ({ name, source: storeSource(store, tenant) })),
    isFailing: (sink) => deliveries.failures.has(sink),
  });
  const steps = new TenantDaySteps({ ...parts, archive, progress, deliveries, sinkChecks });
  const { identity, ledger } = archive;
  return {
    deliveries,
    ledger,
    pass: new TenantPass(tenant, rules, steps, progress, log),
    prove: (signal) =>
      proveArchive({ files, clock, root, ledger, note: (what) => progress.note(tenant, what) }, signal),
    finishHalfSteps: () => finishHalfSteps({ files, root, identity, ledger }),
  };
}

function targetsOf(
  sinks: OpenedSinks,
  { tenant, files, root, viewExpired }: TenantParts,
  ledger: Ledger,
): readonly Target[] {
  const archive = folderSource(files, root);
  const ledgerSize = (): number => ledger.size;
  return [
    ...sinks.stores().map(({ name, store }): Target => ({
      kind: "record",
      name,
      sink: new RecordSink({ name, store, tenant, archive, ledgerSize, keys: ledger.keys }),
    })),
    ...sinks.views().map(({ name, sink }): Target => ({
      kind: "view",
      name,
      sink,
      readBack: true,
      isExpired: (day) => viewExpired(name, day),
    })),
  ];
}

async function readSigningKey({ files, root, signingKeyPem }: TenantParts): Promise<SigningKey> {
  if (signingKeyPem !== undefined) return SigningKey.fromPem(await signingKeyPem(), "signing.privateKey");
  const path = join(dirname(root), "signing-key.pem");
  // A new key could add nothing to an archive that is there: its own is missing, and that is what must be said.
  return (await isCreated(files, root)) ? loadSigningKey(files, path) : loadOrMakeSigningKey(files, path);
}
