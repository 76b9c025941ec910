import { expect } from "vitest";
import { daemonRig } from "./daemon-rig.js";
import type { DaemonRig } from "./daemon-rig.js";
import { newKey } from "./retention-rig.js";

/** A daemon that keeps days for ten days and may destroy by itself; two people can approve, and both must. */
export async function automaticRig(): Promise<DaemonRig> {
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
  await succeedIn(rig, "people", "apply");
  return rig;
}

/** Runs a command that must succeed; what it printed. */
export async function succeedIn(rig: DaemonRig, ...argv: readonly string[]): Promise<string> {
  const { exit, out, err } = await rig.run(...argv);
  expect(`${argv.join(" ")}: ${err}${exit}`).toMatch(/0$/);
  return out;
}
