import type { z } from "zod";
import { isDaybookError } from "../model/errors.js";
import { deepFreeze } from "./deep-readonly.js";
import type { Checked, ConfigSource } from "./parse.js";
import type { ConfigProblem } from "./problem.js";
import type { Config, SinkConfig } from "./schema.js";

/** What the check needs to know of a loaded plugin. */
export interface SinkKind {
  readonly kind: "store" | "sink";
  readonly options: z.ZodType;
}

/** The plugin that `use` names. Throws PLUGIN_INVALID where there is none. */
export type KindOf = (use: string) => SinkKind;

/** A store that a sink's option names: `to: { use: … }`. */
type NestedStore = Readonly<Record<string, unknown>> & { readonly use: string };

/**
 * The options of every sink by name, checked by its plugin's own schema, which gets all keys but the core's `use`,
 * `integrity` and `keep`; those of a store within a sink by that store's. Throws a ConfigInvalid with every problem at
 * once; one is that no sink keeps records.
 */
export function checkSinkOptions(
  config: Pick<Config, "sinks">,
  source: ConfigSource,
  kindOf: KindOf,
): ReadonlyMap<string, unknown> {
  const problems: ConfigProblem[] = [];
  const options = new Map<string, unknown>();
  const known = new Map<string, SinkKind>();
  for (const [name, sink] of Object.entries(config.sinks)) {
    const kind = kindAt(sink.use, ["sinks", name, "use"], source, kindOf);
    if (!kind.ok) {
      problems.push(...kind.problems);
      continue;
    }
    known.set(name, kind.value);
    const checked = checkOne(sink, ["sinks", name], source, kindOf);
    if (checked.ok) options.set(name, deepFreeze(checked.value));
    else problems.push(...checked.problems);
    if (kind.value.kind === "store" && sink.keep !== undefined) {
      problems.push(
        source.problem(["sinks", name, "keep"], "must be absent: a record sink follows retention.keep"),
      );
    }
  }
  const isEachKnown = known.size === Object.keys(config.sinks).length;
  if (isEachKnown && ![...known.values()].some(({ kind }) => kind === "store")) {
    problems.push(
      source.problem(
        ["sinks"],
        "must have a record sink, such as local-files or s3: it keeps the archive itself",
      ),
    );
  }
  if (problems.length > 0) throw source.invalid(problems);
  return options;
}

/** The plugin, or the problem that `use` at `path` names none. */
function kindAt(
  use: string,
  path: readonly string[],
  source: ConfigSource,
  kindOf: KindOf,
): Checked<SinkKind> {
  try {
    return { ok: true, value: kindOf(use) };
  } catch (error) {
    if (!isDaybookError(error, "PLUGIN_INVALID")) throw error;
    return { ok: false, problems: [source.problem(path, error.message)] };
  }
}

function checkOne(
  { use, integrity: _integrity, keep: _keep, ...own }: SinkConfig,
  path: readonly string[],
  source: ConfigSource,
  kindOf: KindOf,
): Checked<unknown> {
  const problems: ConfigProblem[] = [];
  const given: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(own)) {
    if (!isNested(value)) continue;
    const nested = checkNested(value, [...path, key], source, kindOf);
    if (nested.ok) given[key] = nested.value;
    else problems.push(...nested.problems);
  }
  const checked = source.check(kindOf(use).options, given, path);
  if (!checked.ok) problems.push(...checked.problems);
  return checked.ok && problems.length === 0 ? checked : { ok: false, problems };
}

function checkNested(
  { use, integrity, ...own }: NestedStore,
  path: readonly string[],
  source: ConfigSource,
  kindOf: KindOf,
): Checked<NestedStore> {
  const found = kindAt(use, [...path, "use"], source, kindOf);
  if (!found.ok) return found;
  const { kind, options } = found.value;
  if (kind !== "store") {
    return {
      ok: false,
      problems: [source.problem([...path, "use"], "must be a store, such as local-files or s3")],
    };
  }
  const checked = source.check(options, own, path);
  if (!checked.ok) return checked;
  const pinned = integrity === undefined ? {} : { integrity };
  return { ok: true, value: { use, ...pinned, ...(checked.value as object) } };
}

function isNested(value: unknown): value is NestedStore {
  return typeof value === "object" && value !== null && "use" in value && typeof value.use === "string";
}
