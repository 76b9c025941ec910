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

/** A configuration that breaks rules, with all of them at once, in the order of the file. */
export class ConfigInvalid extends DaybookError {
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const count = sorted.length === 1 ? "1 problem" : `${sorted.length} problems`;
    super("CONFIG_INVALID", { message: [`${file}: ${count}`, ...sorted.map(problemLine)].join("\n") });
    this.problems = sorted;
  }
}

/** `daybook.yaml:4:9 collect.horizon: must be from 1d to 28d; found "40d"` */
export function problemLine({ file, line, column, path, rule, found }: ConfigProblem): string {
  return `${file}:${line}:${column} ${path}: ${rule}; found ${found}`;
}
