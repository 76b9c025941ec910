import { BUDGET, LOADED, LOG, OUTSIDE, RULES, TENANT, TENANT_PARTS } from "../compose/container.js";
import type { Composition } from "../compose/container.js";
import { changedKeys } from "../daemon/config-changes.js";
import { SharedHttp } from "../daemon/http.js";
import type { TenantWork } from "../daemon/tenant-work.js";
import { Daemon } from "../daemon/daemon.js";
import type { DaemonConfig } from "../daemon/daemon.js";
import { systemd } from "../io/notify-systemd.js";
import { keepFailure } from "../view/last-failure.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { openTenant } from "../compose/open-tenant.js";
import { folderSource } from "../archive/source.js";
import { Counts } from "../serve/counts.js";
import { certificateDoor, preflightTenant } from "../compose/tenant-preflight.js";
import { usualRequests } from "../plan/requests-per-day.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { errorFields, logTerminal } from "./daemon-log.js";
import { DaemonView } from "./daemon-view.js";
import { worstExit } from "./exit-codes.js";
import { sinkQueues } from "./sink-queues.js";
import { openWorkspace } from "./workspace.js";
import type { Workspace } from "./workspace.js";

/** Requests to all sources together: bounds the page bodies in memory. */
const REQUESTS_AT_ONCE = 16;

/** The daemon: every tenant of the configuration, until SIGTERM or SIGINT. SIGHUP reads the configuration again. */
export const runDaemon: Command<CommonOptions> = async (options, outer) => {
  const counts = new Counts();
  const surroundings = {
    ...outer,
    http: counts.onHttp(new SharedHttp(outer.http, REQUESTS_AT_ONCE)),
    stderr: logTerminal(outer.stderr, outer.env),
  };
  const { clock, signal, env } = surroundings;
  let workspace = await openWorkspace(options, surroundings);
  const { giveBackMemory } = outer;
  const parts = { clock, manager: systemd(env, process.pid) };
  const daemon = new Daemon(
    configOf(workspace, counts),
    giveBackMemory === undefined ? parts : { ...parts, giveBackMemory },
  );
  const view = new DaemonView(daemon, counts, workspace);
  const reread = oneAtATime(async () => {
    workspace = await reload({ daemon, view, counts }, workspace, options, surroundings);
  });
  const ignoreHangup = outer.onHangup(reread);
  try {
    await view.start();
    const exits = await daemon.run(signal);
    return { exit: worstExit(exits), text: "", json: undefined };
  } finally {
    ignoreHangup();
    await view.close();
  }
};

/** What follows a configuration. */
interface Running {
  readonly daemon: Daemon;
  readonly view: DaemonView;
  readonly counts: Counts;
}

/** A configuration that breaks a rule changes nothing: what worked goes on. */
async function reload(
  { daemon, view, counts }: Running,
  before: Workspace,
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<Workspace> {
  try {
    const after = await openWorkspace(options, surroundings);
    const keys = changedKeys(before.loaded.config, after.loaded.config);
    after.root.resolve(LOG).info({ config: after.loaded.sha256, keys }, "configuration changed");
    daemon.reload(configOf(after, counts));
    await view.follow(after);
    return after;
  } catch (error) {
    const fields = isDaybookError(error) ? errorFields(error) : { code: "INTERNAL", message: String(error) };
    before.root.resolve(LOG).error({ ...fields, config: before.loaded.sha256 }, "configuration refused");
    return before;
  }
}

function configOf({ loaded, root, tenants }: Workspace, counts: Counts): DaemonConfig {
  const { path, sha256 } = loaded;
  const work = tenants.map(({ container }) => workOf(container, counts));
  return { path, sha256, log: root.resolve(LOG), tenants: work };
}

function workOf(container: Composition, counts: Counts): TenantWork {
  const { name: tenant, config, root } = container.resolve(TENANT);
  const { clock, files } = container.resolve(OUTSIDE);
  const log = container.resolve(LOG);
  return {
    tenant,
    clock,
    log,
    rules: container.resolve(RULES),
    schedule: container.resolve(LOADED).config.collect.schedule,
    requestsPerHour: config.requestsPerHour,
    sinks: sinkQueues(container),
    open: (progress) => {
      const parts = container.resolve(TENANT_PARTS);
      return openTenant(
        { ...parts, log: noted(parts.log, (phrase) => progress.note(tenant, phrase)) },
        counts.alongside(progress),
      );
    },
    preflight: async (signal) => {
      await files.makeFolder(root);
      return preflightTenant(container, signal);
    },
    budget: () => container.resolve(BUDGET).state(),
    usualRequests: (index) => usualRequests(index, folderSource(files, root), new AbortController().signal),
    keepFailure: (error) =>
      keepFailure(files, root, error === undefined ? undefined : { atMs: clock.now(), error }),
    certificate: certificateDoor(container),
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

/** Calls that come while one is under way become a single one after it. */
function oneAtATime(act: () => Promise<void>): () => void {
  let [isRunning, isWanted] = [false, false];
  const run = async (): Promise<void> => {
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      await act();
    }
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) void run();
  };
}
