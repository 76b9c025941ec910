import { join } from "node:path";
import { Anchoring } from "../anchor/anchoring.js";
import type { AnchorRules } from "../anchor/anchoring.js";
import { folderSource } from "../archive/folder-source.js";
import { storeSource } from "../archive/source.js";
import { signatureProblem } from "../archive/ssh-signature.js";
import type { ArchiveSource } from "../archive/source.js";
import type { LoadedConfig } from "../config/load.js";
import type { RetentionConfig, WitnessConfig } from "../config/schema.js";
import type { Target } from "../deliver/deliver-day.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { SinkChecks } from "../deliver/sink-checks.js";
import { SinkPlaces } from "../deliver/sink-places.js";
import type { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import { VERSION } from "../io/version.js";
import type { Ledger } from "../ledger/ledger.js";
import type { OpenArchive } from "../ledger/open-archive.js";
import { proveArchive } from "../ledger/prove-archive.js";
import { finishHalfSteps } from "../ledger/recovery.js";
import type { Log } from "../model/log.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../model/note-key.js";
import { dayEndMs } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { TenantDaySteps } from "../pass/day-steps.js";
import type { OpenTenant } from "../pass/open-tenant.js";
import type { PassProgress } from "../pass/progress.js";
import type { TenantPass } from "../pass/tenant-pass.js";
import { deadlineMs } from "../plan/day-state.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { RequestBudget } from "../plan/request-budget.js";
import { RetentionDesk } from "../retention/desk.js";
import type { Endpoints } from "../source/clouds.js";
import type { DayReader } from "../source/read-day.js";
import { sourceDate } from "../source/source-date.js";
import type { TenantScope } from "./tenant-parts.js";

const SOFTWARE = { name: "daybook", version: VERSION } as const;

/** What everything that works on an open archive uses. */
export interface WorkParts {
  readonly tenant: string;
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly archive: OpenArchive;
  readonly ledger: Ledger;
  readonly progress: PassProgress;
  readonly sinks: OpenedSinks;
}

export function archiveSources({ tenant, root, files, sinks }: WorkParts): readonly ArchiveSource[] {
  return [folderSource(files, root), ...sinks.sources(tenant)];
}

export function makePlaces(parts: WorkParts & { readonly loaded: LoadedConfig }): SinkPlaces {
  return new SinkPlaces({ ...parts, configSha256: parts.loaded.sha256 });
}

export function makeAnchoring({
  loaded,
  ...parts
}: WorkParts & { readonly loaded: LoadedConfig; readonly http: Http }): Anchoring {
  const { every, witnesses } = loaded.config.anchor;
  return new Anchoring({ ...parts, rules: { every, witnesses: witnesses.flatMap(witnessOf) } });
}

/** The configuration's own rules let only keys through that can be read. */
function witnessOf({ url, key: text, required }: WitnessConfig): AnchorRules["witnesses"] {
  const key = parseNoteKey(text, SIGNATURE_TYPE.witness);
  return key === undefined ? [] : [{ url, key, required }];
}

export interface StepsParts extends WorkParts {
  readonly scope: TenantScope;
  readonly loaded: LoadedConfig;
  readonly reader: DayReader;
  readonly budget: RequestBudget;
  readonly retention: RetentionConfig;
  readonly deliveries: TenantDeliveries;
  readonly sinkChecks: SinkChecks;
  readonly desk: RetentionDesk;
  readonly anchoring: Anchoring;
}

export function makeSteps(parts: StepsParts): TenantDaySteps {
  const { tenantId } = parts.scope.config;
  const { copies } = parts.desk;
  return new TenantDaySteps({
    ...parts,
    tenantId,
    copies,
    software: SOFTWARE,
    configSha256: parts.loaded.sha256,
  });
}

export interface HorizonParts {
  readonly clock: Clock;
  readonly rules: ReadingRules;
}

/** Whether the source no longer serves the day. */
export function pastHorizon({ clock, rules }: HorizonParts): (day: UtcDay) => boolean {
  return (day) => clock.now() > Math.max(deadlineMs(day, rules), dayEndMs(day));
}

export interface DeskParts extends WorkParts {
  readonly loaded: LoadedConfig;
  readonly retention: RetentionConfig;
  readonly targets: readonly Target[];
  readonly sources: readonly ArchiveSource[];
  readonly isPastHorizon: (day: UtcDay) => boolean;
  readonly endpoints: Endpoints;
  readonly http: Http;
  readonly deliveries: TenantDeliveries;
}

export function makeDesk(parts: DeskParts): RetentionDesk {
  const { loaded, retention, endpoints, http, deliveries, files, root } = parts;
  const { api } = endpoints;
  const isAutomatic = retention.dispose === "automatic";
  return new RetentionDesk({
    ...parts,
    settings: { ...retention, isAutomatic, people: loaded.config.people ?? {} },
    otherClock: { name: new URL(api).host, read: (signal) => sourceDate(http, api, signal) },
    signatureProblem: (one) => signatureProblem(one, files, join(root, "staging", "statement")),
    syncLedgers: (signal) => deliveries.syncLedgers(signal),
  });
}

export function makeSinkChecks(
  parts: WorkParts & { readonly deliveries: Pick<TenantDeliveries, "failures"> },
): SinkChecks {
  const { tenant, sinks, deliveries } = parts;
  return new SinkChecks({
    ...parts,
    sinks: sinks.stores().map(({ name, store }) => ({ name, source: storeSource(store, tenant) })),
    isFailing: (sink) => deliveries.failures.has(sink),
  });
}

export interface OpenTenantParts extends WorkParts {
  readonly deliveries: TenantDeliveries;
  readonly retention: RetentionDesk;
  readonly pass: TenantPass;
}

export function makeOpenTenant(parts: OpenTenantParts, close: () => Promise<void>): OpenTenant {
  const { tenant, archive, ledger, deliveries, retention, pass, progress } = parts;
  const note = (what: string): void => progress.note(tenant, what);
  return {
    ledger,
    deliveries,
    retention,
    pass,
    prove: (signal) => proveArchive({ ...parts, note }, signal),
    finishHalfSteps: (signal) => finishHalfSteps({ ...parts, identity: archive.identity }, signal),
    close,
  };
}
