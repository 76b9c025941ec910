import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import { e2eRig } from "./e2e-rig.js";
import type { E2eOptions, E2eRig } from "./e2e-rig.js";

/** An archive in a record sink, and a host that can be lost. */
export interface RestoreRig extends E2eRig {
  /** What the state folder held before it was lost. */
  readonly lost: string;
  /** The state folder is gone; of it only the signing key was kept, and is brought back. */
  loseState(): void;
  bringKey(): void;
  nextDay(): void;
}

export async function restoreRig(options: E2eOptions = {}): Promise<RestoreRig> {
  return restorable(await e2eRig(options));
}

/** The same of a rig that is there. */
export function restorable(rig: E2eRig): RestoreRig {
  const [lost, key] = [join(rig.folder, "lost"), join(rig.folder, "state", "signing-key.pem")];
  const bringKey = (): void => {
    mkdirSync(join(rig.folder, "state"), { recursive: true, mode: 0o700 });
    rmSync(key, { force: true });
    renameSync(join(lost, "signing-key.pem"), key);
  };
  return Object.assign(rig, {
    lost,
    bringKey,
    loseState: () => {
      rmSync(lost, { recursive: true, force: true });
      renameSync(join(rig.folder, "state"), lost);
    },
    nextDay: () => rig.clock.advance(DAY_MS),
  });
}

/** A second sink beside the vault. */
export function secondSink(folder: string): string {
  return `  second: { use: local-files, path: ${JSON.stringify(join(folder, "second"))} }\n`;
}

/** Path and content of every file below the folder; empty when there is none. */
export function filesBelow(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted();
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), "latin1")]));
}

/** A disk that fails from the moment on when a file of the vault would get such a name. */
export function vaultBreaksAt(at: RegExp): Files {
  let isBroken = false;
  return {
    ...nodeFiles,
    link: async (from, to) => {
      isBroken ||= to.includes("/vault/") && at.test(to);
      if (isBroken && to.includes("/vault/"))
        throw new DaybookError("DISK_FAILED", { message: `${to}: injected fault` });
      await nodeFiles.link(from, to);
    },
  };
}
