import { join } from "node:path";
import type { E2eRig } from "./e2e-rig.js";
import { ANA, BEN, retain, retentionRig, rigPastRetention, succeed } from "./retention-rig.js";

/** By the name of a published form: what commands really answer in it. */
export type JsonAnswers = Readonly<Record<string, (rig: E2eRig) => Promise<readonly unknown[]>>>;

export async function answer(rig: E2eRig, ...argv: readonly string[]): Promise<unknown> {
  return (await rig.json(...argv)).value;
}

/** Of acts about people, rules and disposals. */
export const ACT_ANSWERS: JsonAnswers = {
  "people-apply": async () => {
    const rig = await retentionRig();
    return [await answer(rig, "people", "apply"), await answer(rig, "people", "apply")];
  },
  shorten: async () => {
    const rig = await retentionRig(2, { keep: "2y" });
    await succeed(rig, "people", "apply");
    retain(rig, "schedule: FIN-08, keep: 1y, approvers: 2");
    await succeed(rig, "archive");
    return [await answer(rig, "retention", "shorten", ...ANA)];
  },
  plan: async (rig) => [
    await answer(rig, "dispose", "plan"),
    ...(await plannedAnd("approve")),
    ...(await plannedAnd("refuse")),
  ],
  disposal: async () => {
    const rig = await rigPastRetention();
    await succeed(rig, "dispose", "plan");
    for (const by of [ANA, BEN]) await succeed(rig, "dispose", "approve", "P0001", ...by);
    return [await answer(rig, "dispose", "run", "P0001")];
  },
  standing: async () => {
    const rig = await retentionRig();
    await succeed(rig, "people", "apply");
    return [
      await answer(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA),
      await answer(rig, "dispose", "withdraw", "records-manager", ...BEN),
    ];
  },
};

/** A plan is drawn, and one person approves or refuses it. */
async function plannedAnd(act: "approve" | "refuse"): Promise<readonly unknown[]> {
  const rig = await rigPastRetention();
  return [await answer(rig, "dispose", "plan"), await answer(rig, "dispose", act, "P0001", ...ANA)];
}

/** Of what is typed before there is an archive. */
export const FIRST_STEP_ANSWERS: JsonAnswers = {
  "config-init": async (rig) => [
    await answer(rig, "config", "init", "one/daybook.yaml"),
    await answer(rig, "config", "init", "two/daybook.yaml", "--full"),
  ],
  setup: async (rig) => [await setUp(rig), await setUp(rig), await setUp(rig, "--no-check")],
  demo: async (rig) => [await answer(rig, "demo")],
  simulator: async (rig) => {
    const stop = new AbortController();
    const said = new Promise<string>((resolve) => {
      const stdout = { isTTY: false, columns: 80, write: resolve };
      void rig.runWith({ signal: stop.signal, stdout }, "simulate", "--port", "0", "--json");
    });
    try {
      return [JSON.parse(await said)];
    } finally {
      stop.abort();
    }
  },
  "new-sink": async (rig) => [
    await answer(rig, "sinks", "new", "our-tape"),
    await answer(rig, "sinks", "new", "our-lake", "--kind", "sink"),
  ],
};

function setUp(rig: E2eRig, ...more: readonly string[]): Promise<unknown> {
  const { scenario, url } = rig.simulator;
  const tenant = ["--tenant-id", scenario.tenantId, "--api", `${url}/`, "--method", "token"];
  const rest = ["--secret-file", "token", "--archive", join(rig.folder, "set-up"), "--schedule", "FIN-07"];
  return answer(rig, "setup", "--config", "set-up.yaml", ...tenant, ...rest, ...more);
}
