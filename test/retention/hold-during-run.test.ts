import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { Inbox } from "../../src/retention/inbox.js";
import { quickFiles } from "../support/quick-files.js";
import { approvedPlan } from "./approved-plan.js";
import { SILENT } from "./model/silent-log.js";
import type { World } from "./model/world.js";

const NEVER = new AbortController().signal;

describe("a hold that is asked for while a plan runs", () => {
  it("binds before the next day is destroyed (fault 95)", async () => {
    const { world, answer, run } = await heldDuringRun();

    await run();

    expect(answer("00000000000000bb")).toMatchObject({ answer: { kind: "hold", hold: "H0001" } });
    expect(answer("00000000000000aa")).toMatchObject({
      answer: {
        days: [
          { day: "2026-11-12", outcome: "destroyed" },
          { day: "2026-11-13", outcome: "kept", reason: "held H0001" },
        ],
      },
    });
    expect(await world.verify("worm")).toEqual([]);
  });

  it("takes the day out of the plan for good: its release brings back no approval", async () => {
    const { world, run } = await heldDuringRun((held) => {
      held.buckets.worm.isDown = true;
    });
    await run();
    world.buckets.worm.isDown = false;
    await world.ask({ act: "hold-release", hold: "H0001", reason: "closed" }, [{ as: "cleo", with: "cleo" }]);

    // The plan waits for the first day, and goes on with it alone.
    const again = await world.ask({ act: "dispose-run", plan: "P0001" });

    expect(again).toMatchObject({
      plan: { state: "finished" },
      days: [
        { day: "2026-11-12", outcome: "destroyed" },
        { day: "2026-11-13", outcome: "kept", reason: "held H0001" },
      ],
    });
    expect(world.archive.ledger.index.days.get("2026-11-13" as UtcDay)?.disposing).toBeUndefined();
    const next = await world.ask({ act: "dispose-plan", until: world.today() });
    expect(next).toMatchObject({ plan: { plan: "P0002", days: 1 } });
  });
});

/** An approved plan of two days, and a hold on both that is asked for while the first of them is destroyed. */
async function heldDuringRun(meanwhile: (world: World) => void = () => undefined) {
  const world = await approvedPlan();
  const folder = join(world.root, "inbox");
  mkdirSync(folder, { recursive: true });
  const leave = (id: string, request: object): void =>
    writeFileSync(join(folder, `${id}.json`), JSON.stringify({ ...request, actor: "tester" }));
  const hold = { act: "hold-place", from: null, to: null, future: true, matter: "M", reason: "r" } as const;
  const draft = await world.draft(hold, "cleo");
  if (draft.kind !== "to-sign") throw new Error(draft.kind);
  const signed = [world.signed(draft.statement, { as: "cleo", with: "cleo" })];
  world.onRemove = () => {
    world.onRemove = () => undefined;
    meanwhile(world);
    leave("00000000000000bb", { ...hold, signed });
  };
  leave("00000000000000aa", { act: "dispose-run", plan: "P0001", signed: [] });
  return {
    world,
    run: () => new Inbox(quickFiles(), world.root).serve(world.process.desk, SILENT, NEVER),
    answer: (id: string): unknown => JSON.parse(readFileSync(join(folder, `${id}.answer`), "utf8")),
  };
}
