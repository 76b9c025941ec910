import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { runCommandLine } from "../../src/cli/run.js";
import type { Surroundings } from "../../src/cli/command.js";
import { systemClock } from "../../src/io/clock.js";
import type { Clock } from "../../src/io/clock.js";
import type { Files } from "../../src/io/files.js";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index.js";
import { testFiles } from "./test-files.js";
import { VirtualClock } from "./virtual-clock.js";

/** A Sunday, so that the days before it are weekdays and a Saturday. */
const E2E_NOW = "2026-11-22T12:00:00.000Z";

/**
 * For a process that lives in real time: the day before yesterday, and it alone, is due at every hour of every day.
 * With `readAfter: 26h` no day within this horizon is due from 00:00 to 02:00 UTC.
 */
export const REAL_TIME = { horizon: "3d", readAfter: ["24h"], sourceClock: systemClock } as const;

export interface E2eOptions {
  readonly scenario?: SimulatorOptions;
  readonly now?: string;
  readonly horizon?: string;
  readonly readAfter?: readonly string[];
  readonly compression?: "zstd" | "gzip";
  /** YAML of `auth`; by default a token in a file that the simulator accepts. */
  readonly auth?: string;
  readonly tenantId?: string;
  readonly requestsPerHour?: number;
  /** Windows that are read side by side; 8 when absent. With 1, nothing depends on which answer comes first. */
  readonly concurrency?: number;
  /** Further YAML below `sinks`, or at the top level; `@` stands for the folder of the rig. */
  readonly more?: string;
  /** What the simulator's own clock is, where it differs from Daybook's. */
  readonly sourceClock?: Clock;
  /** Where commands in this process write; `testFiles()` when absent. */
  readonly files?: Files;
  /** What an earlier rig left: its folder is copied, and its moment goes on. */
  readonly left?: LeftRig;
}

/** A rig's folder as it was, with what its configuration names. */
interface LeftRig {
  readonly folder: string;
  readonly nowMs: number;
  /** Texts of its configuration that are others in the next rig: its folder and its simulator's addresses. */
  readonly named: readonly string[];
}

/** What a command line ended with. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Daybook as an operator has it: a folder with a configuration, a simulated tenant, and the command line. */
export interface E2eRig {
  readonly folder: string;
  /** The archive in the record sink. */
  readonly vault: string;
  /** The tenant's folder in the state folder. */
  readonly state: string;
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  /** Runs one command line in the folder. */
  run(...argv: string[]): Promise<Ran>;
  runWith(overrides: Partial<Surroundings>, ...argv: string[]): Promise<Ran>;
  /** The same with --json, parsed. */
  json(...argv: string[]): Promise<{ readonly exit: number; readonly value: unknown }>;
  /** Writes the configuration anew. */
  configure(options: E2eOptions): void;
  /** The same archive against another simulated tenant at another moment of its life. */
  restartSimulator(scenario: SimulatorOptions): Promise<void>;
  /** Copies the folder to `to`; the options of a rig that goes on from there. */
  leave(to: string): E2eOptions;
}

export const SIGN_IN_TOKEN = "e2e-bearer-token-of-the-tests";

export async function e2eRig(options: E2eOptions = {}): Promise<E2eRig> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (options.sourceClock === systemClock && options.readAfter?.[0] !== "24h")
    throw new Error("a rig in real time needs REAL_TIME: with another readAfter no day is due at some hours");
  const { left } = options;
  const clock = new VirtualClock(left?.nowMs ?? options.now ?? E2E_NOW);
  const files = options.files ?? testFiles();
  let current = options;
  let simulator = await startedSimulator(options, clock);
  if (left === undefined) {
    writeSecrets(folder);
    writeConfig(folder, simulator, options);
  } else goOn(folder, simulator, left);
  const runWith = (overrides: Partial<Surroundings>, ...argv: string[]): Promise<Ran> =>
    runIn(folder, { clock, files, ...overrides }, argv);
  return {
    folder,
    vault: join(folder, "vault", "contoso"),
    state: join(folder, "state", "contoso"),
    clock,
    get simulator() {
      return simulator;
    },
    run: (...argv) => runWith({}, ...argv),
    runWith,
    json: async (...argv) => {
      const { exit, out } = await runWith({}, ...argv, "--json");
      return { exit, value: JSON.parse(out) as unknown };
    },
    configure: (changed) => {
      current = { ...current, ...changed };
      writeConfig(folder, simulator, current);
    },
    restartSimulator: async (scenario) => {
      await simulator.close();
      current = { ...current, scenario: { ...current.scenario, ...scenario } };
      simulator = await startedSimulator(current, clock);
      writeConfig(folder, simulator, current);
    },
    leave: (to) => {
      cpSync(folder, to, { recursive: true });
      return { ...current, left: { folder: to, nowMs: clock.now(), named: namesOf(folder, simulator) } };
    },
  };
}

