import { DAY_MS } from "../../src/model/utc-day.js";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { e2eRig } from "./e2e-rig.js";
import type { E2eOptions, E2eRig } from "./e2e-rig.js";
import { SAMPLE_PEM } from "./sample-archive.js";

/** A key of OpenSSH in the rig's folder; its public half. */
export function newKey(
  { folder }: Pick<E2eRig, "folder">,
  name: string,
  type: "ed25519" | "ecdsa" = "ed25519",
): string {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", name, "-f", join(folder, name)]);
  return readFileSync(join(folder, `${name}.pub`), "utf8").trim();
}

/** Replaces the line `retention:` of the configuration. */
export function retain({ folder }: E2eRig, rules: string): void {
  const path = join(folder, "daybook.yaml");
  const text = readFileSync(path, "utf8").replace(/^retention: .*$/m, `retention: { ${rules} }`);
  writeFileSync(path, text, { mode: 0o600 });
}

/**
 * A tenant whose days are kept for a year, with two people: records-manager signs with the key `ana`, legal-counsel with `ben`, of
 * another type. 2026-11-19 and 2026-11-20 are archived, signed with SAMPLE_KEY, unless the options say another time.
 */
export async function retentionRig(
  approvers = 2,
  { keep = "1y", more = "", ...options }: E2eOptions & { readonly keep?: string } = {},
): Promise<E2eRig> {
  const rig = await e2eRig({ ...options, more: `${more}signing: { privateKey: { file: ./signing.pem } }\n` });
  writeFileSync(join(rig.folder, "signing.pem"), SAMPLE_PEM, { mode: 0o600 });
  retain(rig, `schedule: FIN-07, keep: ${keep}, approvers: ${approvers}`);
  const path = join(rig.folder, "daybook.yaml");
  writeFileSync(
    path,
    `${readFileSync(path, "utf8")}people:
  records-manager: { name: Ana, key: "${newKey(rig, "ana")}", may: [hold, approve] }
  legal-counsel: { name: Ben, key: "${newKey(rig, "ben", "ecdsa")}", may: [hold, approve] }
`,
    { mode: 0o600 },
  );
  await succeed(rig, "archive");
  return rig;
}

export const ANA = ["--as", "records-manager", "--key", "ana"] as const;
export const BEN = ["--as", "legal-counsel", "--key", "ben"] as const;

/** An archive whose days are past their retention, one of them under a hold. */
export async function rigPastRetention(): Promise<E2eRig> {
  const rig = await retentionRig();
  await succeed(rig, "people", "apply");
  const days = ["--from", "2026-11-19", "--to", "2026-11-19"];
  await succeed(rig, "hold", "place", "--matter", "M-1", "--reason", "a letter", ...days, ...BEN);
  await succeed(rig, "hold", "place", "--matter", "M-2", "--reason", "another", "--all", ...BEN);
  await succeed(rig, "hold", "release", "H0002", "--reason", "settled", ...BEN);
  rig.clock.advance(400 * DAY_MS);
  return rig;
}

/** The same with the other day destroyed. */
export async function rigWithDestroyedDay(): Promise<E2eRig> {
  const rig = await rigPastRetention();
  await destroyWhatIsDue(rig);
  return rig;
}

/** Runs a command that must succeed; what it printed. */
export async function succeed(rig: E2eRig, ...argv: readonly string[]): Promise<string> {
  const { exit, out, err } = await rig.run(...argv);
  expect(`${argv.join(" ")}: ${err}${exit}`).toMatch(/0$/);
  return out;
}

/** Two days were archived, held, released, and destroyed by two people more than a year later. */
export async function disposedArchive(): Promise<E2eRig> {
  const rig = await retentionRig();
  await succeed(rig, "people", "apply");
  await succeed(rig, "hold", "place", "--matter", "M-1", "--reason", "a letter", "--all", ...ANA);
  await succeed(rig, "hold", "release", "H0001", "--reason", "closed", ...BEN);
  rig.clock.advance(400 * DAY_MS);
  await destroyWhatIsDue(rig);
  return rig;
}

/** Its first plan is drawn, approved by both people, and run. */
async function destroyWhatIsDue(rig: E2eRig): Promise<void> {
  await succeed(rig, "dispose", "plan");
  for (const by of [ANA, BEN]) await succeed(rig, "dispose", "approve", "P0001", ...by);
  await succeed(rig, "dispose", "run", "P0001");
}
