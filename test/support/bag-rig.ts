import { readFileSync } from "node:fs";
import { join } from "node:path";
import { e2eRig } from "./e2e-rig.js";
import type { E2eRig } from "./e2e-rig.js";
import { succeed } from "./retention-rig.js";

export const BAG_FILTER = ["--activity", "ViewReport"];
export const BAG_RANGE = ["--from", "2026-11-19", "--to", "2026-11-20"];

/** An archive of three days, 2026-11-18 to 2026-11-20. */
export async function threeDays(): Promise<E2eRig> {
  const rig = await e2eRig({ horizon: "5d", scenario: { eventsPerDay: 60 } });
  await succeed(rig, "archive");
  return rig;
}

/** A bag of its last two days, in the folder `handover`. */
export async function bagged(rig: E2eRig, ...more: readonly string[]): Promise<string> {
  await succeed(rig, "export", ...BAG_RANGE, "--bag", "handover", ...more);
  return join(rig.folder, "handover");
}

interface Verified {
  readonly archives: readonly {
    readonly findings: readonly { readonly code: string }[];
  }[];
}

/** The codes that `verify` finds, each once and sorted. */
export async function bagCodes(rig: E2eRig, path: string, level = "content"): Promise<readonly string[]> {
  const { value } = await rig.json("verify", "--path", path, "--level", level);
  const { findings = [] } = (value as Verified).archives[0] ?? {};
  return [...new Set(findings.map(({ code }) => code))].toSorted();
}

export function textLines(path: string): readonly string[] {
  return readFileSync(path, "utf8").trimEnd().split(/\r?\n/);
}
