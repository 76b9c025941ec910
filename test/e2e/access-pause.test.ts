import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SimulatorOptions } from "../../packages/simulator/index.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const MINUTE_MS = 60_000;

const SECRET_AUTH = "{ method: client-secret, clientId: CLIENT, secret: { file: ./secret } }";

async function signedInRig(scenario: SimulatorOptions): Promise<E2eRig> {
  const rig = await e2eRig({ scenario });
  const { clientId, clientSecret } = rig.simulator.scenario;
  writeFileSync(join(rig.folder, "secret"), clientSecret, { mode: 0o600 });
  rig.configure({ auth: SECRET_AUTH.replace("CLIENT", clientId) });
  return rig;
}

/** How many requests one `archive` sends to the activity log. */
async function asked(rig: E2eRig): Promise<number> {
  const before = rig.simulator.requests.length;
  await rig.run("archive");
  return rig.simulator.requests.slice(before).filter(({ path }) => path.includes("activityevents")).length;
}

describe("archive from cron at a source that refuses (fault 44)", () => {
  it("asks every 15 minutes at most, and says the same in between", async () => {
    const rig = await signedInRig({ access: "not-authorized" });

    const first = await asked(rig);
    rig.clock.advance(5 * MINUTE_MS);
    const held = await rig.run("archive");
    const second = await asked(rig);
    rig.clock.advance(10 * MINUTE_MS);
    const third = await asked(rig);

    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
    expect(third).toBeGreaterThan(0);
    expect(held).toMatchObject({
      exit: 77,
      out: expect.stringContaining("the next attempt is in 10 min") as string,
    });
  });

  it("holds a token that the source refused, and no other", async () => {
    const rig = await e2eRig({ scenario: { bearerToken: "the-brokers-next-token" } });

    const first = await asked(rig);
    const second = await asked(rig);
    writeFileSync(join(rig.folder, "token"), "the-brokers-next-token", { mode: 0o600 });

    expect([first > 0, second]).toEqual([true, 0]);
    expect((await rig.run("archive")).exit).toBe(0);
  });

  it("goes on at once when config check --online is let in", async () => {
    const rig = await signedInRig({ access: "not-authorized" });
    await rig.run("archive");
    await rig.restartSimulator({ access: "allowed" });
    const stamp = join(rig.state, "access-refused.json");
    expect(existsSync(stamp)).toBe(true);

    expect((await rig.run("config", "check", "--online")).exit).toBe(0);

    expect(existsSync(stamp)).toBe(false);
    expect((await rig.run("archive")).exit).toBe(0);
  });
});
