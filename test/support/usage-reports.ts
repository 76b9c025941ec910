import type { ReportName } from "../../src/query/report-names.js";
import {
  daysBefore,
  first,
  grouped,
  idOf,
  itemIdOf,
  itemOf,
  last,
  newest,
  people,
  text,
  timeText,
} from "./usage-truth.js";
import {
  guestRows,
  named,
  of,
  permissionRows,
  recipientRows,
  refreshRows,
  sharingRows,
  succeeded,
} from "./usage-rows.js";
import type { Rows } from "./usage-rows.js";
import type { Act, Event } from "./usage-truth.js";

/** What the second opinion knows beside the events. */
export interface UsageFacts {
  readonly acts: readonly Act[];
  /** Every day of the range, and whether it is held or lost. */
  readonly days: readonly { readonly date: string; readonly state: "held" | "lost" | "other" }[];
  readonly to: string;
  readonly idle: number;
}

const EVERYBODY = ["person", "external", "service-principal"] as const;
const reportOf = (event: Event): readonly unknown[] => [idOf(event, "ReportId"), idOf(event, "WorkspaceId")];

/** Each report's rows, in any order. */
export const EXPECTED_ROWS: Readonly<Record<ReportName, (facts: UsageFacts) => Rows>> = {
  views: ({ acts, to }) =>
    grouped(of(acts, "ViewReport"), ({ event }) => reportOf(event)).map((group) => [
      newest(group, named("ReportName")),
      newest(group, named("WorkSpaceName")),
      group.length,
      people(group, ...EVERYBODY),
      first(group),
      last(group),
      group.filter(({ date }) => date > daysBefore(to, 7)).length,
      group.filter(({ date }) => date > daysBefore(to, 30)).length,
      ...reportOf(group[0].event),
    ]),
  "active-people": ({ acts, days }) =>
    [...new Set(days.map(({ date }) => monday(date)))].map((week) => {
      const own = acts.filter(({ date }) => monday(date) === week);
      const inWeek = days.filter(({ date }) => monday(date) === week);
      return [
        week,
        inWeek.filter(({ state }) => state === "held").length,
        inWeek.filter(({ state }) => state === "lost").length,
        people(own, "person"),
        people(own, "external"),
        people(own, "service-principal"),
        of(own, "ViewReport").length,
        own.length,
      ];
    }),
  unused: ({ acts, to, idle }) =>
    grouped(
      acts.filter(({ event }) => text(event, "ReportId") !== null),
      ({ event }) => reportOf(event),
    ).flatMap((group) => {
      const deletedMs = Math.max(-Infinity, ...of(group, "DeleteReport").map(({ createdMs }) => createdMs));
      const usedMs = Math.max(
        -Infinity,
        ...group.filter(({ activity }) => activity !== "DeleteReport").map(({ createdMs }) => createdMs),
      );
      const lastView = last(of(group, "ViewReport"));
      const since = lastView ?? first(group) ?? "";
      if (since > daysBefore(to, idle) || (deletedMs > -Infinity && usedMs <= deletedMs)) return [];
      const days = (Date.parse(to) - Date.parse(since)) / 86_400_000;
      return [
        [
          newest(group, named("ReportName")),
          newest(group, named("WorkSpaceName")),
          lastView,
          first(group),
          days,
          ...reportOf(group[0].event),
        ],
      ];
    }),
  exports: ({ acts }) =>
    grouped(
      acts.filter(({ kind }) => kind === "export"),
      ({ person, name, event }) => [person, name, itemIdOf(event), idOf(event, "SensitivityLabelId")],
    ).map((group) => [
      group[0].person,
      group[0].name,
      newest(group, itemOf),
      idOf(group[0].event, "SensitivityLabelId"),
      group.length,
      group.filter(succeeded).length,
      new Set(group.flatMap(({ event }) => text(event, "ClientIP") ?? [])).size,
      last(group),
      group[0].personKind,
      itemIdOf(group[0].event),
    ]),
  sharing: ({ acts }) => sharingRows(acts),
  external: ({ acts }) => [...guestRows(acts), ...recipientRows(acts)],
  "admin-changes": ({ acts }) =>
    acts
      .filter(({ kind }) => kind === "admin")
      .map(({ createdMs, person, name, event, ...act }) => [
        timeText(createdMs),
        person,
        name,
        text(event, "ObjectId") ?? itemOf(event),
        text(event, "SwitchState") ?? text(event, "CapacityState") ?? text(event, "State"),
        text(event, "ClientIP"),
        succeeded({ createdMs, person, name, event, ...act }),
      ]),
  permissions: ({ acts }) => acts.filter(({ kind }) => kind === "security").flatMap(permissionRows),
  refreshes: ({ acts }) => refreshRows(acts),
  workspaces: ({ acts }) =>
    grouped(
      acts.filter(({ event }) => text(event, "WorkspaceId") !== null),
      ({ event }) => idOf(event, "WorkspaceId"),
    ).map((group) => [
      newest(group, named("WorkSpaceName")),
      last(group),
      last(of(group, "ViewReport")),
      first(group),
      group.length,
      people(group, ...EVERYBODY),
      new Set(group.flatMap(({ event }) => idOf(event, "ReportId") ?? [])).size,
      last(of(group, "CreateFolder", "CreateWorkspace", "CreateGroup")),
      last(of(group, "DeleteFolder", "DeleteGroup", "DeleteWorkspaceViaAdminApi")),
      newest(group, named("CapacityName")),
      idOf(group[0].event, "WorkspaceId"),
    ]),
  automation: ({ acts }) =>
    grouped(acts, ({ person, name, event }) => [person, clientOf(event), name])
      .filter(([{ personKind, event }]) => personKind === "service-principal" || clientOf(event) === "python")
      .map((group) => [
        group[0].person,
        clientOf(group[0].event),
        group[0].name,
        group.length,
        group.filter((act) => !succeeded(act)).length,
        first(group),
        last(group),
      ]),
  unusual: (facts) => unusualRows(facts),
};

