import { parseUtcDay } from "./utc-day.js";
import type { UtcDay } from "./utc-day.js";

/** Codes of the `incident` entries that hold the memory of what an archive has seen. */
export type SeenNamesCode = "NAMES_BASELINE" | "ACTIVITY_FIRST_SEEN" | "FIELD_FIRST_SEEN";

/** Activities and fields that any sealed day of an archive had, in the order in which they came; both lists are bounded. */
export interface SeenNames {
  readonly activities: readonly string[];
  readonly fields: readonly string[];
}

/** Names with the number of record lines that have them. */
export type CountedNames = readonly (readonly [name: string, records: number])[];

/** Stands for all names that cannot be written: those that are no identifiers, and those beyond a limit. */
export const OTHER_NAMES = "*";

/** Of one kind, over the life of an archive: more is no vocabulary but content that stands where a name should. */
export const MOST_NAMES = 2_000;

const NAME = /^(?:\w{1,100}|\*)$/;
const KINDS = ["activities", "fields"] as const;

/** Whether the name may stand in an entry or a log line: letters, digits and `_` alone. */
export function isIdentifier(name: string): boolean {
  return NAME.test(name) && name !== OTHER_NAMES;
}

/** An entry's subject: `2026-11-20 r0001: activities ExportReport=3 ViewReport=120; fields Activity=123`. */
export function namesSubject(
  about: string,
  { activities, fields }: { readonly [Kind in (typeof KINDS)[number]]?: CountedNames },
): string {
  const parts = [listed("activities", activities), listed("fields", fields)];
  return `${about}: ${parts.filter((part) => part !== "").join("; ")}`;
}

/** What is known after an entry; undefined before the first day whose names were kept. Entries of other codes add nothing. */
export function addSeenNames(
  seen: SeenNames | undefined,
  { code, subject }: { readonly code: string; readonly subject: string },
): SeenNames | undefined {
  if (!isSeenNamesCode(code)) return seen;
  const parts = subject.slice(subject.indexOf(": ") + 2).split("; ");
  const { activities, fields } = seen ?? { activities: [], fields: [] };
  return {
    activities: withMore(activities, namesIn(parts, "activities")),
    fields: withMore(fields, namesIn(parts, "fields")),
  };
}

/** The day that an incident is about: its subject starts with it. */
export function dayOfSubject(subject: string): UtcDay | undefined {
  return parseUtcDay(subject.slice(0, 10));
}

function isSeenNamesCode(code: string): code is SeenNamesCode {
  const codes: Readonly<Record<SeenNamesCode, true>> = {
    NAMES_BASELINE: true,
    ACTIVITY_FIRST_SEEN: true,
    FIELD_FIRST_SEEN: true,
  };
  return Object.hasOwn(codes, code);
}

function listed(kind: (typeof KINDS)[number], names: CountedNames = []): string {
  return names.length === 0 ? "" : [kind, ...names.map(([name, records]) => `${name}=${records}`)].join(" ");
}

function namesIn(parts: readonly string[], kind: string): readonly string[] {
  const part = parts.find((one) => one.startsWith(`${kind} `)) ?? "";
  return part
    .split(" ")
    .slice(1)
    .map((pair) => pair.slice(0, pair.indexOf("=")))
    .filter((name) => NAME.test(name));
}

function withMore(known: readonly string[], names: readonly string[]): readonly string[] {
  const more = [...known];
  for (const name of names) {
    const hasRoom = more.length < MOST_NAMES || name === OTHER_NAMES;
    if (hasRoom && !more.includes(name)) more.push(name);
  }
  return more;
}
