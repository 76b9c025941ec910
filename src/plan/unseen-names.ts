import type { Completeness } from "../model/manifest.js";
import { MOST_NAMES, OTHER_NAMES, isIdentifier } from "../model/seen-names.js";
import type { CountedNames, SeenNames, SeenNamesCode } from "../model/seen-names.js";

/** Names that a day has and none before it had; with NAMES_BASELINE all of a day's, because none was kept before. */
export interface UnseenNames {
  readonly code: SeenNamesCode;
  readonly activities: CountedNames;
  readonly fields: CountedNames;
}

/** What a day has that its archive never saw; `seen` undefined: nothing was kept yet. */
export function unseenNames(
  seen: SeenNames | undefined,
  { distinct, by_activity, by_field }: Pick<Completeness, "distinct" | "by_activity" | "by_field">,
): readonly UnseenNames[] {
  // An empty day is no baseline, and neither is a manifest of before fields were counted.
  if (distinct === 0 || by_field === undefined) return [];
  const present = Object.entries(by_field).map(([name, count]) => [name, count.present] as const);
  const activities = unseen(seen?.activities ?? [], Object.entries(by_activity));
  const fields = unseen(seen?.fields ?? [], present);
  if (seen === undefined) return [{ code: "NAMES_BASELINE", activities, fields }];
  return [
    ...(activities.length === 0 ? [] : [{ code: "ACTIVITY_FIRST_SEEN", activities, fields: [] } as const]),
    ...(fields.length === 0 ? [] : [{ code: "FIELD_FIRST_SEEN", activities: [], fields } as const]),
  ];
}

function unseen(seen: readonly string[], counted: CountedNames): CountedNames {
  const known = new Set(seen);
  const found = new Map<string, number>();
  for (const [name, records] of counted) {
    if (known.has(name)) continue;
    const isWritable = isIdentifier(name) && known.size + found.size < MOST_NAMES;
    const told = isWritable ? name : OTHER_NAMES;
    if (!known.has(told)) found.set(told, (found.get(told) ?? 0) + records);
  }
  return [...found];
}
