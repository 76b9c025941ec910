import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { expect, it } from "vitest";
import type { E2eRig } from "../support/e2e-rig.js";
import { ANA, BEN, retain, retentionRig, succeed } from "../support/retention-rig.js";

/** What the plain model knows of an archived day. */
interface Kept {
  /** The Id of one of its events. */
  readonly canary: string;
  /** Calendar years; a longer rule raises it while the day is there. */
  years: number;
}

/** What happens in a year, before its disposal. */
interface Year {
  readonly keep?: number;
  /** Holds the days that are archived now. */
  readonly hold?: string;
  readonly release?: string;
}

const YEARS: readonly Year[] = [
  { keep: 1 },
  { hold: "H0001" },
  {},
  { keep: 3 },
  { hold: "H0002" },
  {},
  { keep: 2 },
  { release: "H0001" },
  {},
  {},
];

it("keeps in ten years what a plain model keeps, and leaves nothing of what it destroys", async () => {
  const rig = await retentionRig(2, { scenario: { eventsPerDay: 40 } });
  await succeed(rig, "people", "apply");
  const kept = new Map<string, Kept>();
  const held = new Map<string, readonly string[]>();
  const gone: Kept[] = [];
  let rule = 1;
  for (const [index, year] of YEARS.entries()) {
    if (index > 0) rig.clock.advance(Date.UTC(2026 + index, 10, 22, 12) - rig.clock.now());
    if (year.keep !== undefined) {
      rule = year.keep;
      retain(rig, `schedule: FIN-${index}, keep: ${rule}y, approvers: 2`);
      for (const one of kept.values()) one.years = Math.max(one.years, rule);
    }
    await rig.run("archive");
    for (const day of daysWithEvents(rig))
      if (!kept.has(day)) kept.set(day, { canary: idOfAnEvent(rig, day), years: rule });
    if (year.hold !== undefined) held.set(year.hold, await placeHold(rig, year.hold));
    if (year.release !== undefined) {
      await succeed(rig, "hold", "release", year.release, "--reason", "closed", ...ANA);
      held.delete(year.release);
    }
    const isHeld = (day: string): boolean => [...held.values()].some((days) => days.includes(day));
    const due = [...kept].filter(([day, { years }]) => mayGo(day, years) <= rig.clock.now() && !isHeld(day));

    await dispose(rig, due.length);

    for (const [day, one] of due) {
      kept.delete(day);
      gone.push(one);
    }
    expect(daysWithEvents(rig)).toEqual([...kept.keys()].toSorted());
    const verified = await rig.run("verify", "--level", "deep");
    expect(verified.out).not.toMatch(/damage|notice/);
  }

  const found = textsBelow(rig.folder);
  expect(gone.length).toBeGreaterThan(8);
  expect(gone.filter(({ canary }) => found.includes(canary))).toEqual([]);
  expect([...kept.values()].filter(({ canary }) => !found.includes(canary))).toEqual([]);
  // Of the hold that stands.
  expect(kept.has("2030-11-20")).toBe(true);
}, 1_200_000);

/** The days of the vault that have their events, oldest first. */
function daysWithEvents({ vault }: E2eRig): readonly string[] {
  const paths = readdirSync(join(vault, "days"), { recursive: true, encoding: "utf8" });
  const days = paths.flatMap((path) => {
    const [, year, month, day] = /^(\d{4})\/(\d\d)\/(\d\d)\/r\d{4}\/events\.ndjson\.zst$/.exec(path) ?? [];
    return day === undefined ? [] : [`${year}-${month}-${day}`];
  });
  return [...new Set(days)].toSorted();
}

function idOfAnEvent({ vault }: E2eRig, day: string): string {
  const path = join(vault, "days", day.replaceAll("-", "/"), "r0001", "events.ndjson.zst");
  return /"Id":"([^"]+)"/.exec(zstdDecompressSync(readFileSync(path)).toString())?.[1] ?? "";
}

/** The first moment at which a day may go: the end of the day, and its years. */
function mayGo(day: string, years: number): number {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return Date.UTC(year + years, month - 1, date + 1);
}

/** On the days that were archived last. */
async function placeHold(rig: E2eRig, hold: string): Promise<readonly string[]> {
  const days = daysWithEvents(rig).slice(-2);
  const range = ["--from", days[0] ?? "", "--to", days.at(-1) ?? ""];
  const placed = await succeed(
    rig,
    "hold",
    "place",
    "--matter",
    hold,
    "--reason",
    "a letter",
    ...range,
    ...BEN,
  );
  expect(placed).toContain(`${hold} is placed`);
  return days;
}

async function dispose(rig: E2eRig, count: number): Promise<void> {
  const drawn = await rig.run("dispose", "plan");
  const plan = /(P\d{4}) is drawn: (\d+) day/.exec(drawn.out);
  expect(Number(plan?.[2] ?? 0)).toBe(count);
  if (plan?.[1] === undefined) return;
  await succeed(rig, "dispose", "approve", plan[1], ...ANA);
  await succeed(rig, "dispose", "approve", plan[1], ...BEN);
  await succeed(rig, "dispose", "run", plan[1]);
}

/** Everything below the folder, decompressed. */
function textsBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      return (entry.name.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes).toString("latin1");
    })
    .join("\n");
}
