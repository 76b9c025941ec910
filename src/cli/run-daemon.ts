import { onDaemonHttp } from "../compose/daemon-parts.js";
import type { Lasting } from "../compose/daemon-parts.js";
import type { Program } from "../compose/program.js";
import { changedKeys } from "../daemon/config-changes.js";
import type { Daemon } from "../daemon/daemon.js";
import { watchProcess } from "../io/process-usage.js";
import { isDaybookError } from "../model/errors.js";
import { Counts } from "../serve/counts.js";
import type { DaemonView } from "../serve/daemon-view.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { errorFields, logTerminal } from "./daemon-log.js";
import { logSettings } from "./log-settings.js";
import { exitOf, worstExit } from "./exit-codes.js";
import { openWorkspace } from "./workspace.js";

/** The daemon: every tenant of the configuration, until SIGTERM or SIGINT. SIGHUP reads the configuration again. */
export const runDaemon: Command<CommonOptions> = async (options, outer) => {
  const counts = new Counts();
  const surroundings = {
    ...outer,
    http: onDaemonHttp(outer.http, counts),
    stderr: logTerminal(outer.stderr, outer.env, logSettings(options, outer.env).format ?? "json"),
  };
  let workspace = await openWorkspace(options, surroundings, "daemon");
  const { giveBackMemory } = outer;
  const { usage, stop: stopWatching } = watchProcess();
  const lasting = { counts, usage, ...(giveBackMemory && { giveBackMemory }) };
  const scope = workspace.daemon(lasting);
  const [daemon, view] = [scope.daemon(), scope.view()];
  const running = { daemon, view, lasting: { ...lasting, state: daemon } };
  const reread = oneAtATime(async () => {
    workspace = await reload(running, workspace, options, surroundings);
  });
  const ignoreHangup = outer.onHangup(reread);
  try {
    await view.start();
    const kinds = await daemon.run(surroundings.signal);
    return { exit: worstExit(kinds.map(exitOf)), text: "", json: undefined };
  } finally {
    ignoreHangup();
    await view.close();
    stopWatching();
  }
};

interface Running {
  readonly daemon: Daemon;
  readonly view: DaemonView;
  readonly lasting: Lasting;
}

/** A configuration that breaks a rule changes nothing: what worked goes on. */
async function reload(
  { daemon, view, lasting }: Running,
  before: Program,
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<Program> {
  try {
    const after = await openWorkspace(options, surroundings, "daemon");
    const keys = changedKeys(before.loaded.config, after.loaded.config);
    after.log.info({ config: after.loaded.sha256, keys }, "configuration changed");
    const { config, shown } = after.daemon(lasting);
    daemon.reload(config);
    await view.follow(shown);
    return after;
  } catch (error) {
    const fields = isDaybookError(error) ? errorFields(error) : { code: "INTERNAL", message: String(error) };
    before.log.error({ ...fields, config: before.loaded.sha256 }, "configuration refused");
    return before;
  }
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
