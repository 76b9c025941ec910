import type { OperationList } from "../../src/model/operation-list.js";

/** An event as a report sees it, made by plain code from the source's own text: the second opinion of every report. */
export interface Act {
  readonly date: string;
  readonly createdMs: number;
  readonly activity: string;
  readonly name: string;
  readonly kind: string;
  readonly person: string;
  readonly personKind: "person" | "external" | "service-principal" | "unknown";
  readonly event: Event;
}

export interface Event {
  readonly [field: string]: unknown;
}

/** The events of the days, each day's lines in order; of an id that stands twice in a day, the first. */
export function actsOf(days: ReadonlyMap<string, readonly string[]>, list: OperationList): readonly Act[] {
  return [...days].flatMap(([date, lines]) => {
    const ids = new Set<unknown>();
    const acts: Act[] = [];
    for (const line of lines) {
      const event = JSON.parse(line) as Event;
      if (event["Id"] !== undefined && ids.has(event["Id"])) continue;
      ids.add(event["Id"]);
      acts.push(actOf(date, event, list));
    }
    return acts;
  });
}

function actOf(date: string, event: Event, list: OperationList): Act {
  const activity = text(event, "Activity") ?? "(none)";
  const known = list.find(activity);
  const person = (text(event, "UserId") ?? "").toLowerCase() || "(none)";
  const time = text(event, "CreationTime") ?? "";
  return {
    date,
    createdMs: Date.parse(time.endsWith("Z") ? time : `${time}Z`),
    activity,
    name: known?.name ?? activity,
    kind: known?.kind ?? "unlisted",
    person,
    personKind: personKind(person),
    event,
  };
}

function personKind(person: string): Act["personKind"] {
  if (person === "(none)") return "unknown";
  if (person.includes("#ext#")) return "external";
  return person.length === 36 && person.split("-").length === 5 && !person.includes("@")
    ? "service-principal"
    : "person";
}

export function text(event: Event, field: string): string | null {
  const value = event[field];
  return typeof value === "string" ? value : null;
}

export function idOf(event: Event, ...fields: readonly string[]): string | null {
  for (const field of fields) {
    const value = text(event, field);
    if (value !== null) return value.toLowerCase();
  }
  return null;
}

export function itemOf(event: Event): string | null {
  const fields = [
    "ItemName",
    "ArtifactName",
    "ReportName",
    "DashboardName",
    "DatasetName",
    "DataflowName",
    "ObjectId",
  ];
  return fields.map((field) => text(event, field)).find((value) => value !== null) ?? null;
}

export const itemIdOf = (event: Event): string | null =>
  idOf(event, "ReportId", "DashboardId", "ArtifactId", "DatasetId", "DataflowId");

/** The objects in a list of the event. */
export function listed(event: Event, field: string): readonly Event[] {
  const value = event[field];
  return Array.isArray(value) ? (value as Event[]) : [];
}

export function grouped(
  acts: readonly Act[],
  key: (act: Act) => unknown,
): readonly (readonly [Act, ...Act[]])[] {
  const groups = new Map<string, [Act, ...Act[]]>();
  for (const act of acts) {
    const name = JSON.stringify(key(act));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [act]);
    else group.push(act);
  }
  return [...groups.values()];
}

/** The newest value that is there. */
export function newest(acts: readonly Act[], value: (event: Event) => string | null): string | null {
  return acts.map(({ event }) => value(event)).findLast((one) => one !== null) ?? null;
}

export function first(acts: readonly Act[]): string | null {
  return acts.map(({ date }) => date).toSorted()[0] ?? null;
}

export function last(acts: readonly Act[]): string | null {
  return (
    acts
      .map(({ date }) => date)
      .toSorted()
      .at(-1) ?? null
  );
}

export function people(acts: readonly Act[], ...kinds: readonly Act["personKind"][]): number {
  return new Set(acts.filter(({ personKind: kind }) => kinds.includes(kind)).map(({ person }) => person))
    .size;
}

/** As the answer has a time: without zeros at its end. */
export function timeText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/\.(\d*?)0*Z$/, (_, digits: string) => (digits === "" ? "Z" : `.${digits}Z`));
}

export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}
