import { fingerprintsIn } from "../archive/known-keys.js";
import { join, relative, resolve } from "node:path";
import { renderReport } from "../audit/report.js";
import { isWhole } from "../audit/verify-archive.js";
import type { AuditResult } from "../audit/verify-archive.js";
import { clockStartingAt } from "../io/clock.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { DAY_MS, HOUR_MS, addDays, dayStartMs, isoTime, utcDayOf } from "../model/utc-day.js";
import { dayStates, wholeRange } from "../view/tenant-view.js";
import { RESTLESS_SCENARIO, startSimulator } from "../../packages/simulator/index.js";
import type { Simulator } from "../../packages/simulator/index.js";
import { archive } from "./archive.js";
import type { Command, CommandResult, Surroundings } from "./command.js";
import { coverageText } from "./coverage.js";
import { worstExit } from "./exit-codes.js";
import { hasColour } from "./log-settings.js";
import { count } from "./progress.js";
import { makeReport } from "./report-input.js";
import { actorOf, oneTenant } from "./retention-request.js";
import { folderPlace } from "./folder-place.js";
import { verifyExit } from "./verify-result.js";

export interface DemoOptions {
  readonly folder: string;
  readonly json?: boolean;
}

/** The first pass is made this long before the second, so that the second finds late events and newer days. */
const DAYS_BETWEEN_PASSES = 4;
const HOUR_OF_PASSES = 9;

/**
 * A whole run on a simulated tenant: two passes some days apart, an audit at the deepest level, a calendar and a report. The
 * clock is set to 09:00 UTC of today, so that a second run on the same day finds nothing to do.
 */
export const demo: Command<DemoOptions> = async (options, outer) => {
  const folder = resolve(outer.cwd, options.folder);
  const nowMs = dayStartMs(utcDayOf(outer.clock.now())) + HOUR_OF_PASSES * HOUR_MS;
  const isFirst = (await outer.files.stat(join(folder, "state"))) === undefined;
  const clock = new DemoClock(isFirst ? nowMs - DAYS_BETWEEN_PASSES * DAY_MS : nowMs);
  const surroundings = { ...outer, clock };
  const simulator = await startDemoTenant(clock, nowMs);
  const say = (text: string): void => (options.json === true ? undefined : outer.stdout.write(`${text}\n`));
  try {
    await writeConfig(folder, simulator, outer.files);
    say(`Daybook demo: a simulated Power BI tenant, archived into ${folder}\n`);
    const config = join(folder, "daybook.yaml");
    const passes = [await onePass(config, surroundings, say)];
    if (isFirst) {
      clock.setTo(nowMs);
      passes.push(await onePass(config, surroundings, say));
    }
    return await finish({ folder, config, passes, surroundings, say });
  } finally {
    await simulator.close();
  }
};

/** A clock that runs, and can be set. */
class DemoClock implements Clock {
  #clock: Clock;

  constructor(startMs: number) {
    this.#clock = clockStartingAt(startMs);
  }

  now(): number {
    return this.#clock.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }

  setTo(ms: number): void {
    this.#clock = clockStartingAt(ms);
  }
}

function startDemoTenant(clock: Clock, nowMs: number): Promise<Simulator> {
  return startSimulator(
    {
      ...RESTLESS_SCENARIO,
      eventsPerDay: 3_000,
      lateShare: 0.01,
      emptyDays: [addDays(utcDayOf(nowMs), -10)],
      requestsPerHour: 1_000_000,
      throttleSpells: [{ fromRequest: 150, requests: 2, retryAfterSeconds: 2 }],
    },
    clock,
  );
}

async function writeConfig(
  folder: string,
  { authority, url, scenario }: Simulator,
  files: Files,
): Promise<void> {
  const text = `# Written anew by each run of \`daybook demo\`: the simulated tenant lives only as long as the demo.
stateDir: ./state
tenants:
  demo:
    tenantId: ${scenario.tenantId}
    cloud: custom
    endpoints:
      api: ${url}/
      authority: ${authority}
      scope: https://analysis.windows.net/powerbi/api/.default
    auth: { method: client-secret, clientId: ${scenario.clientId}, secret: { file: ./simulated.secret } }
    requestsPerHour: 1000000
collect: { concurrency: 8 }
retention: { schedule: demo, keep: 7y }
log: { level: error }
sinks:
  vault: { use: local-files, path: ${JSON.stringify(join(folder, "archive"))} }
`;
  await files.makeFolder(join(folder, "archive"), 0o755);
  await replaceFile(files, { path: join(folder, "daybook.yaml"), bytes: Buffer.from(text) });
  await replaceFile(files, {
    path: join(folder, "simulated.secret"),
    bytes: Buffer.from(scenario.clientSecret),
  });
}

async function onePass(
  config: string,
  surroundings: Surroundings,
  say: (text: string) => void,
): Promise<CommandResult> {
  say(`One pass, as of ${isoTime(surroundings.clock.now()).slice(0, 16)}Z:`);
  const result = await archive({ config }, surroundings);
  say(`${result.text}\n`);
  return result;
}

interface Finish {
  readonly folder: string;
  readonly config: string;
  readonly passes: readonly CommandResult[];
  readonly surroundings: Surroundings;
  readonly say: (text: string) => void;
}

async function finish({ folder, config, passes, surroundings, say }: Finish): Promise<CommandResult> {
  const place = await folderPlace(join(folder, "archive", "demo"), surroundings);
  const tenant = await oneTenant({ config }, surroundings);
  const { clock, rules } = tenant;
  const { input, audited } = await makeReport(
    {
      tenant: tenant.name,
      place,
      heads: [],
      knownKeys: await fingerprintsIn(tenant.files, tenant.root),
      level: "deep",
      by: actorOf(surroundings),
      reader: null,
      rangeOf: (index) => wholeRange({ index, rules }, clock.now()),
      stateOf: (index) => dayStates({ index, rules }, clock.now()),
      looks: new Map([["vault", "audited at level deep"]]),
    },
    surroundings,
  );
  say(coverageText(input.coverage, hasColour(surroundings.stdout, surroundings.env)));
  const report = join(folder, "report.html");
  const bytes = Buffer.from(renderReport(input));
  await replaceFile(surroundings.files, { path: report, bytes, mode: 0o644 });
  const exit = worstExit([...passes.map((pass) => pass.exit), verifyExit(audited, {})]);
  return {
    exit,
    text: closingText(audited, folder, surroundings),
    json: {
      format: "daybook.demo/1",
      folder,
      report,
      passes: passes.map((pass) => pass.json),
      verified: isWhole(audited),
    },
  };
}

function closingText(audited: AuditResult, folder: string, { cwd, env }: Surroundings): string {
  // Run by npm, in a clone: there the command is not on the PATH.
  const daybook = env["npm_execpath"] === undefined ? "daybook" : "npx daybook";
  const fromHere = relative(cwd, folder) || ".";
  const shown = fromHere.length < folder.length ? fromHere : folder;
  const verdict = isWhole(audited) ? "whole" : "DAMAGED";
  return `
Verified at the deepest level: ${verdict}; ${count(audited.packages, "revision")}, ${audited.facts?.head.size ?? 0} ledger entries, every event derived again from its page.

Where to look next:
  ${shown}/report.html             the report, for people
  ${shown}/archive/demo/README.txt how to check the archive by hand
  ${daybook} show DAY --proof --config ${shown}/daybook.yaml
  ${daybook} verify --path ${shown}/archive/demo --level deep
  ${daybook} export --day -9d --format csv --config ${shown}/daybook.yaml`;
}
