import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";
import type { DaemonRig } from "../support/daemon-rig.js";
import { ANA, BEN, newKey } from "../support/retention-rig.js";

const DAY = "days/2026/11/19/r0001";

/** A daemon that keeps days for ten days and may destroy by itself; two people can approve, and both must. */
async function automaticRig(): Promise<DaemonRig> {
  const rig = await daemonRig({ start: "2026-11-21T12:00:00.000Z", horizon: "4d", schedule: "7 6 * * *" });
  const people = `people:
  records-manager: { name: Ana, key: "${newKey(rig, "ana")}", may: [hold, approve] }
  legal-counsel: { name: Ben, key: "${newKey(rig, "ben", "ecdsa")}", may: [hold, approve] }
`;
  rig.configure((text) =>
    text.replace(
      /^retention: .*$/m,
      `retention: { schedule: FIN-07, keep: 10d, approvers: 2, dispose: automatic }\n${people}`,
    ),
  );
  await rig.runUntil("2026-11-22T12:00:00.000Z");
  await succeed(rig, "people", "apply");
  return rig;
}

async function succeed(rig: DaemonRig, ...argv: readonly string[]): Promise<string> {
  const { exit, out, err } = await rig.run(...argv);
  expect(`${argv.join(" ")}: ${err}${exit}`).toMatch(/0$/);
  return out;
}

describe("disposal without a person at hand", () => {
  it("destroys what enough people approved in advance, and nothing before both have", async () => {
    const rig = await automaticRig();
    await succeed(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA);
    await rig.runUntil("2026-12-01T12:00:00.000Z");
    const tombstone = join(rig.folder, "vault/contoso", DAY, "tombstone.json");
    expect(existsSync(tombstone)).toBe(false);
    await succeed(rig, "dispose", "standing", "--until", "2027-03-31", ...BEN);

    const { lines } = await rig.runUntil("2026-12-02T12:00:00.000Z");

    const disposed = lines.filter(({ msg }) => msg === "days disposed of");
    expect(disposed[0]).toMatchObject({ tenant: "contoso", plan: "P0001", kept: 0 });
    const { approvals } = JSON.parse(readFileSync(tombstone, "utf8")) as { readonly approvals: object[] };
    expect(approvals).toMatchObject([{ person: "records-manager" }, { person: "legal-counsel" }]);
    const verified = await rig.run("verify", "--level", "deep");
    expect(verified.out).not.toMatch(/damage/);
    expect(verified.exit).toBe(0);
    expect(await succeed(rig, "dispose", "report", "P0001")).toContain("Certificate of destruction P0001");
  }, 60_000);

  it("leaves everything to people once one has taken the approval back", async () => {
    const rig = await automaticRig();
    await succeed(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA);
    await succeed(rig, "dispose", "standing", "--until", "2027-03-31", ...BEN);
    expect(await succeed(rig, "dispose", "list")).toContain(
      "approved in advance by legal-counsel until 2027-03-31: FIN-07, keep 10d",
    );
    await succeed(rig, "dispose", "withdraw", "records-manager", ...BEN);

    const { lines } = await rig.runUntil("2026-12-02T12:00:00.000Z");

    expect(lines.filter(({ msg }) => msg === "days disposed of")).toEqual([]);
    expect(existsSync(join(rig.folder, "vault/contoso", DAY, "events.ndjson.zst"))).toBe(true);
    expect((await rig.run("retention", "overdue")).exit).toBe(68);
    expect((await rig.run("verify")).exit).toBe(0);
  }, 60_000);

  it("rests on the statements themselves: verify finds one that was altered", async () => {
    const rig = await automaticRig();
    await succeed(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA);
    await succeed(rig, "dispose", "standing", "--until", "2027-03-31", ...BEN);
    await rig.runUntil("2026-12-01T12:00:00.000Z");
    const acts = join(rig.folder, "vault/contoso/acts");
    const approval = readdirSync(acts).toSorted().at(-1) ?? "";
    const path = join(acts, approval, "statement.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("2027-03-31", "2027-03-30"));

    const { out, exit } = await rig.run("verify");

    expect(exit).toBe(65);
    expect(out).toContain(`damage: acts/${approval}: `);
  }, 60_000);

  it("refuses an approval for longer than a year", async () => {
    const rig = await automaticRig();

    const { exit, err } = await rig.run("dispose", "standing", "--until", "2028-01-01", ...ANA);

    expect(exit).toBe(64);
    expect(err).toContain("--until: expected a day from 2026-11-22 to 2027-11-23, found 2028-01-01");
  }, 60_000);
});
