import type { Program } from "../compose/root.js";
import type { Tenant } from "../compose/tenant.js";
import { changedKeys } from "../daemon/config-changes.js";
import { SharedHttp } from "../daemon/http.js";
import type { TenantWork } from "../daemon/tenant-work.js";
import { Daemon } from "../daemon/daemon.js";
import type { DaemonConfig } from "../daemon/daemon.js";
import { systemd } from "../io/notify-systemd.js";
import { keepFailure } from "../view/last-failure.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { folderSource } from "../archive/source.js";
import { Counts } from "../serve/counts.js";
import { usualRequests } from "../plan/requests-per-day.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { errorFields, logTerminal } from "./daemon-log.js";
import { DaemonView } from "./daemon-view.js";
import { worstExit } from "./exit-codes.js";
import { openWorkspace } from "./workspace.js";

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
  before: Program,
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<Program> {
  try {
    const after = await openWorkspace(options, surroundings);
    const keys = changedKeys(before.loaded.config, after.loaded.config);
    after.log.info({ config: after.loaded.sha256, keys }, "configuration changed");
    daemon.reload(configOf(after, counts));
    await view.follow(after);
    return after;
  } catch (error) {
    const fields = isDaybookError(error) ? errorFields(error) : { code: "INTERNAL", message: String(error) };
    before.log.error({ ...fields, config: before.loaded.sha256 }, "configuration refused");
    return before;
  }
}

function configOf({ loaded, log, tenants }: Program, counts: Counts): DaemonConfig {
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
    budget: parts.budget,
    usualRequests: (index) => usualRequests(index, folderSource(files, root), new AbortController().signal),
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
