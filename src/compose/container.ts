import "reflect-metadata";
import { join } from "node:path";
import { container as tsyringeRoot, instanceCachingFactory } from "tsyringe";
import type { DependencyContainer, InjectionToken } from "tsyringe";
import type { LoadedConfig } from "../config/load.js";
import type { Redactor } from "../config/redactor.js";
import type { TenantConfig } from "../config/schema.js";
import { SecretSource } from "../config/secrets.js";
import { redactedTokens } from "./redacted-tokens.js";
import { sinkTokens } from "./sink-tokens.js";
import { MAX_PAGE_BYTES } from "../bytes/page-scanner.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import { createPinoLog } from "../io/pino-log.js";
import { addToDay, durationMs } from "../model/duration.js";
import type { Duration } from "../model/duration.js";
import { withFields } from "../model/log.js";
import type { Log } from "../model/log.js";
import { DAY_MS, addDays, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { ReadingRules } from "../plan/day-state.js";
import { RequestBudget } from "../plan/request-budget.js";
import { checkSinkOptions } from "../config/sink-options.js";
import { credentialOf } from "./credential.js";
import { PluginSet } from "../deliver/plugin-set.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { OpenOptions } from "../deliver/plugin-set.js";
import { VERSION } from "../io/version.js";
import type { TenantParts } from "./open-tenant.js";
import { endpointsFor } from "./endpoints.js";
import type { Endpoints } from "../source/clouds.js";
import { PageFetcher } from "../source/fetch-page.js";
import { Quarantine } from "../source/quarantine.js";
import { DayReader } from "../source/read-day.js";
import { RetryPolicy } from "../source/retry-policy.js";
import { signIn } from "../source/sign-in/sign-in.js";
import { ACCESS_STAMP, RefusalBackoff, SIGN_IN_STAMP } from "../source/refusal-backoff.js";
import type { Tokens } from "../source/tokens.js";

/** What a process brings: the doors to the outside, its environment, and where log lines go. */
export interface Outside {
  readonly clock: Clock;
  readonly files: Files;
  readonly http: Http;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactor: Redactor;
  readonly writeLog: (line: string) => void;
}

/** The tenant that a child container is for. */
export interface TenantScope {
  readonly name: string;
  readonly config: TenantConfig;
  /** `<stateDir>/<tenant>`: its ledger, spool and packages. */
  readonly root: string;
}

/** A container as everybody else sees it: something to resolve a token with. */
export type Composition = Pick<DependencyContainer, "resolve">;

/** The configured sinks: their plugins loaded, their options checked. */
export interface ConfiguredSinks {
  readonly plugins: PluginSet;
  readonly options: ReadonlyMap<string, unknown>;
}

export const OUTSIDE: InjectionToken<Outside> = Symbol("Outside");
export const LOADED: InjectionToken<LoadedConfig> = Symbol("LoadedConfig");
export const REDACTOR: InjectionToken<Redactor> = Symbol("Redactor");
export const LOG: InjectionToken<Log> = Symbol("Log");
export const SECRETS: InjectionToken<SecretSource> = Symbol("SecretSource");
export const SINKS: InjectionToken<ConfiguredSinks> = Symbol("ConfiguredSinks");
export const RULES: InjectionToken<ReadingRules> = Symbol("ReadingRules");

export const TENANT: InjectionToken<TenantScope> = Symbol("TenantScope");
export const ENDPOINTS: InjectionToken<Endpoints> = Symbol("Endpoints");
export const TOKENS: InjectionToken<Tokens> = Symbol("Tokens");
/** For `config check`: without the stamp of the last refusal, so that an operator who mended it need not wait. */
export const CHECK_TOKENS: InjectionToken<Tokens> = Symbol("CheckTokens");
/** Shared by reading and the daemon's preflight. */
export const ACCESS: InjectionToken<RefusalBackoff> = Symbol("RefusalBackoff");
export const BUDGET: InjectionToken<RequestBudget> = Symbol("RequestBudget");
export const FETCHER: InjectionToken<PageFetcher> = Symbol("PageFetcher");
export const READER: InjectionToken<DayReader> = Symbol("DayReader");
/** Opens every configured sink for the tenant; does no I/O. */
export const VIEW_EXPIRED: InjectionToken<(sink: string, day: UtcDay) => boolean> = Symbol("ViewExpired");
export const OPEN_SINKS: InjectionToken<() => OpenedSinks> = Symbol("OpenSinks");
export const TENANT_PARTS: InjectionToken<TenantParts> = Symbol("TenantParts");

const PAGE_LIMITS = { timeoutMs: 300_000, maxBytes: MAX_PAGE_BYTES };
const CHAIN_LIMITS = { maxPages: 10_000, maxRestarts: 2 };
const RETRY = { firstPauseMs: 1_000, maxPauseMs: 120_000, random: Math.random };

/** What every tenant shares. The one place that knows how the parts fit together. */
export async function composeRoot(outside: Outside, loaded: LoadedConfig): Promise<DependencyContainer> {
  const root = tsyringeRoot.createChildContainer();
  root.register(OUTSIDE, { useValue: outside });
  root.register(LOADED, { useValue: loaded });
  root.register(REDACTOR, { useValue: outside.redactor });
  root.register(LOG, { useFactory: instanceCachingFactory(makeLog) });
  root.register(SECRETS, {
    useFactory: instanceCachingFactory(
      (c) => new SecretSource(outside.files, outside.env, c.resolve(REDACTOR)),
    ),
  });
  root.register(SINKS, { useValue: await loadSinks(outside, loaded) });
  root.register(VIEW_EXPIRED, { useValue: viewExpiry(outside, loaded) });
  root.register(RULES, { useValue: readingRules(loaded.config.collect) });
  return root;
}

/** One tenant's own parts: no two tenants share a token, a budget or a folder. */
export function composeTenant(
  root: DependencyContainer,
  name: string,
  config: TenantConfig,
): DependencyContainer {
  const child = root.createChildContainer();
  const scope = { name, config, root: join(root.resolve(LOADED).config.stateDir, name) };
  child.register(TENANT, { useValue: scope });
  child.register(LOG, { useValue: withFields(root.resolve(LOG), { tenant: name }) });
  child.register(ENDPOINTS, { useValue: endpointsFor(config) });
  child.register(TOKENS, {
    useFactory: instanceCachingFactory((c) => makeTokens(c, join(scope.root, SIGN_IN_STAMP))),
  });
  child.register(CHECK_TOKENS, { useFactory: (c) => makeTokens(c) });
  child.register(ACCESS, { useFactory: instanceCachingFactory(makeAccess) });
  child.register(BUDGET, { useFactory: instanceCachingFactory(makeBudget) });
  child.register(FETCHER, { useFactory: instanceCachingFactory(makeFetcher) });
  child.register(READER, { useFactory: instanceCachingFactory(makeReader) });
  child.register(OPEN_SINKS, { useFactory: instanceCachingFactory(makeOpenSinks) });
  child.register(TENANT_PARTS, { useFactory: instanceCachingFactory(makeTenantParts) });
  return child;
}

function makeLog(c: DependencyContainer): Log {
  const { clock, writeLog } = c.resolve(OUTSIDE);
  const { level } = c.resolve(LOADED).config.log;
  const { redact } = c.resolve(REDACTOR);
  return createPinoLog({ level, redact, now: () => clock.now(), write: writeLog });
}

function readingRules({ horizon, readAfter }: LoadedConfig["config"]["collect"]): ReadingRules {
  return { horizonDays: Math.floor(lengthMs(horizon) / DAY_MS), readAfterMs: readAfter.map(lengthMs) };
}

/** The schema admits no calendar years here. */
function lengthMs(duration: Duration): number {
  return durationMs(duration) ?? 0;
}

function makeTokens(c: DependencyContainer, stampPath?: string): Tokens {
  const { name, config } = c.resolve(TENANT);
  const { authority, scope } = c.resolve(ENDPOINTS);
  const { http, clock, files, env } = c.resolve(OUTSIDE);
  const tokens = signIn(
    {
      name,
      credential: credentialOf(config.auth, c.resolve(SECRETS)),
      ...(stampPath === undefined ? {} : { stampPath }),
      ...(authority === undefined ? {} : { authority }),
      ...(scope === undefined ? {} : { scope }),
    },
    { http, clock, files, log: c.resolve(LOG), environment: env },
  );
  return redactedTokens(tokens, c.resolve(REDACTOR));
}

function makeAccess(c: DependencyContainer): RefusalBackoff {
  const { files, clock } = c.resolve(OUTSIDE);
  const { name, root } = c.resolve(TENANT);
  return new RefusalBackoff({
    code: "ACCESS_DENIED",
    subject: `access of ${name}`,
    clock,
    log: c.resolve(LOG),
    stamp: { files, path: join(root, ACCESS_STAMP) },
  });
}

/** Who asks whom, as configured: by this a refusal of the source is kept. */
export function applicationOf(c: Composition): string {
  return JSON.stringify([c.resolve(ENDPOINTS).api, c.resolve(TENANT).config.auth]);
}

function makeBudget(c: DependencyContainer): RequestBudget {
  const { files, clock } = c.resolve(OUTSIDE);
  const { root, config } = c.resolve(TENANT);
  return new RequestBudget(files, clock, {
    path: join(root, "requests.log"),
    requestsPerHour: config.requestsPerHour,
  });
}

function makeFetcher(c: DependencyContainer): PageFetcher {
  const { files, clock, http } = c.resolve(OUTSIDE);
  return new PageFetcher(
    {
      http,
      tokens: c.resolve(TOKENS),
      access: c.resolve(ACCESS),
      application: applicationOf(c),
      budget: c.resolve(BUDGET),
      clock,
      retry: new RetryPolicy(clock, RETRY),
      quarantine: new Quarantine(
        files,
        join(c.resolve(TENANT).root, "quarantine"),
        c.resolve(REDACTOR).redact,
      ),
      log: c.resolve(LOG),
    },
    c.resolve(ENDPOINTS),
    PAGE_LIMITS,
  );
}

function makeReader(c: DependencyContainer): DayReader {
  const { files, clock } = c.resolve(OUTSIDE);
  const { compression, collect } = c.resolve(LOADED).config;
  return new DayReader(
    { fetcher: c.resolve(FETCHER), files, clock, log: c.resolve(LOG) },
    {
      spoolRoot: join(c.resolve(TENANT).root, "spool"),
      compression,
      concurrency: collect.concurrency,
      ...CHAIN_LIMITS,
    },
  );
}

/** Plugins are code that the configuration names: those that cannot be loaded or configured stop the start. */
async function loadSinks({ files }: Outside, { config, source }: LoadedConfig): Promise<ConfiguredSinks> {
  const plugins = await PluginSet.load(config.sinks, { files, configFolder: source.folder });
  const options = checkSinkOptions(config, source, (use) => plugins.plugin(use));
  return { plugins, options };
}

/** A view's `keep` counts from the end of the day, as retention does. */
function viewExpiry({ clock }: Outside, { config }: LoadedConfig): (sink: string, day: UtcDay) => boolean {
  return (sink, day) => {
    const keep = config.sinks[sink]?.keep;
    return keep !== undefined && addToDay(addDays(day, 1), keep) <= utcDayOf(clock.now());
  };
}

function makeOpenSinks(c: DependencyContainer): () => OpenedSinks {
  const { files, clock } = c.resolve(OUTSIDE);
  const { plugins, options } = c.resolve(SINKS);
  const { sinks } = c.resolve(LOADED).config;
  const opening: OpenOptions = {
    tenant: c.resolve(TENANT).name,
    files,
    clock,
    log: c.resolve(LOG),
    secret: (ref) => c.resolve(SECRETS).text(ref),
    azureTokens: (request) => {
      const { http, env } = c.resolve(OUTSIDE);
      const doors = { http, clock, files, log: c.resolve(LOG), environment: env };
      const side = { name: c.resolve(TENANT).name, authority: c.resolve(ENDPOINTS).authority };
      const tokens = sinkTokens(side, request, c.resolve(SECRETS), doors);
      return redactedTokens(tokens, c.resolve(REDACTOR));
    },
  };
  return () => plugins.openAll(sinks, options, opening);
}

function makeTenantParts(c: DependencyContainer): TenantParts {
  const { files, clock } = c.resolve(OUTSIDE);
  const { config, sha256 } = c.resolve(LOADED);
  const { name, root, config: tenant } = c.resolve(TENANT);
  const { privateKey } = config.signing;
  const { schedule, keep } = config.retention;
  return {
    tenant: name,
    tenantId: tenant.tenantId,
    root,
    files,
    clock,
    log: c.resolve(LOG),
    reader: c.resolve(READER),
    budget: c.resolve(BUDGET),
    rules: c.resolve(RULES),
    retention: { schedule, keep },
    software: { name: "daybook", version: VERSION },
    configSha256: sha256,
    signingKeyPem: privateKey === undefined ? undefined : () => c.resolve(SECRETS).text(privateKey),
    viewExpired: c.resolve(VIEW_EXPIRED),
    openSinks: c.resolve(OPEN_SINKS),
  };
}
