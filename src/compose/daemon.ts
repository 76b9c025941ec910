import { folderSource } from "../archive/folder-source.js";
import { Daemon } from "../daemon/daemon.js";
import type { DaemonConfig } from "../daemon/daemon.js";
import { SharedHttp } from "../daemon/http.js";
import type { TenantWork } from "../daemon/tenant-work.js";
import type { Http } from "../io/http.js";
import { systemd } from "../io/notify-systemd.js";
import { Inbox } from "../retention/inbox.js";
import type { Log } from "../model/log.js";
import { KeptBackDays } from "../plan/kept-back-days.js";
import { usualRequests } from "../plan/requests-per-day.js";
import type { Counts } from "../serve/counts.js";
import { keepFailure } from "../view/last-failure.js";
import { DaemonView } from "./daemon-view.js";
import type { Program } from "./root.js";
import type { Tenant } from "./tenant-parts.js";

/** Requests to all sources together: bounds the page bodies in memory. */
const REQUESTS_AT_ONCE = 16;

/** The daemon with what it shows of itself. Each follows a new configuration. */
export interface DaemonParts {
  readonly daemon: Daemon;
  readonly view: DaemonView;
  readonly counts: Counts;
}

/** Starts nothing yet. */
export function composeDaemon(program: Program, counts: Counts, giveBackMemory?: () => void): DaemonParts {
  const { clock, env } = program.outside;
  const parts = { clock, manager: systemd(env, process.pid) };
  const daemon = new Daemon(
    daemonConfig(program, counts),
    giveBackMemory === undefined ? parts : { ...parts, giveBackMemory },
  );
  return { daemon, counts, view: new DaemonView(daemon, counts, program) };
}

/** Counts requests and bounds how many run at the same time. */
export function onDaemonHttp(http: Http, counts: Counts): Http {
  return counts.onHttp(new SharedHttp(http, REQUESTS_AT_ONCE));
}

/** What the daemon does under a configuration. */
export function daemonConfig({ loaded, log, tenants }: Program, counts: Counts): DaemonConfig {
  const { path, sha256 } = loaded;
  const work = tenants.map((tenant) => workOf(tenant, counts));
  return { path, sha256, log, tenants: work };
}

function workOf(parts: Tenant, counts: Counts): TenantWork {
  const { name: tenant, config, root, clock, files, log } = parts;
  return {
    tenant,
    clock,
    log,
    rules: parts.rules,
    schedule: parts.loaded.config.collect.schedule,
    requestsPerHour: config.requestsPerHour,
    sinks: parts.queues,
    open: (progress, signal) =>
      parts.openArchive(
        {
          progress: counts.alongside(progress),
          log: noted(log, (phrase) => progress.note(tenant, phrase)),
        },
        signal,
      ),
    preflight: async (signal) => {
      await files.makeFolder(root);
      return parts.preflight().run(signal);
    },
    inbox: new Inbox(files, root),
    budget: parts.budget,
    usualRequests: (index) => usualRequests(index, folderSource(files, root), new AbortController().signal),
    keptBack: () => new KeptBackDays(files, root).read(),
    keepFailure: (error) =>
      keepFailure(files, root, error === undefined ? undefined : { atMs: clock.now(), error }),
    certificate: parts.certificate,
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
