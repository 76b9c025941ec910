import "reflect-metadata";
import { container as tsyringeRoot } from "tsyringe";
import type { DependencyContainer } from "tsyringe";
import type { LoadedConfig } from "../config/load.js";
import { SecretSource } from "../config/secrets.js";
import { checkSinkOptions } from "../config/sink-options.js";
import { PluginSet } from "../deliver/plugin-set.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import { createPinoLog } from "../io/pino-log.js";
import { addToDay, durationMs } from "../model/duration.js";
import type { Duration } from "../model/duration.js";
import type { Log } from "../model/log.js";
import { DAY_MS, addDays, utcDayOf } from "../model/utc-day.js";
import type { ReadingRules } from "../plan/day-state.js";
import { composeTenant } from "./tenant.js";
import type { Tenant } from "./tenant-parts.js";
import { LOADED, LOG, OUTSIDE, QUEUES, RULES, SECRETS, SINKS, provide } from "./tokens.js";
import type { ConfiguredSinks, Outside } from "./tokens.js";

/** The program as one configuration describes it. */
export interface Program {
  readonly loaded: LoadedConfig;
  readonly outside: Outside;
  readonly log: Log;
  readonly secrets: SecretSource;
  readonly plugins: PluginSet;
  /** Every tenant, in the order of the file. */
  readonly tenants: readonly Tenant[];
}

/** Loads the plugins and composes all parts. Touches neither archive nor network. */
export async function composeProgram(outside: Outside, loaded: LoadedConfig): Promise<Program> {
  const root = tsyringeRoot.createChildContainer();
  root.register(OUTSIDE, { useValue: outside });
  root.register(LOADED, { useValue: loaded });
  root.register(SINKS, { useValue: await loadSinks(outside, loaded) });
  root.register(RULES, { useValue: readingRules(loaded.config.collect) });
  provide(root, LOG, makeLog);
  provide(root, SECRETS, () => new SecretSource(outside.files, outside.env, outside.redactor));
  provide(root, QUEUES, makeQueues);
  const tenants = Object.entries(loaded.config.tenants);
  return {
    loaded,
    outside,
    log: root.resolve(LOG),
    secrets: root.resolve(SECRETS),
    plugins: root.resolve(SINKS).plugins,
    tenants: tenants.map(([name, config]) => composeTenant(root, name, config)),
  };
}

function makeLog(c: DependencyContainer): Log {
  const { clock, writeLog, redactor, logLevel } = c.resolve(OUTSIDE);
  const level = logLevel ?? c.resolve(LOADED).config.log.level;
  return createPinoLog({ level, redact: redactor.redact, now: () => clock.now(), write: writeLog });
}

function readingRules({ horizon, readAfter }: LoadedConfig["config"]["collect"]): ReadingRules {
  return { horizonDays: Math.floor(lengthMs(horizon) / DAY_MS), readAfterMs: readAfter.map(lengthMs) };
}

/** The schema admits no calendar years here. */
function lengthMs(duration: Duration): number {
  return durationMs(duration) ?? 0;
}

/** Plugins are code that the configuration names: those that cannot be loaded or configured stop the start. */
async function loadSinks({ files }: Outside, { config, source }: LoadedConfig): Promise<ConfiguredSinks> {
  const plugins = await PluginSet.load(config.sinks, { files, configFolder: source.folder });
  const options = checkSinkOptions(config, source, (use) => plugins.plugin(use));
  return { plugins, options };
}

/** The queue of each configured sink. A view's `keep` counts from the end of the day, as retention does. */
function makeQueues(c: DependencyContainer): readonly SinkQueue[] {
  const { clock } = c.resolve(OUTSIDE);
  const { plugins } = c.resolve(SINKS);
  return Object.entries(c.resolve(LOADED).config.sinks).map(([name, { use, keep }]) =>
    plugins.plugin(use).kind === "store"
      ? { kind: "record", name }
      : {
          kind: "view",
          name,
          isExpired: (day) => keep !== undefined && addToDay(addDays(day, 1), keep) <= utcDayOf(clock.now()),
        },
  );
}
