import { describe, expect, it } from "vitest";
import { ledgerOf } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";

describe("daybook trail", { timeout: 60_000 }, () => {
  it("tells who did what, from the own archive, a sink and a folder", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 10 } });
    await rig.run("archive");
    await rig.run(
      "hold",
      "place",
      "--matter",
      "M-1",
      "--reason",
      "a claim",
      "--from",
      "2026-11-20",
      "--to",
      "2026-11-20",
    );
    await rig.run("archive");
    const placed = ledgerOf(rig.state).find(({ type }) => type === "hold-placed");

    const own = await rig.run("trail");
    const sink = await rig.run("trail", "--sink", "vault");
    const folder = await rig.run("trail", "--path", rig.vault);

    expect(own.exit).toBe(0);
    expect(own.out).toContain("the archive was created");
    expect(own.out).toMatch(new RegExp(`${placed?.seq}  ${placed?.time}  \\S+ +.*H0001`));
    expect(own.out).not.toContain("a claim");
    for (const copy of [sink, folder])
      expect(copy.out.split("\n").slice(1)).toEqual(own.out.split("\n").slice(1));
  });

  it("takes types, with those of the daily work, and days", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 10 } });
    await rig.run("archive");
    const sealed = ledgerOf(rig.state).filter(({ type }) => type === "day-sealed");

    const daily = await rig.json("trail", "--type", "day-sealed");
    const csv = await rig.run("trail", "--format", "csv");
    const early = await rig.run("trail", "--to", "2026-10-31");
    const unknown = await rig.run("trail", "--type", "hold-place");

    expect(daily.value).toMatchObject({
      format: "daybook.trail/1",
      archives: [{ acts: sealed.map(({ seq }) => ({ seq, type: "day-sealed" })) }],
    });
    expect(csv.out).toContain('"seq","time","actor","type","text"');
    expect(early).toMatchObject({ exit: 66, out: expect.stringContaining("no such act") as unknown });
    expect(unknown).toMatchObject({
      exit: 64,
      err: expect.stringContaining("did you mean hold-placed?") as unknown,
    });
  });
});