/**
 * A rig that takes long to prepare, once for a file of tests: the first test gets what `build` makes, each other one a copy
 * of its folder as it was then, with a simulator of its own.
 */
export function preparedRig(build: () => Promise<E2eRig>): () => Promise<E2eRig> {
  const kept = mkdtempSync(join(tmpdir(), "daybook-kept-"));
  afterAll(() => rmSync(kept, { recursive: true, force: true }));
  let left: E2eOptions | undefined;
  return async () => {
    if (left !== undefined) return e2eRig(left);
    const rig = await build();
    left = rig.leave(kept);
    return rig;
  };
}

function namesOf(folder: string, { url, authority }: Simulator): readonly string[] {
  return [folder, url, authority];
}

function goOn(folder: string, simulator: Simulator, left: LeftRig): void {
  cpSync(left.folder, folder, { recursive: true });
  const path = join(folder, "daybook.yaml");
  const names = namesOf(folder, simulator);
  const text = left.named.reduce(
    (named, name, index) => named.replaceAll(name, names[index] ?? name),
    readFileSync(path, "utf8"),
  );
  writeFileSync(path, text, { mode: 0o600 });
}

async function startedSimulator(options: E2eOptions, clock: Clock): Promise<Simulator> {
  const simulator = await startSimulator(
    {
      eventsPerDay: 60,
      requestsPerHour: 1_000_000,
      horizonDays: Number.parseInt(options.horizon ?? "4d", 10),
      ...options.scenario,
      // A whole scenario spread into the options has none.
      bearerToken: options.scenario?.bearerToken ?? SIGN_IN_TOKEN,
    },
    options.sourceClock ?? clock,
  );
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Runs one command line as main.ts does, with everything it prints caught. */
export async function runIn(
  folder: string,
  overrides: Partial<Surroundings>,
  argv: readonly string[],
): Promise<Ran> {
  const written = { out: "", err: "" };
  const terminal = (stream: "out" | "err"): Surroundings["stdout"] => ({
    isTTY: false,
    columns: 100,
    write: (text) => {
      written[stream] += text;
    },
  });
  const signal = overrides.signal ?? new AbortController().signal;
  const exit = await runCommandLine(argv, signal, {
    env: { TMPDIR: folder },
    cwd: folder,
    stdout: terminal("out"),
    output: {
      write: async (bytes) => {
        written.out += Buffer.from(bytes).toString("utf8");
      },
    },
    stderr: terminal("err"),
    ...overrides,
  });
  return { exit, ...written };
}

function writeSecrets(folder: string): void {
  mkdirSync(join(folder, "vault"));
  writeFileSync(join(folder, "token"), SIGN_IN_TOKEN, { mode: 0o600 });
}

export function configText(folder: string, simulator: Simulator, options: E2eOptions): string {
  const { horizon = "4d", readAfter = ["26h"], compression = "zstd", more = "" } = options;
  return `stateDir: ./state
tenants:
  contoso:
    tenantId: ${options.tenantId ?? simulator.scenario.tenantId}
    cloud: custom
    endpoints:
      api: ${simulator.url}/
      authority: ${simulator.authority}
      scope: https://analysis.windows.net/powerbi/api/.default
    auth: ${options.auth ?? "{ method: token, token: { file: ./token } }"}
    requestsPerHour: ${options.requestsPerHour ?? 100_000}
collect: { horizon: ${horizon}, readAfter: [${readAfter.join(", ")}], concurrency: ${options.concurrency ?? 8} }
compression: ${compression}
retention: { schedule: "FIN-07 audit trails", keep: 7y }
log: { level: debug }
sinks:
  vault: { use: local-files, path: ${JSON.stringify(join(folder, "vault"))} }
${more.replaceAll("@/", `${folder}/`)}`;
}

function writeConfig(folder: string, simulator: Simulator, options: E2eOptions): void {
  writeFileSync(join(folder, "daybook.yaml"), configText(folder, simulator, options), { mode: 0o600 });
}
