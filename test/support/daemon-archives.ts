import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DaemonRig, LogLine } from "./daemon-rig.js";

/** The days that a daemon's log says were archived, each after its tenant. */
export function archivedIn(lines: readonly LogLine[]): readonly string[] {
  return lines
    .filter(({ msg }) => msg === "day archived")
    .map((line) => `${String(line["tenant"])} ${String(line["day"])}`);
}

/** Changes one byte of a sealed page in the state folder. */
export function damagePage({ folder }: DaemonRig, tenant: string): void {
  const days = join(folder, "state", tenant, "days");
  const page = readdirSync(days, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith("h09-0001.json.zst"),
  );
  const path = join(days, page ?? "");
  const bytes = readFileSync(path);
  bytes[8] = (bytes[8] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
