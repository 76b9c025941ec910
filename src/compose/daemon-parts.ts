import "reflect-metadata";
import { join } from "node:path";
import { inject, injectable } from "tsyringe";
import type { Disposable } from "tsyringe";
import { folderSource } from "../archive/folder-source.js";
import type { ArchiveSource } from "../archive/source.js";
import type { LoadedConfig } from "../config/load.js";
import type { SecretSource } from "../config/secrets.js";
import { Daemon } from "../daemon/daemon.js";
import type { DaemonConfig } from "../daemon/daemon.js";
import { SharedHttp } from "../daemon/http.js";
import type { DaemonState } from "../daemon/state.js";
import type { TenantWork } from "../daemon/tenant-work.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { Http } from "../io/http.js";
import { systemd } from "../io/notify-systemd.js";
import { VERSION } from "../io/version.js";
import { withFields } from "../model/log.js";
import type { Log } from "../model/log.js";
import { KeptBackDays } from "../plan/kept-back-days.js";
import { usualRequests } from "../view/requests-per-day.js";
import { Inbox } from "../retention/inbox.js";
import { checkAccessToken } from "../serve/access-token.js";
import { AlarmState } from "../serve/alarm-state.js";
import { AlertSender } from "../serve/alert-sender.js";
import type { Counts } from "../serve/counts.js";
import type { DaemonView, Shown } from "../serve/daemon-view.js";
import { StatusServer } from "../serve/status-server.js";
import type { StatusServerParts } from "../serve/status-server.js";
import { sourceContact } from "../source/last-outcome.js";
import { keepFailure } from "../view/last-failure.js";
import { alertForm } from "./alert-forms.js";
import type { Outside, Tenant } from "./tenant-parts.js";
import { TENANTS } from "./tokens.js";

/** Requests to all sources together: bounds the page bodies in memory. */
const REQUESTS_AT_ONCE = 16;

/** What outlives a configuration. */
export interface Lasting {
  readonly counts: Counts;
  readonly usage: StatusServerParts["usage"];
  readonly giveBackMemory?: () => void;
  /** The daemon that already runs. */
  readonly state?: DaemonState;
}

/** The daemon under one configuration. Nothing is started yet. */
export interface DaemonScope {
  readonly config: DaemonConfig;
  readonly shown: Shown;
  readonly daemon: () => Daemon;
  readonly view: () => DaemonView;
}

/** What every part of the daemon uses. */
interface BasicParts {
  readonly outside: Outside;
  readonly loaded: LoadedConfig;
  readonly log: Log;
}

/** Counts requests and bounds how many run at the same time. */
export function onDaemonHttp(http: Http, counts: Counts): Http {
  return counts.onHttp(new SharedHttp(http, REQUESTS_AT_ONCE));
}

export function daemonConfig(
  { loaded, log, tenants }: BasicParts & { readonly tenants: readonly Tenant[] },
  counts: Counts,
): DaemonConfig {
  const { path, sha256 } = loaded;
  return { path, sha256, log, tenants: tenants.map((tenant) => workOf(tenant, counts)) };
}

export function makeDaemon(
  { outside, config }: BasicParts & { readonly config: DaemonConfig },
  { giveBackMemory }: Lasting,
): Daemon {
  const { clock, env } = outside;
  const manager = systemd(env, process.pid);
  return new Daemon(config, { clock, manager, ...(giveBackMemory && { giveBackMemory }) });
}

/** What the daemon does for a tenant. */
function workOf(tenant: Tenant, counts: Counts): TenantWork {
  const { name, config, loaded, root, clock, files, log, rules, budget, certificate } = tenant;
  return {
    tenant: name,
    clock,
    log,
    rules,
    schedule: loaded.config.collect.schedule,
    requestsPerHour: config.requestsPerHour,
    sinks: tenant.queues,
    open: (progress, signal) => {
      const passLog = noted(log, (phrase) => progress.note(name, phrase));
      return tenant.openArchive({ progress: counts.alongside(progress), log: passLog }, signal);
    },
    preflight: async (signal) => {
      await files.makeFolder(root);
      return tenant.preflight().run(signal);
    },
    inbox: new Inbox(files, root),
    budget,
    usualRequests: (index, signal) => usualRequests(index, folderSource(files, root), signal),
    keptBack: () => new KeptBackDays(files, root).read(),
    keepFailure: (error) => keepFailure(files, root, error && { atMs: clock.now(), error }),
    certificate,
    source: () => sourceContact(files, root),
  };
}

/** Every line that a pass logs is a sign of life: deliveries have no other. */
function noted(log: Log, note: (phrase: string) => void): Log {
  return {
    debug: (fields, phrase) => log.debug(fields, phrase),
    info: (fields, phrase) => (note(phrase), log.info(fields, phrase)),
    warn: (fields, phrase) => (note(phrase), log.warn(fields, phrase)),
    error: (fields, phrase) => (note(phrase), log.error(fields, phrase)),
  };
}

/** Opens a tenant's sinks for the page of a day whose package the state folder no longer has. */
@injectable()
export class PageSources implements Disposable {
  readonly #opened = new Map<string, OpenedSinks>();

  constructor(@inject(TENANTS) private readonly tenants: readonly Tenant[]) {}

  of(name: string): readonly ArchiveSource[] {
    const tenant = this.tenants.find((one) => one.name === name);
    if (tenant === undefined) return [];
    const opened = this.#opened.get(name) ?? tenant.openSinks();
    this.#opened.set(name, opened);
    return [folderSource(tenant.files, tenant.root), ...opened.sources(name)];
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((sinks) => sinks[Symbol.asyncDispose]()));
  }
}

export function statusParts(
  {
    outside,
    loaded,
    log,
    state,
    pages,
    secrets,
  }: BasicParts & {
    readonly state: DaemonState;
    readonly pages: PageSources;
    readonly secrets: SecretSource;
  },
  { counts, usage }: Lasting,
): StatusServerParts {
  const { clock, redactor } = outside;
  const { hosts = [], token } = loaded.config.serve ?? {};
  const sourcesOf = (tenant: string): readonly ArchiveSource[] => pages.of(tenant);
  const parts = { state, counts, usage, clock, log, redact: redactor.redact, sourcesOf, hosts };
  const read = token && (async () => checkAccessToken(await secrets.text(token)));
  return { ...parts, ...(read && { token: read }), version: VERSION };
}

/** Undefined where the configuration has no `serve`. */
export function statusServer({
  loaded,
  parts,
}: {
  readonly loaded: LoadedConfig;
  readonly parts: StatusServerParts;
}): StatusServer | undefined {
  const { serve } = loaded.config;
  return serve && new StatusServer(parts, serve.listen);
}

/** One for each configured receiver. */
export function alertSenders({
  outside: {
    files,
    http,
    clock,
    redactor: { redact },
  },
  loaded,
  secrets,
  state,
  log,
}: BasicParts & { readonly state: DaemonState; readonly secrets: SecretSource }): readonly AlertSender[] {
  const { alerts = {}, stateDir } = loaded.config;
  return Object.entries(alerts).map(([name, config]) => {
    const ownLog = withFields(log, { receiver: name });
    const notified = new AlarmState(files, join(stateDir, `alerts-${name}.json`), ownLog);
    const parts = { state, notified, redact, http, clock, log: ownLog, version: VERSION };
    return new AlertSender(alertForm(name, config, secrets), parts);
  });
}
