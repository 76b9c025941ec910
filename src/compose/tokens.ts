import { instanceCachingFactory } from "tsyringe";
import type { DependencyContainer, InjectionToken } from "tsyringe";
import type { LoadedConfig } from "../config/load.js";
import type { Redactor } from "../config/redactor.js";
import type { TenantConfig } from "../config/schema.js";
import type { SecretSource } from "../config/secrets.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { PluginSet } from "../deliver/plugin-set.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import type { Log } from "../model/log.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { RequestBudget } from "../plan/request-budget.js";
import type { Endpoints } from "../source/clouds.js";
import type { PageFetcher } from "../source/fetch-page.js";
import type { DayReader } from "../source/read-day.js";
import type { RefusalBackoff } from "../source/refusal-backoff.js";
import type { Tokens } from "../source/tokens.js";
import type { LogLevel } from "../io/pino-log.js";

/** What a process brings: the doors to the outside, its environment, and where log lines go. */
export interface Outside {
  readonly clock: Clock;
  readonly files: Files;
  readonly http: Http;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactor: Redactor;
  readonly writeLog: (line: string) => void;
  /** The least that is logged; absent: as the configuration says. */
  readonly logLevel?: LogLevel;
}

/** The tenant that a child container is for. */
export interface TenantScope {
  readonly name: string;
  readonly config: TenantConfig;
  /** `<stateDir>/<tenant>`: its ledger, spool and packages. */
  readonly root: string;
}

/** The configured sinks: their plugins loaded, their options checked. */
export interface ConfiguredSinks {
  readonly plugins: PluginSet;
  readonly options: ReadonlyMap<string, unknown>;
}

// Root: shared by all tenants.
export const OUTSIDE: InjectionToken<Outside> = Symbol("Outside");
export const LOADED: InjectionToken<LoadedConfig> = Symbol("LoadedConfig");
export const LOG: InjectionToken<Log> = Symbol("Log");
export const SECRETS: InjectionToken<SecretSource> = Symbol("SecretSource");
export const SINKS: InjectionToken<ConfiguredSinks> = Symbol("ConfiguredSinks");
export const QUEUES: InjectionToken<readonly SinkQueue[]> = Symbol("SinkQueues");
export const RULES: InjectionToken<ReadingRules> = Symbol("ReadingRules");

// Tenant: no two tenants share a token, a budget or a folder.
export const TENANT: InjectionToken<TenantScope> = Symbol("TenantScope");
export const ENDPOINTS: InjectionToken<Endpoints> = Symbol("Endpoints");
export const TOKENS: InjectionToken<Tokens> = Symbol("Tokens");
/** Ignores the stored refusal, so that `config check` can be run right after a repair. */
export const CHECK_TOKENS: InjectionToken<Tokens> = Symbol("CheckTokens");
/** Shared by reading and the daemon's preflight. */
export const ACCESS: InjectionToken<RefusalBackoff> = Symbol("RefusalBackoff");
export const BUDGET: InjectionToken<RequestBudget> = Symbol("RequestBudget");
export const FETCHER: InjectionToken<PageFetcher> = Symbol("PageFetcher");
export const READER: InjectionToken<DayReader> = Symbol("DayReader");
/** Opens every configured sink for the tenant; does no I/O. */
export const OPEN_SINKS: InjectionToken<() => OpenedSinks> = Symbol("OpenSinks");

/** Makes a part once, from the container's own parts even when a child container asks for it. */
export function provide<T>(
  container: DependencyContainer,
  token: InjectionToken<T>,
  make: (container: DependencyContainer) => T,
): void {
  container.register(token, { useFactory: instanceCachingFactory(() => make(container)) });
}
