import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Surroundings } from "../../src/cli/command.js";
import type { Clock } from "../../src/io/clock.js";
import { quickFiles } from "./quick-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index.js";
import { SIGN_IN_TOKEN, runIn } from "./e2e-rig.js";
import type { Ran } from "./e2e-rig.js";
import { EventClock } from "./event-clock.js";

export interface DaemonTenant {
  readonly name: string;
  readonly scenario?: SimulatorOptions;
  readonly requestsPerHour?: number;
}

export interface DaemonRigOptions {
  readonly start: string;
  readonly tenants?: readonly DaemonTenant[];
  readonly readAfter?: string;
  readonly horizon?: string;
  readonly schedule?: string;
  /** One window after the other: then nothing depends on which answer comes first. */
  readonly concurrency?: number;
  /** How far the sources' clocks are ahead of Daybook's, milliseconds. */
  readonly sourceAheadMs?: () => number;
  /** Lines of the log whose write throws, as a defect in the daemon would. */
  readonly logBreaksAt?: (line: string) => boolean;
  /** The life of an earlier rig once more: same folder, same addresses, same tenants. What that left is in `before/`. */
  readonly again?: DaemonRig;
}

/** One line of the daemon's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

/** A daemon under way. */
export interface RunningDaemon {
  /** The log so far. */
  lines(phrase?: string): readonly LogLine[];
  hangUp(): void;
  stop(): void;
  /** Ends with the process. */
  readonly ended: Promise<number>;
}

/** `daybook run` on simulated tenants, in simulated time. */
export interface DaemonRig {
  readonly folder: string;
  readonly clock: EventClock;
  readonly simulators: ReadonlyMap<string, Simulator>;
  simulator(tenant: string): Simulator;
  start(overrides?: Partial<Surroundings>): RunningDaemon;
  /** Runs until `time`, then SIGTERM; returns the exit code and the log. */
  runUntil(
    time: string,
    meanwhile?: (daemon: RunningDaemon) => void,
  ): Promise<{ readonly exit: number; readonly lines: readonly LogLine[] }>;
  /** Any other command line, as of now. */
  run(...argv: string[]): Promise<Ran>;
  configure(change: (text: string) => string): void;
}

export async function daemonRig(options: DaemonRigOptions): Promise<DaemonRig> {
  const folder = options.again === undefined ? newFolder() : await emptied(options.again);
  const clock = new EventClock(options.start);
  const { sourceAheadMs = () => 0 } = options;
  const sourceClock: Clock = {
    now: () => clock.now() + sourceAheadMs(),
    sleep: (...given) => clock.sleep(...given),
  };
  const tenants = options.tenants ?? [{ name: "contoso" }];
  const simulators = new Map<string, Simulator>();
  for (const [number, tenant] of tenants.entries())
    simulators.set(tenant.name, await startedSimulator(tenant, number, sourceClock, options.again));
  mkdirSync(join(folder, "vault"));
  writeFileSync(join(folder, "token"), SIGN_IN_TOKEN, { mode: 0o600 });
  const config = join(folder, "daybook.yaml");
  writeFileSync(config, configText(folder, simulators, { ...options, tenants }), { mode: 0o600 });
  const doors = { clock, http: clock.watchHttp(nodeHttp), files: clock.watchFiles(quickFiles()) };
  const start = (overrides: Partial<Surroundings> = {}): RunningDaemon =>
    startedDaemon({ folder, clock, logBreaksAt: options.logBreaksAt }, { ...doors, ...overrides });
  return {
    folder,
    clock,
    simulators,
    simulator: (tenant) => {
      const found = simulators.get(tenant);
      if (found === undefined) throw new TypeError(tenant);
      return found;
    },
    start,
    runUntil: async (time, meanwhile) => {
      const daemon = start();
      clock.at(time, () => daemon.stop());
      meanwhile?.(daemon);
      const exit = await daemon.ended;
      return { exit, lines: daemon.lines() };
    },
    run: (...argv) => runIn(folder, doors, argv),
    configure: (change) => writeFileSync(config, change(readFileSync(config, "utf8")), { mode: 0o600 }),
  };
}

function newFolder(): string {
  // Fast, where there is one: years of files are written.
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "daybook-daemon-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function emptied({ folder, simulators }: DaemonRig): Promise<string> {
  for (const simulator of simulators.values()) await simulator.close();
  mkdirSync(join(folder, "before"));
  for (const name of ["state", "vault"]) renameSync(join(folder, name), join(folder, "before", name));
  return folder;
}

function startedDaemon(
  {
    folder,
    clock,
    logBreaksAt = () => false,
  }: Pick<DaemonRig, "folder" | "clock"> & { logBreaksAt: DaemonRigOptions["logBreaksAt"] },
  overrides: Partial<Surroundings>,
): RunningDaemon {
  const stop = new AbortController();
  const listeners = new Set<() => void>();
  let text = "";
  // Until it is ready it loads modules, which no door shows.
  const begin = clock.hold();
  const stderr = {
    isTTY: false,
    columns: 80,
    write: (line: string) => {
      if (logBreaksAt(line)) throw new TypeError("a defect");
      text += line;
      if (line.includes('"daemon ready"')) begin();
    },
  };
  const ended = runIn(
    folder,
    {
      stderr,
      signal: stop.signal,
      onHangup: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      ...overrides,
    },
    ["run"],
  ).then(({ exit }) => {
    begin();
    return exit;
  });
  return {
    lines: (phrase) =>
      text
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as LogLine)
        .filter(({ msg }) => phrase === undefined || msg === phrase),
    hangUp: () => {
      for (const listener of listeners) listener();
    },
    stop: () => stop.abort("SIGTERM"),
    ended,
  };
}

async function startedSimulator(
  { scenario, name }: DaemonTenant,
  number: number,
  clock: Clock,
  again: DaemonRig | undefined,
): Promise<Simulator> {
  const simulator = await startSimulator(
    {
      port: again?.simulator(name).port ?? 0,
      seed: number + 1,
      tenantId: `c3d76ad3-667a-48b3-bcdf-88946900000${number}`,
      eventsPerDay: 24,
      ...scenario,
      bearerToken: SIGN_IN_TOKEN,
    },
    clock,
  );
  onTestFinished(() => simulator.close());
  return simulator;
}

function configText(
  folder: string,
  simulators: ReadonlyMap<string, Simulator>,
  options: DaemonRigOptions & { readonly tenants: readonly DaemonTenant[] },
): string {
  const { tenants, readAfter = "26h", horizon = "28d", schedule = "7 * * * *", concurrency = 4 } = options;
  const tenantTexts = tenants.map(({ name, requestsPerHour = 200 }) => {
    const simulator = simulators.get(name);
    return `  ${name}:
    tenantId: ${simulator?.scenario.tenantId}
    cloud: custom
    endpoints: { api: ${simulator?.url}/ }
    auth: { method: token, token: { file: ./token } }
    requestsPerHour: ${requestsPerHour}`;
  });
  return `stateDir: ./state
tenants:
${tenantTexts.join("\n")}
collect: { horizon: ${horizon}, readAfter: [${readAfter}], concurrency: ${concurrency}, schedule: "${schedule}" }
retention: { schedule: test }
log: { level: info }
sinks:
  vault: { use: local-files, path: ${JSON.stringify(join(folder, "vault"))} }
`;
}
