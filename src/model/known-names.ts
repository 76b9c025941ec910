import type { EntryOf } from "./ledger-entry.js";

/** The activities and fields that any sealed day of an archive had. */
export interface KnownNames {
  readonly activities: readonly string[];
  readonly fields: readonly string[];
}

/** Names with the number of record lines that have them. */
export type CountedNames = Readonly<Record<string, number>>;

/** Stands for all names that are no identifiers, and for those beyond a limit. */
export const OTHER_NAMES = "*";

/** Limit for each kind of name over the life of an archive. A source with more has content where a name should be. */
export const MAX_NAMES = 2_000;

/** Whether the name may be written in an entry or a log line: 1 to 100 letters, digits and `_`. */
export function isIdentifier(name: string): boolean {
  return /^\w{1,100}$/.test(name);
}

/** `known` with the names of one entry more; undefined before the first entry. */
export function withNames(
  known: KnownNames | undefined,
  { activities, fields }: Pick<EntryOf<"names-seen">, "activities" | "fields">,
): KnownNames {
  return {
    activities: [...new Set([...(known?.activities ?? []), ...Object.keys(activities)])],
    fields: [...new Set([...(known?.fields ?? []), ...Object.keys(fields)])],
  };
}
