import { join } from "node:path";
import type { DependencyContainer } from "tsyringe";
import { MAX_PAGE_BYTES } from "../bytes/page-scanner.js";
import type { OpenOptions } from "../deliver/plugin-set.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { TenantConfig } from "../config/schema.js";
import { withFields } from "../model/log.js";
import { RequestBudget } from "../plan/request-budget.js";
import { PageFetcher } from "../source/fetch-page.js";
import { Quarantine } from "../source/quarantine.js";
import { DayReader } from "../source/read-day.js";
import { ACCESS_STAMP, RefusalBackoff, SIGN_IN_STAMP } from "../source/refusal-backoff.js";
import { RetryPolicy } from "../source/retry-policy.js";
import { signIn } from "../source/sign-in/sign-in.js";
import type { Tokens } from "../source/tokens.js";
import { credentialOf } from "./credential.js";
import { endpointsFor } from "./endpoints.js";
import { openArchiveOf } from "./open-archive.js";
import type { Tenant } from "./tenant-parts.js";
import { TenantPreflight, applicationOf, certificateDoor } from "./preflight.js";
import { redactedTokens } from "./redacted-tokens.js";
import { sinkTokens } from "./sink-tokens.js";
import {
  ACCESS,
  BUDGET,
  CHECK_TOKENS,
  ENDPOINTS,
  FETCHER,
  LOADED,
  LOG,
  OPEN_SINKS,
  OUTSIDE,
  QUEUES,
  READER,
  RULES,
  SECRETS,
  SINKS,
  TENANT,
  TOKENS,
  provide,
} from "./tokens.js";

const PAGE_LIMITS = { timeoutMs: 300_000, maxBytes: MAX_PAGE_BYTES };
const CHAIN_LIMITS = { maxPages: 10_000, maxRestarts: 2 };
const RETRY = { firstPauseMs: 1_000, maxPauseMs: 120_000, random: Math.random };

/** One tenant's own parts. */
export function composeTenant(root: DependencyContainer, name: string, config: TenantConfig): Tenant {
  const child = root.createChildContainer();
  const stateFolder = join(root.resolve(LOADED).config.stateDir, name);
  child.register(TENANT, { useValue: { name, config, root: stateFolder } });
  child.register(LOG, { useValue: withFields(root.resolve(LOG), { tenant: name }) });
  child.register(ENDPOINTS, { useValue: endpointsFor(config) });
  provide(child, TOKENS, (c) => makeTokens(c, join(stateFolder, SIGN_IN_STAMP)));
  provide(child, CHECK_TOKENS, (c) => makeTokens(c));
  provide(child, ACCESS, makeAccess);
  provide(child, BUDGET, makeBudget);
  provide(child, FETCHER, makeFetcher);
  provide(child, READER, makeReader);
  provide(child, OPEN_SINKS, makeOpenSinks);
  child.register(TenantPreflight, { useClass: TenantPreflight });
  return tenantOf(child);
}

function tenantOf(c: DependencyContainer): Tenant {
  const { clock, files } = c.resolve(OUTSIDE);
  const { name, root, config } = c.resolve(TENANT);
  const loaded = c.resolve(LOADED);
  const secrets = c.resolve(SECRETS);
  const { privateKey } = loaded.config.signing;
  return {
    name,
    root,
    config,
    loaded,
    clock,
    files,
    log: c.resolve(LOG),
    rules: c.resolve(RULES),
    queues: c.resolve(QUEUES),
    credential: credentialOf(config.auth, secrets),
    certificate: certificateDoor(c.resolve(TENANT), secrets, clock),
    signingKeyPem: privateKey === undefined ? undefined : () => secrets.text(privateKey),
    openSinks: () => c.resolve(OPEN_SINKS)(),
    budget: () => c.resolve(BUDGET).state(),
    preflight: () => c.resolve(TenantPreflight),
    openArchive: (watch, signal) => openArchiveOf(c, tenantOf(c), watch, signal),
  };
}

function makeTokens(c: DependencyContainer, stampPath?: string): Tokens {
  const { name, config } = c.resolve(TENANT);
  const { authority, scope } = c.resolve(ENDPOINTS);
  const { http, clock, files, env, redactor } = c.resolve(OUTSIDE);
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
  return redactedTokens(tokens, redactor);
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

function makeBudget(c: DependencyContainer): RequestBudget {
  const { files, clock } = c.resolve(OUTSIDE);
  const { root, config } = c.resolve(TENANT);
  const { requestsPerHour } = config;
  return new RequestBudget(files, clock, { path: join(root, "requests.log"), requestsPerHour });
}

function makeFetcher(c: DependencyContainer): PageFetcher {
  const { files, clock, http, redactor } = c.resolve(OUTSIDE);
  const scope = c.resolve(TENANT);
  const endpoints = c.resolve(ENDPOINTS);
  return new PageFetcher(
    {
      http,
      tokens: c.resolve(TOKENS),
      access: c.resolve(ACCESS),
      application: applicationOf(scope, endpoints),
      budget: c.resolve(BUDGET),
      clock,
      retry: new RetryPolicy(clock, RETRY),
      quarantine: new Quarantine(files, join(scope.root, "quarantine"), redactor.redact),
      log: c.resolve(LOG),
    },
    endpoints,
    PAGE_LIMITS,
  );
}

function makeReader(c: DependencyContainer): DayReader {
  const { files, clock } = c.resolve(OUTSIDE);
  const { compression, collect } = c.resolve(LOADED).config;
  const { concurrency } = collect;
  return new DayReader(
    { fetcher: c.resolve(FETCHER), files, clock, log: c.resolve(LOG) },
    { spoolRoot: join(c.resolve(TENANT).root, "spool"), compression, concurrency, ...CHAIN_LIMITS },
  );
}

function makeOpenSinks(c: DependencyContainer): () => OpenedSinks {
  const { files, clock, http, env, redactor } = c.resolve(OUTSIDE);
  const { plugins, options } = c.resolve(SINKS);
  const { sinks } = c.resolve(LOADED).config;
  const { name: tenant } = c.resolve(TENANT);
  const { authority } = c.resolve(ENDPOINTS);
  const [secrets, log] = [c.resolve(SECRETS), c.resolve(LOG)];
  const doors = { http, clock, files, log, environment: env };
  const opening: OpenOptions = {
    tenant,
    files,
    clock,
    log,
    secret: (ref) => secrets.text(ref),
    azureTokens: (request) =>
      redactedTokens(sinkTokens({ name: tenant, authority }, request, secrets, doors), redactor),
  };
  return () => plugins.openAll(sinks, options, opening);
}
