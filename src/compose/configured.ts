import { join } from "node:path";
import type { LoadedConfig } from "../config/load.js";
import type { OnlySinksValid } from "../config/parse.js";
import type { Config } from "../config/schema.js";
import { ConfigInvalid } from "../config/problem.js";
import { checkSinkOptions } from "../config/sink-options.js";
import { PluginSet } from "../deliver/plugin-set.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { Clock } from "../io/clock.js";
import { createPinoLog } from "../io/pino-log.js";
import { addToDay, durationMs } from "../model/duration.js";
import type { Duration } from "../model/duration.js";
import type { Log } from "../model/log.js";
import { DAY_MS, addDays, utcDayOf } from "../model/utc-day.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { ConfiguredSinks, Outside, TenantScope } from "./tenant-parts.js";

/** Plugins are code that the configuration names: those that cannot be loaded or configured stop the start. */
export async function loadSinks(
  { files }: Pick<Outside, "files">,
  { config, source }: Pick<LoadedConfig, "source"> & { readonly config: Pick<Config, "sinks"> },
): Promise<ConfiguredSinks> {
  const plugins = await PluginSet.load(config.sinks, { files, configFolder: source.folder });
  const options = checkSinkOptions(config, source, (use) => plugins.plugin(use));
  return { plugins, options };
}

/** The problems of the file and those that only the plugins of its sinks know, all at once. */
export async function withSinkProblems(
  { files }: Pick<Outside, "files">,
  error: OnlySinksValid,
): Promise<ConfigInvalid> {
  const { sinks, source } = error;
  try {
    await loadSinks({ files }, { config: { sinks }, source });
    return error;
  } catch (more) {
    if (more instanceof ConfigInvalid) return error.and(more.problems);
    throw more;
  }
}

export function configuredLog(
  { clock, writeLog, redactor, logLevel }: Outside,
  { config }: LoadedConfig,
): Log {
  const level = logLevel ?? config.log.level;
  return createPinoLog({ level, redact: redactor.redact, now: () => clock.now(), write: writeLog });
}

export function readingRules({ config }: LoadedConfig): ReadingRules {
  const { horizon, readAfter } = config.collect;
  return { horizonDays: Math.floor(lengthMs(horizon) / DAY_MS), readAfterMs: readAfter.map(lengthMs) };
}

/** The schema admits no calendar years here. */
function lengthMs(duration: Duration): number {
  return durationMs(duration) ?? 0;
}

/** The queue of each configured sink. A view's `keep` counts from the end of the day, as retention does. */
export function sinkQueues(
  { config }: LoadedConfig,
  { plugins }: ConfiguredSinks,
  clock: Clock,
): readonly SinkQueue[] {
  return Object.entries(config.sinks).map(([name, { use, keep }]) =>
    plugins.plugin(use).kind === "store"
      ? { kind: "record", name }
      : {
          kind: "view",
          name,
          isExpired: (day) => keep !== undefined && addToDay(addDays(day, 1), keep) <= utcDayOf(clock.now()),
        },
  );
}

/** The wanted tenants, in the order of the file. */
export function tenantScopes(
  { config }: LoadedConfig,
  isWanted: (name: string) => boolean,
): readonly TenantScope[] {
  return Object.entries(config.tenants)
    .filter(([name]) => isWanted(name))
    .map(([name, own]) => ({ name, config: own, root: join(config.stateDir, name) }));
}
