import { dirname, join } from "node:path";
import { inject, injectable } from "tsyringe";
import type { DependencyContainer, Disposable, InjectionToken } from "tsyringe";
import { folderSource } from "../archive/folder-source.js";
import { storeSource } from "../archive/source.js";
import type { Target } from "../deliver/deliver-day.js";
import { refuseSecondArchive } from "../deliver/first-start-check.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { RecordSink } from "../deliver/record-sink.js";
import { SinkChecks } from "../deliver/sink-checks.js";
import { SinkPlaces } from "../deliver/sink-places.js";
import { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import { probeDisk } from "../io/disk-probe.js";
import { VERSION } from "../io/version.js";
import { isCreated, readDocuments } from "../ledger/archive-tree.js";
import type { Ledger } from "../ledger/ledger.js";
import { openArchive } from "../ledger/open-archive.js";
import type { OpenArchive } from "../ledger/open-archive.js";
import { proveArchive } from "../ledger/prove-archive.js";
import { finishHalfSteps } from "../ledger/recovery.js";
import { SigningKey, loadOrMakeSigningKey, loadSigningKey } from "../ledger/signing-key.js";
import type { Log } from "../model/log.js";
import { dayEndMs, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { TenantDaySteps } from "../pass/day-steps.js";
import type { PassProgress } from "../pass/progress.js";
import { recordSettingChanges } from "../pass/setting-changes.js";
import { TenantPass } from "../pass/tenant-pass.js";
import { deadlineMs } from "../plan/day-state.js";
import { refuseUnfinishedRestore } from "../restore/unfinished-restore.js";
import type { OpenTenant, Tenant, Watch } from "./tenant-parts.js";
import { RetentionDesk } from "../retention/desk.js";
import { retentionOfDay } from "../ledger/day-retention.js";
import { holdsOn } from "../model/retention-record.js";
import { lockDay } from "../deliver/kept-copy.js";
import type { DayPromise } from "../deliver/kept-copy.js";
import type { RetentionConfig } from "../config/schema.js";
import type { Clock } from "../io/clock.js";
import type { ReadingRules } from "../plan/day-state.js";
import { sourceDate } from "../source/source-date.js";
import { BUDGET, ENDPOINTS, LOG, OPEN_SINKS, OUTSIDE, READER, provide } from "./tokens.js";

const UNLOCK: InjectionToken<() => void> = Symbol("Unlock");
const ARCHIVE: InjectionToken<OpenArchive> = Symbol("OpenArchive");
const PROGRESS: InjectionToken<PassProgress> = Symbol("PassProgress");
const DELIVERIES: InjectionToken<TenantDeliveries> = Symbol("TenantDeliveries");
const SINK_CHECKS: InjectionToken<SinkChecks> = Symbol("SinkChecks");
const TARGETS: InjectionToken<readonly Target[]> = Symbol("Targets");
const DESK: InjectionToken<RetentionDesk> = Symbol("RetentionDesk");
const STEPS: InjectionToken<TenantDaySteps> = Symbol("TenantDaySteps");
const PASS: InjectionToken<TenantPass> = Symbol("TenantPass");

/** The archive's lock and the opened sinks: the scope's `dispose` ends both. */
@injectable()
class ArchiveHold implements Disposable {
  #sinks: OpenedSinks | undefined;

  constructor(
    @inject(OPEN_SINKS) private readonly openSinks: () => OpenedSinks,
    @inject(UNLOCK) private readonly unlock: () => void,
  ) {}

  get sinks(): OpenedSinks {
    return (this.#sinks ??= this.openSinks());
  }

  async dispose(): Promise<void> {
    await this.#sinks?.[Symbol.asyncDispose]();
    this.unlock();
  }
}

/**
 * Takes the archive's lock and puts the archive in order. The parts of the open archive live in a child container, which is
 * disposed when the archive is closed.
 */
export async function openArchiveOf(
  container: DependencyContainer,
  tenant: Tenant,
  { progress, log = tenant.log }: Watch,
  signal: AbortSignal,
): Promise<OpenTenant> {
  await tenant.files.makeFolder(tenant.root);
  const scope = container.createChildContainer();
  scope.register(UNLOCK, { useValue: await tenant.files.lock(join(tenant.root, "lock")) });
  scope.registerSingleton(ArchiveHold);
  scope.register(PROGRESS, { useValue: progress });
  scope.register(LOG, { useValue: log });
  try {
    const hold = scope.resolve(ArchiveHold);
    await probeDisk(tenant.files, tenant.root);
    await refuseWrongStart(tenant, hold.sinks, signal);
    scope.register(ARCHIVE, { useValue: await putInOrder(tenant, log, signal) });
    composePass(scope, tenant, hold.sinks);
    return openTenant(scope, tenant);
  } catch (error) {
    await scope.dispose();
    throw error;
  }
}

async function refuseWrongStart(
  { files, root, name }: Tenant,
  sinks: OpenedSinks,
  signal: AbortSignal,
): Promise<void> {
  if (await isCreated(files, root)) return;
  await refuseUnfinishedRestore(files, root);
  await refuseSecondArchive(sinks.stores(), name, signal);
}

async function putInOrder(tenant: Tenant, log: Log, signal: AbortSignal): Promise<OpenArchive> {
  const { name, root, files, clock, config, loaded } = tenant;
  const documents = await readDocuments(files);
  const signingKey = await readSigningKey(tenant);
  const { tenantId } = config;
  const archive = await openArchive({ files, clock, root, tenantId, signingKey, documents }, signal);
  if (archive.recovered.length > 0) log.warn({ tenant: name, steps: archive.recovered }, "archive recovered");
  await recordSettingChanges(archive.ledger, loaded.sha256, { files, root }, signal);
  return archive;
}

function composePass(scope: DependencyContainer, tenant: Tenant, sinks: OpenedSinks): void {
  provide(scope, TARGETS, (c) => targetsOf(sinks, tenant, c.resolve(ARCHIVE).ledger));
  provide(scope, DESK, (c) => makeDesk(c, tenant, sinks));
  provide(scope, DELIVERIES, (c) => makeDeliveries(c, tenant, sinks));
  provide(scope, SINK_CHECKS, (c) => makeSinkChecks(c, tenant, sinks));
  provide(scope, STEPS, (c) => makeSteps(c, tenant));
  provide(
    scope,
    PASS,
    (c) =>
      new TenantPass({
        tenant: tenant.name,
        rules: tenant.rules,
        steps: c.resolve(STEPS),
        progress: c.resolve(PROGRESS),
        log: c.resolve(LOG),
      }),
  );
}

function openTenant(scope: DependencyContainer, { name, files, clock, root }: Tenant): OpenTenant {
  const { identity, ledger } = scope.resolve(ARCHIVE);
  const progress = scope.resolve(PROGRESS);
  return {
    ledger,
    deliveries: scope.resolve(DELIVERIES),
    retention: scope.resolve(DESK),
    pass: scope.resolve(PASS),
    prove: (signal) =>
      proveArchive({ files, clock, root, ledger, note: (what) => progress.note(name, what) }, signal),
    finishHalfSteps: (signal) => finishHalfSteps({ files, root, identity, ledger }, signal),
    close: async () => scope.dispose(),
  };
}

function makeDeliveries(c: DependencyContainer, parts: Tenant, sinks: OpenedSinks): TenantDeliveries {
  const { name: tenant, root, files, clock, rules, loaded } = parts;
  const { ledger } = c.resolve(ARCHIVE);
  const log = c.resolve(LOG);
  return new TenantDeliveries({
    tenant,
    root,
    files,
    clock,
    log,
    ledger,
    targets: c.resolve(TARGETS),
    settings: { tenant, sources: [folderSource(files, root), ...sinks.sources(tenant)] },
    places: new SinkPlaces({ sinks, files, root, log, configSha256: loaded.sha256 }),
    isPastHorizon: pastHorizon(clock, rules),
  });
}

function pastHorizon(clock: Clock, rules: ReadingRules): (day: UtcDay) => boolean {
  return (day) => clock.now() > Math.max(deadlineMs(day, rules), dayEndMs(day));
}

function makeDesk(c: DependencyContainer, parts: Tenant, sinks: OpenedSinks): RetentionDesk {
  const { name: tenant, root, files, clock, rules } = parts;
  const { http } = c.resolve(OUTSIDE);
  const { api } = c.resolve(ENDPOINTS);
  const retention = retentionOfTenant(parts);
  return new RetentionDesk({
    tenant,
    root,
    files,
    clock,
    log: c.resolve(LOG),
    archive: c.resolve(ARCHIVE),
    targets: c.resolve(TARGETS),
    sources: [folderSource(files, root), ...sinks.sources(tenant)],
    settings: {
      ...retention,
      isAutomatic: retention.dispose === "automatic",
      people: parts.loaded.config.people ?? {},
    },
    isPastHorizon: pastHorizon(clock, rules),
    otherClock: { name: new URL(api).host, read: (signal) => sourceDate(http, api, signal) },
    syncLedgers: (signal) => c.resolve(DELIVERIES).syncLedgers(signal),
  });
}

/** The tenant's own retention, or the one for all tenants. */
function retentionOfTenant({ config, loaded }: Pick<Tenant, "config" | "loaded">): RetentionConfig {
  return config.retention ?? loaded.config.retention;
}

function makeSinkChecks(c: DependencyContainer, { name, clock }: Tenant, sinks: OpenedSinks): SinkChecks {
  const { failures } = c.resolve(DELIVERIES);
  return new SinkChecks({
    tenant: name,
    clock,
    log: c.resolve(LOG),
    ledger: c.resolve(ARCHIVE).ledger,
    progress: c.resolve(PROGRESS),
    sinks: sinks.stores().map((sink) => ({ name: sink.name, source: storeSource(sink.store, name) })),
    isFailing: (sink) => failures.has(sink),
  });
}

function makeSteps(
  c: DependencyContainer,
  { name, root, config, files, clock, loaded }: Tenant,
): TenantDaySteps {
  return new TenantDaySteps({
    tenant: name,
    tenantId: config.tenantId,
    root,
    files,
    clock,
    log: c.resolve(LOG),
    archive: c.resolve(ARCHIVE),
    reader: c.resolve(READER),
    budget: c.resolve(BUDGET),
    retention: retentionOfTenant({ config, loaded }),
    copies: c.resolve(DESK).copies,
    software: { name: "daybook", version: VERSION },
    configSha256: loaded.sha256,
    progress: c.resolve(PROGRESS),
    deliveries: c.resolve(DELIVERIES),
    sinkChecks: c.resolve(SINK_CHECKS),
  });
}

function targetsOf(sinks: OpenedSinks, tenant: Tenant, ledger: Ledger): readonly Target[] {
  const { name: owner, files, root, queues, clock } = tenant;
  const archive = folderSource(files, root);
  const ledgerSize = (): number => ledger.size;
  const promiseOf = (day: UtcDay): DayPromise | undefined => {
    const { retention, days } = ledger.index;
    const kept = retentionOfDay(retention, day, days.get(day));
    const isHeld = holdsOn(retention, day).length > 0;
    return kept && { retainUntil: lockDay(kept.retainUntil, utcDayOf(clock.now())), isHeld };
  };
  const { holdViews } = retentionOfTenant(tenant);
  const isExpired = (name: string, day: UtcDay): boolean =>
    queues.some((queue) => queue.kind === "view" && queue.name === name && queue.isExpired(day));
  return [
    ...sinks.stores().map(({ name, store }): Target => ({
      kind: "record",
      name,
      sink: new RecordSink({ name, store, tenant: owner, archive, ledgerSize, keys: ledger.keys, promiseOf }),
    })),
    ...sinks.views().map(({ name, sink }): Target => ({
      kind: "view",
      name,
      sink,
      readBack: true,
      isExpired: (day) =>
        isExpired(name, day) && !(holdViews && holdsOn(ledger.index.retention, day).length > 0),
    })),
  ];
}

async function readSigningKey({ files, root, signingKeyPem }: Tenant): Promise<SigningKey> {
  if (signingKeyPem !== undefined) return SigningKey.fromPem(await signingKeyPem(), "signing.privateKey");
  const path = join(dirname(root), "signing-key.pem");
  // A new key could add nothing to an archive that is there: its own is missing, and that is what must be said.
  return (await isCreated(files, root)) ? loadSigningKey(files, path) : loadOrMakeSigningKey(files, path);
}
