import { resolve } from "node:path";
import { z } from "zod";
import { deepFreeze } from "./deep-readonly.js";
import { ConfigDocument } from "./document.js";
import { withAbsolutePaths } from "./paths.js";
import { ConfigInvalid } from "./problem.js";
import type { ConfigProblem } from "./problem.js";
import { ruleText, unknownKeyText } from "./rule-text.js";
import { configSchema } from "./schema.js";
import type { Config } from "./schema.js";

export interface ConfigPlace {
  /** The name that problems carry. */
  readonly file: string;
  /** Relative paths start here. */
  readonly folder: string;
  /** Where state goes when the file does not say. */
  readonly stateDir: string;
  /** For `${NAME}` in values; none is set when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A configuration, and the text it was written in, for rules that are known only later. */
export interface ParsedConfig {
  readonly config: Config;
  readonly source: ConfigSource;
}

/** Checks parts of the text by a schema known only later: a plugin's options. */
export interface ConfigSource {
  /** Relative paths start here. */
  readonly folder: string;
  /** `value`, which stands at `path`, by `schema`: paths absolute and frozen, or its problems with line and column. */
  check<Schema extends z.ZodType>(
    schema: Schema,
    value: unknown,
    path: readonly string[],
  ): Checked<z.output<Schema>>;
  problem(path: readonly string[], rule: string): ConfigProblem;
  /** A ConfigInvalid, to be thrown. */
  invalid(problems: readonly ConfigProblem[]): ConfigInvalid;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** A configuration whose other parts break rules, while its sinks break none of the declaration: their plugins may know more. */
export class OnlySinksValid extends ConfigInvalid {
  constructor(
    { file, problems }: { readonly file: string; readonly problems: readonly ConfigProblem[] },
    readonly sinks: Config["sinks"],
    readonly source: ConfigSource,
  ) {
    super(file, problems);
  }
}

/**
 * Throws a ConfigInvalid with every problem of the text: YAML, keys given twice, and every rule of the declaration. It is an
 * OnlySinksValid where the plugins can still be asked about their options.
 */
export function parseConfig(bytes: Uint8Array, place: ConfigPlace): ParsedConfig {
  const document = new ConfigDocument(decoded(bytes, place.file), place.file, place.env);
  const source = sourceOf(document, place);
  const checked = source.check(configSchema, document.value, []);
  const ruleProblems = checked.ok ? [] : checked.problems;
  // A syntax problem swallows keys: that one is missing then says nothing.
  const shown = document.isWhole
    ? ruleProblems
    : ruleProblems.filter(({ found, line }) => found !== "nothing" && line < document.firstWrongLine);
  const problems = [...document.syntaxProblems, ...shown];
  if (!checked.ok || problems.length > 0) {
    const sinks = z.looseObject({ sinks: configSchema.shape.sinks }).safeParse(document.value);
    if (!sinks.success || !document.isWhole) throw source.invalid(problems);
    const { file, folder } = place;
    throw new OnlySinksValid(
      { file, problems },
      deepFreeze(withPluginPaths(sinks.data, folder)).sinks,
      source,
    );
  }
  const config = { ...checked.value, stateDir: checked.value.stateDir ?? place.stateDir };
  return { config: deepFreeze(withPluginPaths(config, place.folder)), source };
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const rule = "must be text in UTF-8";
    throw new ConfigInvalid(file, [{ file, line: 1, column: 1, path: "YAML", rule, found: "other bytes" }]);
  }
}

function sourceOf(document: ConfigDocument, { file, folder }: ConfigPlace): ConfigSource {
  return {
    folder,
    check(schema, value, path) {
      const result = schema.safeParse(value, { error: ruleText });
      if (!result.success) {
        return {
          ok: false,
          problems: result.error.issues.flatMap((issue) => problemsOf(issue, path, document)),
        };
      }
      const absolute = withAbsolutePaths(schema, result.data, folder) as z.output<typeof schema>;
      return { ok: true, value: absolute };
    },
    problem: (path, rule) => document.problem(path, rule),
    invalid: (problems) => new ConfigInvalid(file, problems),
  };
}

function problemsOf(
  issue: z.core.$ZodIssue,
  at: readonly string[],
  document: ConfigDocument,
): readonly ConfigProblem[] {
  const path = [...at, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => document.problemOfKey([...path, key], unknownKeyText(issue.message, key)));
  }
  const isAboutKey = issue.code === "custom" && issue.params?.["isAboutKey"] === true;
  return [isAboutKey ? document.problemOfKey(path, issue.message) : document.problem(path, issue.message)];
}

// `use: ./plugins/our-tape.js` is a path only in this form; the plugin's name stays as it is.
function withPluginPaths<C extends { sinks: Record<string, { use: string }> }>(config: C, folder: string): C {
  const sinks = Object.entries(config.sinks).map(([name, sink]) => [
    name,
    { ...sink, use: pluginPath(sink.use, folder) },
  ]);
  return { ...config, sinks: Object.fromEntries(sinks) };
}

function pluginPath(use: string, folder: string): string {
  return use.startsWith(".") ? resolve(folder, use) : use;
}
