import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { automaticRig, succeedIn } from "../support/automatic-rig.js";
import { ANA, BEN } from "../support/retention-rig.js";

const DAY = "days/2026/11/19/r0001";

describe("disposal without a person at hand", () => {
  it("leaves everything to people once one has taken the approval back", async () => {
    const rig = await automaticRig();
    await succeedIn(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA);
    await succeedIn(rig, "dispose", "standing", "--until", "2027-03-31", ...BEN);
    expect(await succeedIn(rig, "dispose", "list")).toContain(
      "approved in advance by legal-counsel until 2027-03-31: FIN-07, keep 10d",
    );
    await succeedIn(rig, "dispose", "withdraw", "records-manager", ...BEN);

    const { lines } = await rig.runUntil("2026-12-02T12:00:00.000Z");

    expect(lines.filter(({ msg }) => msg === "days disposed of")).toEqual([]);
    expect(existsSync(join(rig.folder, "vault/contoso", DAY, "events.ndjson.zst"))).toBe(true);
    expect((await rig.run("retention", "overdue")).exit).toBe(68);
    expect((await rig.run("verify")).exit).toBe(0);
  }, 60_000);

  it("rests on the statements themselves: verify finds one that was altered", async () => {
    const rig = await automaticRig();
    await succeedIn(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA);
    await succeedIn(rig, "dispose", "standing", "--until", "2027-03-31", ...BEN);
    await rig.runUntil("2026-12-01T12:00:00.000Z");
    const acts = join(rig.folder, "vault/contoso/acts");
    const approval = readdirSync(acts).toSorted().at(-1) ?? "";
    const path = join(acts, approval, "statement.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("2027-03-31", "2027-03-30"));

    const { out, exit } = await rig.run("verify");

    expect(exit).toBe(65);
    expect(out).toContain(`damage: acts/${approval}: `);
  }, 60_000);
});