/** The simulated tenant has no other clients. */
function clientOf(event: Event): string {
  const agent = text(event, "UserAgent");
  if (agent === null) return "unknown";
  if (agent.startsWith("python")) return "python";
  return agent.includes("iPhone") ? "mobile" : "browser";
}

function unusualRows({ acts, days }: UsageFacts): Rows {
  const start = days.find(({ state }) => state === "held")?.date ?? "";
  const firstUses = grouped(acts, ({ name }) => name).flatMap((group) =>
    (first(group) ?? "") > start
      ? [[first(group), "activity seen first", group[0].person, group[0].name, group.length]]
      : [],
  );
  const known = acts.filter(({ personKind: kind }) => kind !== "unknown");
  const firstDays = new Map(
    grouped(acts, ({ person }) => person).map((group) => [group[0].person, first(group) ?? ""]),
  );
  const addresses = grouped(
    known.filter(({ event }) => text(event, "ClientIP") !== null),
    ({ person, event }) => [person, text(event, "ClientIP")],
  ).flatMap((group) =>
    (first(group) ?? "") > (firstDays.get(group[0].person) ?? "")
      ? [[first(group), "new address", group[0].person, text(group[0].event, "ClientIP"), group.length]]
      : [],
  );
  const offHours = acts.filter(({ kind, personKind, createdMs }) => {
    const [hour, weekday] = [new Date(createdMs).getUTCHours(), new Date(createdMs).getUTCDay()];
    const isOff = hour < 7 || hour >= 19 || weekday === 0 || weekday === 6;
    return (
      isOff &&
      (kind === "export" || kind === "admin") &&
      (personKind === "person" || personKind === "external")
    );
  });
  const off = grouped(offHours, ({ date, person, name }) => [date, person, name]).map((group) => [
    group[0].date,
    "off hours",
    group[0].person,
    group[0].name,
    group.length,
  ]);
  return [...firstUses, ...addresses, ...off, ...manyExports(known)];
}

function manyExports(acts: readonly Act[]): Rows {
  return grouped(
    acts.filter(({ kind }) => kind === "export"),
    ({ person }) => person,
  ).flatMap((group) => {
    const byDay = grouped(group, ({ date }) => date).map((day) => ({ date: day[0].date, times: day.length }));
    return byDay.flatMap(({ date, times }) => {
      const others = byDay.filter((day) => day.date !== date).map((day) => day.times);
      const mean = others.reduce((sum, one) => sum + one, 0) / others.length;
      const deviation = Math.sqrt(others.reduce((sum, one) => sum + (one - mean) ** 2, 0) / others.length);
      if (others.length < 3 || times <= mean + 3 * deviation + 1e-6) return [];
      return [
        [
          date,
          "many exports",
          group[0].person,
          `mean of other days ${(Math.round(mean * 10) / 10).toFixed(1)}`,
          times,
        ],
      ];
    });
  });
}

function monday(date: string): string {
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return daysBefore(date, weekday);
}
