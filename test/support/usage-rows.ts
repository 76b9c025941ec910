import {
  first,
  grouped,
  idOf,
  itemIdOf,
  itemOf,
  last,
  listed,
  newest,
  text,
  timeText,
} from "./usage-truth.js";
import type { Act, Event } from "./usage-truth.js";

export type Rows = readonly (readonly unknown[])[];

export const named = (field: string) => (event: Event) => text(event, field);
export const succeeded = ({ event }: Act): boolean => event["IsSuccess"] !== false;
export const of = (acts: readonly Act[], ...activities: readonly string[]): readonly Act[] =>
  acts.filter(({ activity }) => activities.includes(activity));

export function sharingRows(acts: readonly Act[]): Rows {
  const each = acts
    .filter(({ kind }) => kind === "share")
    .flatMap((act) => {
      const found = ["SharingInformation", "SubscribeeInformation", "ExternalSubscribeeInformation"].flatMap(
        (field) => listed(act.event, field),
      );
      return (found.length === 0 ? [{}] : found).map((recipient: Event) => ({ act, recipient }));
    });
  const key = ({ act, recipient }: (typeof each)[number]): readonly unknown[] => {
    const who =
      text(recipient, "RecipientEmail") ??
      text(recipient, "UserPrincipalName") ??
      text(recipient, "RecipientName");
    const organisation = JSON.stringify(act.event["OrgAppPermission"] ?? "").includes("Entire Organization");
    const reach =
      act.activity === "PublishToWebReport"
        ? "web"
        : organisation
          ? "organisation"
          : text(act.event, "SharingScope");
    return [
      act.person,
      act.name,
      itemIdOf(act.event),
      who?.toLowerCase() ?? null,
      text(recipient, "ResharePermission"),
      reach,
    ];
  };
  const groups = new Map<string, Act[]>();
  for (const one of each)
    groups.set(JSON.stringify(key(one)), [...(groups.get(JSON.stringify(key(one))) ?? []), one.act]);
  return [...groups].map(([name, group]) => {
    const [person, activity, itemId, who, permission, reach] = JSON.parse(name) as unknown[];
    return [
      person,
      activity,
      newest(group, itemOf),
      who,
      permission,
      reach,
      group.length,
      last(group),
      itemId,
    ];
  });
}

export function guestRows(acts: readonly Act[]): Rows {
  return grouped(
    acts.filter(({ personKind: kind }) => kind === "external"),
    ({ person }) => person,
  ).map((group) => [
    group[0].person,
    "guest",
    first(group),
    last(group),
    group.length,
    of(group, "ViewReport").length,
    group.filter(({ kind }) => kind === "export").length,
    new Set(group.flatMap(({ event }) => idOf(event, "WorkspaceId") ?? [])).size,
  ]);
}

export function recipientRows(acts: readonly Act[]): Rows {
  const home = new Set(
    acts.filter(({ personKind: kind }) => kind === "person").map(({ person }) => person.split("@")[1]),
  );
  const dates = new Map<string, string[]>();
  for (const { kind, date, event } of acts) {
    if (kind !== "share" && kind !== "export") continue;
    for (const field of ["SharingInformation", "ExternalSubscribeeInformation"]) {
      for (const recipient of listed(event, field)) {
        const address = text(recipient, "RecipientEmail")?.toLowerCase();
        if (address === undefined || !address.includes("@")) continue;
        if (!address.includes("#ext#") && home.has(address.split("@")[1])) continue;
        dates.set(address, [...(dates.get(address) ?? []), date]);
      }
    }
  }
  return [...dates].map(([address, all]) => [
    address,
    "recipient",
    all.toSorted()[0],
    all.toSorted().at(-1),
    all.length,
    0,
    0,
    0,
  ]);
}

export function permissionRows(act: Act): Rows {
  const { event } = act;
  const subjects = [
    ...listed(event, "MembershipInformation").map((one) => [text(one, "MemberEmail"), null]),
    ...listed(event, "WorkspaceAccessList").flatMap((one) =>
      listed(one, "UserAccessList").map((user) => [
        text(user, "Identifier"),
        text(user, "GroupUserAccessRight"),
      ]),
    ),
    ...listed(event, "FolderAccessRequests").map((one) => [
      text(one, "UserObjectId") ?? text(one, "GroupObjectId"),
      text(one, "RolePermissions"),
    ]),
    ...(text(event, "TakingOverOwner") === null ? [] : [[text(event, "TakingOverOwner"), "owner"]]),
  ];
  return (subjects.length === 0 ? [[null, null]] : subjects).map(([subject, role]) => [
    timeText(act.createdMs),
    act.person,
    act.name,
    subject?.toLowerCase() ?? null,
    role ?? null,
    itemOf(event) ?? text(event, "WorkSpaceName"),
    text(event, "WorkSpaceName"),
    text(event, "ClientIP"),
    succeeded(act),
  ]);
}

export function refreshRows(acts: readonly Act[]): Rows {
  const about = of(acts, "RefreshDataset", "CancelDatasetRefresh", "SetScheduledRefresh");
  return grouped(about, ({ event }) => datasetOf(event)).map((group) => {
    const refreshes = of(group, "RefreshDataset");
    const [good, bad] = [refreshes.filter(succeeded), refreshes.filter((act) => !succeeded(act))];
    return [
      newest(group, named("DatasetName")),
      newest(group, named("WorkSpaceName")),
      refreshes.length,
      bad.length,
      of(group, "CancelDatasetRefresh").length,
      of(group, "SetScheduledRefresh").length,
      newestMs(good),
      newestMs(bad),
      ...datasetOf(group[0].event),
    ];
  });
}

function datasetOf(event: Event): readonly unknown[] {
  return [idOf(event, "DatasetId"), idOf(event, "WorkspaceId")];
}

function newestMs(group: readonly Act[]): string | null {
  return group.length === 0 ? null : timeText(Math.max(...group.map(({ createdMs }) => createdMs)));
}
