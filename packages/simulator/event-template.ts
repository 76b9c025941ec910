import { ACTIVITIES } from "./activities.js";
import type { Activity } from "./activities.js";
import { writeObject } from "./json-text.js";
import type { JsonStyle } from "./json-text.js";
import type { Scenario } from "./scenario.js";
import { GUID_BYTES, hash32, pick } from "./seeded-random.js";
import { sceneOf } from "./tenant-directory.js";
import type { Scene } from "./tenant-directory.js";

/**
 * The text of an event with holes for what differs from one event to the next, so that making an event is one copy of
 * bytes and some characters written into it: the simulator must never be what a measurement measures.
 */
export interface EventTemplate {
  readonly activity: string;
  /** Undefined where the field is missing, as in a sample that Microsoft published. */
  readonly userId: string | undefined;
  readonly bytes: Uint8Array;
  readonly timeForm: TimeForm;
  /** Characters of CreationTime. */
  readonly timeLength: number;
  /** Where each value begins in `bytes`; -1 when the event has no such field. */
  readonly idAt: number;
  readonly timeAt: number;
  readonly requestIdAt: number;
  readonly activityIdAt: number;
}

/** How CreationTime is written: the service leaves the zone out, other ways to the log add it. */
export type TimeForm = keyof typeof TIME_LENGTH;

const TIME_LENGTH = { seconds: 19, "seconds-z": 20, "milliseconds-z": 24 } as const;
const TIME_FORMS = ["seconds", "seconds", "seconds", "seconds-z", "seconds-z", "milliseconds-z"] as const;
const TEMPLATE_COUNT = 256;
const ZERO_GUID = "00000000-0000-0000-0000-000000000000";
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 Edg/133.0.0.0";
const AGENTS = [
  BROWSER,
  "PowerBI-iOS/33.4.1 (iPhone; iOS 18.3)",
  BROWSER,
  "python-requests/2.32.3",
  undefined,
] as const;
const ADDRESSES = ["198.51.100.23", "203.0.113.77", "2001:db8:14:2::9c", "192.0.2.200", null] as const;

// Stand for values to come; no name or text of the tenant holds so long a run of one letter.
const ID_HOLE = "I".repeat(GUID_BYTES);
const REQUEST_ID_HOLE = "R".repeat(GUID_BYTES);
const ACTIVITY_ID_HOLE = "A".repeat(GUID_BYTES);

/** What the events of a time have instead of the usual. */
export interface TemplateChange {
  /** All events are of this activity; undefined: each activity at least once, then mostly people who look at reports. */
  readonly activity?: Activity;
  /** Fields without a value; those in which one event differs from the next keep theirs. */
  readonly emptied: readonly string[];
}

/** The tenant's templates. Each is made when it is first needed: a small tenant needs few of them. */
export class EventTemplates {
  readonly #scenario: Scenario;
  readonly #change: TemplateChange;
  readonly #made = { whole: new Map<number, EventTemplate>(), withoutId: new Map<number, EventTemplate>() };

  constructor(scenario: Scenario, change: TemplateChange) {
    this.#scenario = scenario;
    this.#change = change;
  }

  /** The one for an event with this hash. */
  of(hash: number, hasId: boolean): EventTemplate {
    const number = hash % TEMPLATE_COUNT;
    const made = hasId ? this.#made.whole : this.#made.withoutId;
    const known = made.get(number);
    if (known !== undefined) return known;
    const template = makeTemplate(this.#scenario, number, this.#change, hasId);
    made.set(number, template);
    return template;
  }
}

function activityOf(seed: number, number: number): Activity {
  const hash = hash32(seed, 0xac7, number);
  return ACTIVITIES[number] ?? (hash % 3 === 0 ? pick(ACTIVITIES, hash >>> 2) : ACTIVITIES[0]);
}

function makeTemplate(
  scenario: Scenario,
  number: number,
  { activity = activityOf(scenario.seed, number), emptied }: TemplateChange,
  hasId: boolean,
): EventTemplate {
  const scene = sceneOf(scenario.seed, scenario.tenantId, number);
  const timeForm = pick(TIME_FORMS, hash32(scenario.seed, 0x71e, number));
  const timeHole = "T".repeat(TIME_LENGTH[timeForm]);
  const members = [
    ...(hasId ? [["Id", ID_HOLE] as const] : []),
    ...membersOf(scene, number, activity, timeHole).map((member) => emptyOneOf(member, emptied, timeHole)),
  ];
  // Two levels down: the page's object and its array.
  const bytes = Buffer.from(writeObject(members, styleOf(scenario, number), 2));
  return {
    activity: activity.name,
    userId: members.some(([name, value]) => name === "UserId" && value !== null)
      ? scene.user.principalName
      : undefined,
    bytes,
    timeForm,
    timeLength: TIME_LENGTH[timeForm],
    idAt: bytes.indexOf(ID_HOLE),
    timeAt: bytes.indexOf(timeHole),
    requestIdAt: bytes.indexOf(REQUEST_ID_HOLE),
    activityIdAt: bytes.indexOf(ACTIVITY_ID_HOLE),
  };
}

type Member = readonly [name: string, value: unknown];

function membersOf(scene: Scene, number: number, activity: Activity, time: string): readonly Member[] {
  const agent = pick(AGENTS, number);
  const members: readonly Member[] = [
    ["RecordType", activity.name.startsWith("Read") ? 357 : 20],
    ["CreationTime", time],
    ["Operation", activity.name],
    ["OrganizationId", scene.tenantId],
    ["UserType", scene.user.type],
    ["UserKey", scene.user.key],
    ["Workload", "PowerBI"],
    ["UserId", scene.user.principalName],
    ["ClientIP", pick(ADDRESSES, number >>> 1)],
    ...(agent === undefined ? [] : [["UserAgent", agent] as const]),
    ["Activity", activity.name],
    ["WorkSpaceName", scene.workspace.name],
    ["CapacityId", scene.capacity.id.toUpperCase()],
    ["CapacityName", scene.capacity.name],
    ["WorkspaceId", scene.workspace.id],
    ["IsSuccess", number % 17 !== 9],
    ["RequestId", REQUEST_ID_HOLE],
    ["ActivityId", number % 13 === 12 ? ZERO_GUID : ACTIVITY_ID_HOLE],
    ...Object.entries(activity.fields(scene)),
  ];
  return oddMembers(members, number);
}

function emptyOneOf([name, value]: Member, emptied: readonly string[], timeHole: string): Member {
  const isHole = value === timeHole || value === REQUEST_ID_HOLE || value === ACTIVITY_ID_HOLE;
  return emptied.includes(name) && !isHole ? [name, null] : [name, value];
}

/** A few templates lack what nearly all have, and a few name a field twice. */
function oddMembers(members: readonly Member[], number: number): readonly Member[] {
  const rare = ["OrganizationId", "UserId", "RecordType"];
  if (number % 64 === 19) return members.filter(([name]) => !rare.includes(name));
  if (number % 64 === 41) return [...members, ["WorkSpaceName", "renamed meanwhile"]];
  return members;
}

const LINE_BREAKS = { compact: "", pretty: "\n", "pretty-crlf": "\r\n" } as const;

function styleOf(scenario: Scenario, number: number): JsonStyle {
  return {
    lineBreak: LINE_BREAKS[scenario.layout],
    escapesLetters: number % 32 === 7,
    escapesSlashes: number % 32 === 23,
  };
}
