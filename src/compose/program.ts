import "reflect-metadata";
import { join } from "node:path";
import { container as tsyringeRoot } from "tsyringe";
import type { DependencyContainer } from "tsyringe";
import type { LoadedConfig } from "../config/load.js";
import { SecretSource } from "../config/secrets.js";
import type { PluginSet } from "../deliver/plugin-set.js";
import { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import { probeDisk } from "../io/disk-probe.js";
import { withFields } from "../model/log.js";
import type { Log } from "../model/log.js";
import type { OpenTenant } from "../pass/open-tenant.js";
import { TenantPass } from "../pass/tenant-pass.js";
import { DaemonView } from "../serve/daemon-view.js";
import { ArchiveHold, signingKeyDoor, startArchive } from "./archive-start.js";
import {
  archiveSources,
  makeAnchoring,
  makeDesk,
  makeOpenTenant,
  makePlaces,
  makeSinkChecks,
  makeSteps,
  pastHorizon,
} from "./archive-work.js";
import { configuredLog, loadSinks, readingRules, sinkQueues, tenantScopes } from "./configured.js";
import { credentialOf } from "./credential.js";
import {
  PageSources,
  alertSenders,
  daemonConfig,
  makeDaemon,
  statusServer,
  statusParts,
} from "./daemon-parts.js";
import type { DaemonScope, Lasting } from "./daemon-parts.js";
import { endpointsFor } from "./endpoints.js";
import { TenantPreflight, certificateDoor } from "./preflight.js";
import { makeAccess, makeAnswers, makeBudget, makeFetcher, makeReader } from "./source-parts.js";
import { targetsOf } from "./targets.js";
import type { Outside, Tenant, TenantScope, Watch } from "./tenant-parts.js";
import { sinkOpener, tenantTokens } from "./tenant-tokens.js";
import * as t from "./tokens.js";
import { give, partsOf, provide } from "./tokens.js";

/** The program as one configuration describes it. */
export interface Program {
  readonly loaded: LoadedConfig;
  readonly outside: Outside;
  readonly log: Log;
  readonly secrets: SecretSource;
  readonly plugins: PluginSet;
  /** The wanted tenants, in the order of the file. */
  readonly tenants: readonly Tenant[];
  readonly daemon: (lasting: Lasting) => DaemonScope;
}

// The whole program: four scopes, each a container of tsyringe. A row says which part, of which others, and how it is made.

const AT_PLACE = {
  tenant: t.NAME,
  root: t.ROOT,
  files: t.FILES,
  clock: t.CLOCK,
  log: t.LOG,
  sinks: t.OPENED_SINKS,
};

/** Root: what all tenants share. Loads the plugins, and touches neither archive nor network. */
export async function composeProgram(
  outside: Outside,
  loaded: LoadedConfig,
  isWanted: (tenant: string) => boolean = () => true,
): Promise<Program> {
  const c = tsyringeRoot.createChildContainer();
  const sinks = await loadSinks(outside, loaded);
  give(c, t.OUTSIDE, outside);
  give(c, t.CLOCK, outside.clock);
  give(c, t.FILES, outside.files);
  give(c, t.HTTP, outside.http);
  give(c, t.REDACT, outside.redactor.redact);
  give(c, t.LOADED, loaded);
  give(c, t.SINKS, sinks);
  give(c, t.LOG, configuredLog(outside, loaded));
  give(c, t.SECRETS, new SecretSource(outside.files, outside.env, outside.redactor));
  give(c, t.QUEUES, sinkQueues(loaded, sinks, outside.clock));
  give(c, t.RULES, readingRules(loaded));
  give(
    c,
    t.TENANTS,
    tenantScopes(loaded, isWanted).map((scope) => composeTenant(c, scope)),
  );
  const daemon = (lasting: Lasting): DaemonScope => composeDaemon(c, lasting);
  const parts = partsOf(c, { log: t.LOG, secrets: t.SECRETS, tenants: t.TENANTS });
  return { loaded, outside, plugins: sinks.plugins, daemon, ...parts };
}

/** Tenant: no two tenants share a token, a budget or a folder. */
function composeTenant(program: DependencyContainer, scope: TenantScope): Tenant {
  const c = program.createChildContainer();
  const basic = { scope: t.TENANT, files: t.FILES, clock: t.CLOCK, log: t.LOG };
  const signIn = {
    outside: t.OUTSIDE,
    scope: t.TENANT,
    endpoints: t.ENDPOINTS,
    secrets: t.SECRETS,
    log: t.LOG,
  };
  const fetcher = { answers: t.ANSWERS, http: t.HTTP, tokens: t.TOKENS, access: t.ACCESS, budget: t.BUDGET };
  const secret = { scope: t.TENANT, loaded: t.LOADED, secrets: t.SECRETS, clock: t.CLOCK };
  give(c, t.TENANT, scope);
  give(c, t.NAME, scope.name);
  give(c, t.ROOT, scope.root);
  give(c, t.ENDPOINTS, endpointsFor(scope.config));
  give(c, t.LOG, withFields(program.resolve(t.LOG), { tenant: scope.name }));
  provide(c, t.RETENTION, secret, ({ loaded: { config } }) => scope.config.retention ?? config.retention);
  provide(c, t.CREDENTIAL, secret, ({ secrets }) => credentialOf(scope.config.auth, secrets));
  provide(c, t.CERTIFICATE, secret, certificateDoor);
  provide(c, t.SIGNING_KEY_PEM, secret, signingKeyDoor);
  provide(c, t.TOKENS, signIn, (parts) => tenantTokens(parts, true));
  provide(c, t.CHECK_TOKENS, signIn, (parts) => tenantTokens(parts, false));
  provide(c, t.OPEN_SINKS, { ...signIn, sinks: t.SINKS, loaded: t.LOADED }, sinkOpener);
  provide(c, t.ACCESS, basic, makeAccess);
  provide(c, t.ANSWERS, basic, makeAnswers);
  provide(c, t.BUDGET, basic, makeBudget);
  provide(c, t.FETCHER, { ...basic, ...fetcher, endpoints: t.ENDPOINTS, redact: t.REDACT }, makeFetcher);
  provide(c, t.READER, { ...basic, fetcher: t.FETCHER, loaded: t.LOADED }, makeReader);
  c.register(TenantPreflight, { useClass: TenantPreflight });
  const { name, root, config } = scope;
  return {
    ...partsOf(c, { loaded: t.LOADED, clock: t.CLOCK, files: t.FILES, log: t.LOG, rules: t.RULES }),
    ...partsOf(c, { queues: t.QUEUES, openSinks: t.OPEN_SINKS, credential: t.CREDENTIAL }),
    ...partsOf(c, { certificate: t.CERTIFICATE, signingKeyPem: t.SIGNING_KEY_PEM }),
    name,
    root,
    config,
    budget: () => c.resolve(t.BUDGET).state(),
    preflight: () => c.resolve(TenantPreflight),
    openArchive: (watch, signal) => composeArchive(c, watch, signal),
  };
}

/** Open archive: takes the lock and puts the archive in order. Closing it disposes of the container: sinks, then the lock. */
async function composeArchive(
  tenant: DependencyContainer,
  watch: Watch,
  signal: AbortSignal,
): Promise<OpenTenant> {
  const { files, root } = partsOf(tenant, { files: t.FILES, root: t.ROOT });
  await files.makeFolder(root);
  const c = tenant.createChildContainer();
  give(c, t.UNLOCK, await files.lock(join(root, "lock")));
  give(c, t.PROGRESS, watch.progress);
  if (watch.log !== undefined) give(c, t.LOG, watch.log);
  c.registerSingleton(ArchiveHold);
  provide(c, t.OPENED_SINKS, { hold: ArchiveHold }, ({ hold }) => hold.sinks);
  const start = { ...AT_PLACE, scope: t.TENANT, loaded: t.LOADED, signingKeyPem: t.SIGNING_KEY_PEM };
  try {
    // Resolved first: from here on disposing of the container frees the lock.
    c.resolve(ArchiveHold);
    await probeDisk(files, root);
    give(c, t.ARCHIVE, await startArchive(partsOf(c, start), signal));
    provideWork(c);
    return c.resolve(t.OPEN_TENANT);
  } catch (error) {
    await c.dispose();
    throw error;
  }
}

/** What works on an open archive. */
function provideWork(c: DependencyContainer): void {
  const work = { ...AT_PLACE, archive: t.ARCHIVE, ledger: t.LEDGER, progress: t.PROGRESS };
  const deliver = { ...work, targets: t.TARGETS, sources: t.SOURCES, isPastHorizon: t.IS_PAST_HORIZON };
  const result = { deliveries: t.DELIVERIES, retention: t.DESK, pass: t.PASS };
  const retention = { loaded: t.LOADED, retention: t.RETENTION, endpoints: t.ENDPOINTS, http: t.HTTP };
  const steps = {
    scope: t.TENANT,
    loaded: t.LOADED,
    reader: t.READER,
    budget: t.BUDGET,
    retention: t.RETENTION,
    sinkChecks: t.SINK_CHECKS,
  };
  provide(c, t.LEDGER, { archive: t.ARCHIVE }, ({ archive }) => archive.ledger);
  provide(c, t.SOURCES, work, archiveSources);
  provide(c, t.IS_PAST_HORIZON, { clock: t.CLOCK, rules: t.RULES }, pastHorizon);
  provide(c, t.TARGETS, { ...work, queues: t.QUEUES, retention: t.RETENTION }, targetsOf);
  provide(c, t.PLACES, { ...work, loaded: t.LOADED }, makePlaces);
  provide(c, t.DELIVERIES, { ...deliver, places: t.PLACES }, (parts) => new TenantDeliveries(parts));
  provide(c, t.DESK, { ...deliver, ...retention, deliveries: t.DELIVERIES }, makeDesk);
  provide(c, t.SINK_CHECKS, { ...work, deliveries: t.DELIVERIES }, makeSinkChecks);
  provide(c, t.ANCHORING, { ...work, loaded: t.LOADED, http: t.HTTP }, makeAnchoring);
  const beside = { deliveries: t.DELIVERIES, desk: t.DESK, anchoring: t.ANCHORING };
  provide(c, t.STEPS, { ...work, ...steps, ...beside }, makeSteps);
  provide(c, t.PASS, { ...work, rules: t.RULES, steps: t.STEPS }, (parts) => new TenantPass(parts));
  provide(c, t.OPEN_TENANT, { ...work, ...result }, (parts) =>
    makeOpenTenant(parts, async () => c.dispose()),
  );
}

/** Daemon: what it does and shows under one configuration. A new configuration gets a new container, for the same daemon. */
function composeDaemon(program: DependencyContainer, lasting: Lasting): DaemonScope {
  const c = program.createChildContainer();
  const { counts } = lasting;
  const basic = { outside: t.OUTSIDE, loaded: t.LOADED, log: t.LOG };
  c.registerSingleton(PageSources);
  provide(c, t.DAEMON_CONFIG, { ...basic, tenants: t.TENANTS }, (parts) => daemonConfig(parts, counts));
  provide(c, t.DAEMON, { ...basic, config: t.DAEMON_CONFIG }, (parts) => makeDaemon(parts, lasting));
  provide(c, t.STATE, {}, () => lasting.state ?? c.resolve(t.DAEMON));
  const asked = { ...basic, state: t.STATE, pages: PageSources, secrets: t.SECRETS };
  provide(c, t.STATUS_PARTS, asked, (parts) => statusParts(parts, lasting));
  provide(c, t.STATUS_SERVER, { loaded: t.LOADED, parts: t.STATUS_PARTS }, statusServer);
  provide(c, t.SENDERS, { ...basic, state: t.STATE, secrets: t.SECRETS }, alertSenders);
  const shown = { ...basic, parts: t.STATUS_PARTS, server: t.STATUS_SERVER, senders: t.SENDERS };
  provide(c, t.SHOWN, shown, ({ loaded, ...parts }) => ({
    ...parts,
    listen: loaded.config.serve?.listen,
    close: async () => c.dispose(),
  }));
  provide(c, t.VIEW, { shown: t.SHOWN }, (parts) => new DaemonView(parts.shown));
  return {
    ...partsOf(c, { config: t.DAEMON_CONFIG, shown: t.SHOWN }),
    daemon: () => c.resolve(t.DAEMON),
    view: () => c.resolve(t.VIEW),
  };
}
