import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Witness } from "../../src/anchor/witness.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { loadOrMakeSigningKey } from "../../src/ledger/signing-key.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../../src/model/note-key.js";
import { WitnessServer } from "../../src/serve/witness-server.js";
import { e2eRig } from "./e2e-rig.js";
import type { E2eOptions, E2eRig } from "./e2e-rig.js";
import { SAMPLE_PEM } from "./sample-archive.js";
import { succeed } from "./retention-rig.js";

/** A witness on this machine, as `daybook witness serve` runs it. */
export interface StartedWitness {
  readonly url: string;
  /** Its public key, as the configuration and `verify --witness` take it. */
  readonly key: string;
  /** What it remembers: the newest head of each archive. */
  readonly statePath: string;
  /** What it said of each head. */
  readonly events: readonly string[];
  /** Ends the server. */
  stop(): Promise<void>;
}

/** Starts a witness in the rig's folder that watches the rig's archive; a second one of a name has its key and memory. */
export async function startWitness(rig: E2eRig, name: string): Promise<StartedWitness> {
  const { keys } = (await keysOf(rig)) ?? { keys: [] };
  const logs = keys.flatMap(({ log_key: text }) => parseNoteKey(text, SIGNATURE_TYPE.log) ?? []);
  const statePath = join(rig.folder, `${name}.heads`);
  const key = await loadOrMakeSigningKey(nodeFiles, `${statePath}.key`);
  const signer = key.signerFor(name, SIGNATURE_TYPE.witness);
  const witness = await Witness.open({ files: nodeFiles, clock: rig.clock, statePath, name, signer, logs });
  const publicText = key.publicText(name, SIGNATURE_TYPE.witness);
  const events: string[] = [];
  const server = new WitnessServer({ witness, publicText, note: (line) => void events.push(line) });
  const port = await server.start({ host: "127.0.0.1", port: 0 });
  let isRunning = true;
  const stop = async (): Promise<void> => {
    if (isRunning) await server.close();
    isRunning = false;
  };
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${port}/`, key: publicText, statePath, events, stop };
}

/** A tenant with two sealed days, signed with SAMPLE_KEY, and no witness yet. */
export async function rigToWitness(options: E2eOptions = {}): Promise<E2eRig> {
  const rig = await e2eRig({ ...options, more: MORE });
  writeFileSync(join(rig.folder, "signing.pem"), SAMPLE_PEM, { mode: 0o600 });
  await succeed(rig, "archive");
  return rig;
}

/** Names these witnesses in the rig's configuration. */
export function haveWitnesses(
  rig: E2eRig,
  witnesses: readonly (Pick<StartedWitness, "url" | "key"> & { readonly required?: boolean })[],
): void {
  const list = witnesses.map(
    ({ url, key, required = true }) => `    - { url: "${url}", key: "${key}", required: ${required} }\n`,
  );
  rig.configure({ more: `${MORE}anchor:\n  every: 1d\n  witnesses:\n${list.join("")}` });
}

const MORE = "signing: { privateKey: { file: ./signing.pem } }\n";

async function keysOf(
  rig: E2eRig,
): Promise<{ readonly keys: readonly { readonly log_key: string }[] } | undefined> {
  const { value } = await rig.json("keys", "list");
  return (value as { tenants: { keys: { log_key: string }[] }[] }).tenants[0];
}
