import "reflect-metadata";
import { instanceCachingFactory } from "tsyringe";
import type { DependencyContainer, InjectionToken } from "tsyringe";
import type { Anchoring } from "../anchor/anchoring.js";
import type { LoadedConfig } from "../config/load.js";
import type { RetentionConfig } from "../config/schema.js";
import type { SecretSource } from "../config/secrets.js";
import type { Daemon, DaemonConfig } from "../daemon/daemon.js";
import type { DaemonState } from "../daemon/state.js";
import type { Target } from "../deliver/deliver-day.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { SinkChecks } from "../deliver/sink-checks.js";
import type { SinkPlaces } from "../deliver/sink-places.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import type { Ledger } from "../ledger/ledger.js";
import type { OpenArchive } from "../ledger/open-archive.js";
import type { Log } from "../model/log.js";
import type { UtcDay } from "../model/utc-day.js";
import type { TenantDaySteps } from "../pass/day-steps.js";
import type { OpenTenant } from "../pass/open-tenant.js";
import type { PassProgress } from "../pass/progress.js";
import type { TenantPass } from "../pass/tenant-pass.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { RequestBudget } from "../plan/request-budget.js";
import type { ArchiveSource } from "../archive/source.js";
import type { RetentionDesk } from "../retention/desk.js";
import type { AlertSender } from "../serve/alert-sender.js";
import type { DaemonView, Shown } from "../serve/daemon-view.js";
import type { StatusServer, StatusServerParts } from "../serve/status-server.js";
import type { Endpoints } from "../source/clouds.js";
import type { PageFetcher } from "../source/fetch-page.js";
import type { DayReader } from "../source/read-day.js";
import type { LastOutcome } from "../source/last-outcome.js";
import type { RefusalBackoff } from "../source/refusal-backoff.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { Credential } from "../source/sign-in/sign-in.js";
import type { Tokens } from "../source/tokens.js";
import type { ConfiguredSinks, Outside, Tenant, TenantScope } from "./tenant-parts.js";

// Root: shared by all tenants.
export const OUTSIDE = token<Outside>("Outside");
export const CLOCK = token<Clock>("Clock");
export const FILES = token<Files>("Files");
export const HTTP = token<Http>("Http");
export const LOADED = token<LoadedConfig>("LoadedConfig");
export const LOG = token<Log>("Log");
export const REDACT = token<(text: string) => string>("Redact");
export const SECRETS = token<SecretSource>("SecretSource");
export const SINKS = token<ConfiguredSinks>("ConfiguredSinks");
export const QUEUES = token<readonly SinkQueue[]>("SinkQueues");
export const RULES = token<ReadingRules>("ReadingRules");
export const TENANTS = token<readonly Tenant[]>("Tenants");

// Tenant: no two tenants share a token, a budget or a folder.
export const TENANT = token<TenantScope>("TenantScope");
export const NAME = token<string>("TenantName");
export const ROOT = token<string>("TenantRoot");
export const RETENTION = token<RetentionConfig>("Retention");
export const ENDPOINTS = token<Endpoints>("Endpoints");
export const TOKENS = token<Tokens>("Tokens");
/** Ignores the stored refusal, so that `config check` can be run right after a repair. */
export const CHECK_TOKENS = token<Tokens>("CheckTokens");
/** Shared by reading and the daemon's preflight. */
export const ACCESS = token<RefusalBackoff>("RefusalBackoff");
export const ANSWERS = token<LastOutcome>("LastOutcome");
export const BUDGET = token<RequestBudget>("RequestBudget");
export const FETCHER = token<PageFetcher>("PageFetcher");
export const READER = token<DayReader>("DayReader");
/** Opens every configured sink for the tenant; does no I/O. */
export const OPEN_SINKS = token<() => OpenedSinks>("OpenSinks");
export const CREDENTIAL = token<Credential>("Credential");
/** Reads when the client certificate ends; undefined where the tenant signs in without one. */
export const CERTIFICATE = token<(() => Promise<CertificateExpiry>) | undefined>("Certificate");
/** The configured signing key, PEM; undefined: one is kept in the state folder. */
export const SIGNING_KEY_PEM = token<(() => Promise<string>) | undefined>("SigningKeyPem");

// Open archive: ends when the archive is closed.
export const UNLOCK = token<() => void>("Unlock");
export const OPENED_SINKS = token<OpenedSinks>("OpenedSinks");
export const PROGRESS = token<PassProgress>("PassProgress");
export const ARCHIVE = token<OpenArchive>("OpenArchive");
export const LEDGER = token<Ledger>("Ledger");
/** Where packages can be read: the state folder, then the record sinks. */
export const SOURCES = token<readonly ArchiveSource[]>("Sources");
export const TARGETS = token<readonly Target[]>("Targets");
export const IS_PAST_HORIZON = token<(day: UtcDay) => boolean>("IsPastHorizon");
export const PLACES = token<SinkPlaces>("SinkPlaces");
export const DELIVERIES = token<TenantDeliveries>("TenantDeliveries");
export const SINK_CHECKS = token<SinkChecks>("SinkChecks");
export const DESK = token<RetentionDesk>("RetentionDesk");
export const ANCHORING = token<Anchoring>("Anchoring");
export const STEPS = token<TenantDaySteps>("TenantDaySteps");
export const PASS = token<TenantPass>("TenantPass");
export const OPEN_TENANT = token<OpenTenant>("OpenTenant");

// Daemon: what it does and shows under one configuration.
export const DAEMON_CONFIG = token<DaemonConfig>("DaemonConfig");
export const DAEMON = token<Daemon>("Daemon");
/** The daemon that runs: it outlives a configuration. */
export const STATE = token<DaemonState>("DaemonState");
export const STATUS_PARTS = token<StatusServerParts>("StatusServerParts");
export const STATUS_SERVER = token<StatusServer | undefined>("StatusServer");
export const SENDERS = token<readonly AlertSender[]>("AlertSenders");
export const SHOWN = token<Shown>("Shown");
export const VIEW = token<DaemonView>("DaemonView");

/** The tokens of the parts of which something is made, under the names that it uses. */
export type Needs<P> = { readonly [K in keyof P]: InjectionToken<P[K]> };

function token<T>(name: string): InjectionToken<T> {
  return Symbol(name);
}

export function give<T>(container: DependencyContainer, part: InjectionToken<T>, value: T): void {
  container.register(part, { useValue: value });
}

/** Makes a part of others once, of this container's own even when a child asks for it. */
export function provide<T, P>(
  container: DependencyContainer,
  part: InjectionToken<T>,
  needs: Needs<P>,
  make: (parts: P) => T,
): void {
  container.register(part, { useFactory: instanceCachingFactory(() => make(partsOf(container, needs))) });
}

export function partsOf<P>(container: DependencyContainer, needs: Needs<P>): P {
  const found = Object.entries<InjectionToken<unknown>>(needs).map(([name, part]) => [
    name,
    container.resolve(part),
  ]);
  return Object.fromEntries(found) as P;
}
