import { dirname, resolve } from "node:path";
import { Witness } from "../anchor/witness.js";
import { listen } from "../config/schema.js";
import { loadOrMakeSigningKey } from "../ledger/signing-key.js";
import { DaybookError } from "../model/errors.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../model/note-key.js";
import type { NoteKey } from "../model/note-key.js";
import { isoTime } from "../model/utc-day.js";
import type { ListenAddress } from "../serve/listen.js";
import { WitnessServer } from "../serve/witness-server.js";
import type { Command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { untilAborted } from "./until-aborted.js";

export interface WitnessServeOptions {
  readonly name?: string;
  readonly logKey?: readonly string[];
  readonly state?: string;
  readonly key?: string;
  readonly listen: string;
}

/** A witness of archives that other people keep, until it is stopped. */
export const witnessServe: Command<WitnessServeOptions> = async (options, surroundings) => {
  const { files, clock, cwd, signal, stdout } = surroundings;
  const name = requireName(options.name);
  const logs = requireKeys(options.logKey);
  if (options.state === undefined)
    throw usage("--state: expected a file for the newest heads, found nothing");
  const statePath = resolve(cwd, options.state);
  const keyPath = options.key === undefined ? `${statePath}.key` : resolve(cwd, options.key);
  const address = addressOf(options.listen);
  await files.makeFolder(dirname(statePath));
  const unlock = await files.lock(`${statePath}.lock`);
  try {
    const key = await loadOrMakeSigningKey(files, keyPath);
    const signer = key.signerFor(name, SIGNATURE_TYPE.witness);
    const witness = await Witness.open({ files, clock, statePath, name, signer, logs });
    const publicText = key.publicText(name, SIGNATURE_TYPE.witness);
    const note = (line: string): void => {
      stdout.write(`${isoTime(clock.now())} ${line}\n`);
    };
    const server = new WitnessServer({ witness, publicText, note });
    const port = await server.start(address);
    stdout.write(
      [
        `witness ${name} on http://${address.host}:${port}/`,
        `  watches     ${logs.map((log) => log.name).join("\n              ")}`,
        `  state       ${statePath}`,
        `  public key  ${publicText}`,
        "give this line to the archive's operator for anchor.witnesses, and to its auditors for verify --witness",
        "",
      ].join("\n"),
    );
    await untilAborted(signal);
    await server.close();
    return { exit: EXIT.ok, text: "", json: undefined };
  } finally {
    unlock();
  }
};

function requireName(name: string | undefined): string {
  if (name !== undefined && /^[^\s+]{1,200}$/.test(name)) return name;
  throw usage(`--name: expected a name without blank and plus sign, found ${JSON.stringify(name ?? "")}`);
}

function requireKeys(texts: readonly string[] | undefined): readonly NoteKey[] {
  if (texts === undefined || texts.length === 0)
    throw usage("--log-key: expected the key of an archive, found none");
  return texts.map((text) => {
    const key = parseNoteKey(text, SIGNATURE_TYPE.log);
    if (key !== undefined) return key;
    throw usage(`--log-key: expected daybook/<archive id>+<key id>+<base64>, found ${JSON.stringify(text)}`);
  });
}

function addressOf(text: string): ListenAddress {
  const address = listen.safeParse(text);
  if (address.success) return address.data;
  throw usage(
    `--listen: expected an address and a port, such as 127.0.0.1:7676, found ${JSON.stringify(text)}`,
  );
}

function usage(message: string): DaybookError {
  return new DaybookError("USAGE", {
    message,
    hint: "`daybook keys list` prints an archive's key for witnesses; `daybook help witness serve` has an example",
  });
}
