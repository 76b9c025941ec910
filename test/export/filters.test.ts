import { describe, expect, it } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";

const DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"] as unknown as readonly UtcDay[];
const COMBINATIONS = 60;

interface Event {
  readonly CreationTime: string;
  readonly Activity?: string;
  readonly UserId?: string | null;
  readonly WorkspaceId?: string;
  readonly WorkSpaceName?: string;
}

/** What is asked of an export; an empty list asks for all. */
interface Wish {
  readonly from: string;
  readonly to: string;
  readonly activity: readonly string[];
  readonly user: readonly string[];
  readonly workspace: readonly string[];
}

/** A generator of numbers from 0 to below 1 that a seed decides. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function isNamed(wanted: readonly string[], ...values: readonly unknown[]): boolean {
  return (
    wanted.length === 0 ||
    values.some((value) => wanted.some((one) => one.toUpperCase() === String(value).toUpperCase()))
  );
}

/** The answer by a plain loop over what the simulated tenant serves; shares no code with the export. */
function expectedOf(
  lines: readonly string[],
  { from, to, activity, user, workspace }: Wish,
): readonly string[] {
  // Both ends count whole at their own precision: as many characters are compared as were asked for.
  return lines.filter((line) => {
    const event = JSON.parse(line) as Event;
    const time = event.CreationTime;
    return (
      time.slice(0, from.length) >= from &&
      time.slice(0, to.length) <= to &&
      isNamed(activity, event.Activity) &&
      isNamed(user, event.UserId) &&
      isNamed(workspace, event.WorkspaceId, event.WorkSpaceName)
    );
  });
}

function argvOf({ from, to, ...lists }: Wish): readonly string[] {
  const filters = Object.entries(lists).flatMap(([name, values]) =>
    name === "workspace"
      ? values.flatMap((value) => ["--workspace", value])
      : values.length === 0
        ? []
        : [`--${name}`, values.join(",")],
  );
  return ["export", "--from", from, "--to", to, ...filters, "--no-act"];
}

async function archived(): Promise<{ readonly rig: E2eRig; readonly lines: readonly string[] }> {
  const rig = await e2eRig({ horizon: "5d", scenario: { eventsPerDay: 400 } });
  await succeed(rig, "archive");
  const { simulator, clock } = rig;
  const lines = DAYS.flatMap((day) =>
    [...simulator.truth.distinctEventsOf(day, clock.now())].map((text) => Buffer.from(text).toString()),
  );
  return { rig, lines };
}

describe("an export by filters", () => {
  it("gives what a plain loop over the source's events gives, for every filter and ends inside a day", async () => {
    const { rig, lines } = await archived();
    const random = numbers(20_261_127);
    const events = lines.map((line) => JSON.parse(line) as Event);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const some = (field: keyof Event): readonly string[] => {
      if (random() < 0.5) return [];
      const values = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(events)[field]);
      const texts = values.flatMap((value) =>
        typeof value === "string" && value !== "" && !value.includes(",") ? [value] : [],
      );
      return texts.map((text) => (random() < 0.5 ? text : text.toUpperCase()));
    };
    const precisions = [10, 16, 19];
    let [found, filtered] = [0, 0];
    for (let turn = 0; turn < COMBINATIONS; turn++) {
      const times = [pick(events).CreationTime, pick(events).CreationTime].toSorted();
      const [from = "", to = ""] = times.map((time) => time.slice(0, pick(precisions)));
      const wish: Wish = {
        ...(from.slice(0, 10) > to.slice(0, 10) ? { from: to, to: from } : { from, to }),
        activity: some("Activity"),
        user: some("UserId"),
        workspace: some(random() < 0.5 ? "WorkspaceId" : "WorkSpaceName"),
      };
      const expected = expectedOf(lines, wish);
      const { out, exit } = await rig.run(...argvOf(wish));
      expect({ wish, exit, out }).toEqual({
        wish,
        exit: 0,
        out: expected.map((line) => `${line}\n`).join(""),
      });
      found += expected.length;
      filtered += expected.length < lines.length ? 1 : 0;
    }
    // A test that compares nothing with nothing would pass too.
    expect(found).toBeGreaterThan(1000);
    expect(filtered).toBeGreaterThan(COMBINATIONS / 2);
  }, 120_000);
});
