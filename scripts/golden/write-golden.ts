import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RESTLESS_SCENARIO, startSimulator } from "../../packages/simulator/index.js";
import type { SimulatorOptions } from "../../packages/simulator/index.js";
import { runCommandLine } from "../../src/cli/run.js";
import { packageRoot } from "../../src/io/package-files.js";
import type { Compression } from "../../src/model/compression.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const TOKEN = "bearer-token-of-the-golden-archive";

/** A small tenant in which each oddity that the source is known for happens within a few days. */
const SCENARIO: SimulatorOptions = {
  ...RESTLESS_SCENARIO,
  bearerToken: TOKEN,
  horizonDays: 5,
  requestsPerHour: 1_000_000,
  eventsPerDay: 14,
  pageSize: 3,
  emptyDays: ["2026-11-19" as UtcDay],
  lateShare: 0,
  duplicateShare: 0.5,
  conflictShare: 0.1,
  missingIdShare: 0.1,
  emptyPageShare: 0.1,
};

/** One command at its time. Another activity stands for a source that gives other events than before. */
interface Step {
  readonly now: string;
  readonly argv: readonly string[];
  readonly activity?: SimulatorOptions["newActivity"];
  readonly compression: Compression;
}

const EXPORTED = {
  from: "2026-11-20" as UtcDay,
  name: "ExportToTheMoon",
  share: 0.3,
  fields: { MoonPhase: "waxing" },
};
const RETURNED = { ...EXPORTED, name: "ReturnFromTheMoon" };

const STEPS: readonly Step[] = [
  { now: "2026-11-22T12:00:00Z", argv: ["archive"], compression: "zstd" },
  {
    now: "2026-11-22T13:00:00Z",
    argv: ["archive", "--reread", "--day", "2026-11-20"],
    activity: EXPORTED,
    compression: "zstd",
  },
  {
    now: "2026-11-22T14:00:00Z",
    argv: ["archive", "--reread", "--day", "2026-11-20"],
    activity: RETURNED,
    compression: "gzip",
  },
  {
    now: "2026-11-22T15:00:00Z",
    argv: ["archive", "--reread", "--day", "2026-11-18"],
    activity: RETURNED,
    compression: "gzip",
  },
  // The days before are out of the source's reach by then: one of them is lost.
  { now: "2026-11-27T15:00:00Z", argv: ["archive"], activity: RETURNED, compression: "gzip" },
];

/** `npm run golden`: makes the archive of test/fixtures/golden anew, with a key of its own that is then thrown away. */
const folder = mkdtempSync(join(tmpdir(), "daybook-golden-"));
try {
  mkdirSync(join(folder, "vault"));
  writeFileSync(join(folder, "token"), TOKEN, { mode: 0o600 });
  for (const step of STEPS) await take(step);
  const golden = join(packageRoot(), "test", "fixtures", "golden");
  rmSync(golden, { recursive: true, force: true });
  cpSync(join(folder, "vault", "contoso"), golden, { recursive: true });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function take({ now, argv, activity, compression }: Step): Promise<void> {
  // It stands still, and jumps over every wait.
  let nowMs = Date.parse(now);
  const clock = {
    now: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
  const simulator = await startSimulator({ ...SCENARIO, newActivity: activity }, clock);
  try {
    const config = `stateDir: ./state
tenants:
  contoso:
    tenantId: ${simulator.scenario.tenantId}
    cloud: custom
    endpoints: { api: ${simulator.url}/, authority: ${simulator.authority}, scope: https://analysis.windows.net/powerbi/api/.default }
    auth: { method: token, token: { file: ./token } }
    requestsPerHour: 100000
collect: { horizon: 5d, readAfter: [26h] }
compression: ${compression}
retention: { schedule: "FIN-07 audit trails", keep: 7y }
sinks:
  vault: { use: local-files, path: ${JSON.stringify(join(folder, "vault"))} }
`;
    writeFileSync(join(folder, "daybook.yaml"), config, { mode: 0o600 });
    const { signal } = new AbortController();
    const exit = await runCommandLine(argv, signal, { env: { TMPDIR: folder }, cwd: folder, clock });
    // The last step loses days, and says so by its exit code.
    if (![0, 67].includes(exit)) throw new Error(`${now} daybook ${argv.join(" ")}: exit ${exit}`);
  } finally {
    await simulator.close();
  }
}
