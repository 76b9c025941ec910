import { DaybookError } from "../model/errors.js";

/** One broken rule of a configuration file, for a person or an editor to find. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The key, as `tenants.contoso.tenantId`. */
  readonly path: string;
  /** In words, lower case: `must be from 1d to 28d`. */
  readonly rule: string;
  /** What was there instead, short; never a secret. */
  readonly found: string;
}

/** Problems that the message lists. */
const MAX_LISTED = 50;

/** A configuration that breaks rules, with all of them at once, in the order of the file; the message lists the first. */
export class ConfigInvalid extends DaybookError {
  readonly problems: readonly ConfigProblem[];
  readonly #file: string;

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const count = sorted.length === 1 ? "1 problem" : `${sorted.length} problems`;
    const lines = sorted.slice(0, MAX_LISTED).map(problemLine);
    if (sorted.length > MAX_LISTED) lines.push(`and ${sorted.length - MAX_LISTED} more`);
    super("CONFIG_INVALID", { message: [`${file}: ${count}`, ...lines].join("\n") });
    this.problems = sorted;
    this.#file = file;
  }

  /** With the problems of another part of the same file. */
  and(problems: readonly ConfigProblem[]): ConfigInvalid {
    return new ConfigInvalid(this.#file, [...this.problems, ...problems]);
  }
}

/** `daybook.yaml:4:9 collect.horizon: must be from 1d to 28d; found "40d"` */
export function problemLine({ file, line, column, path, rule, found }: ConfigProblem): string {
  return `${file}:${line}:${column} ${path}: ${rule}; found ${found}`;
}
