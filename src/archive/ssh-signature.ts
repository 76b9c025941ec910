import { join } from "node:path";
import type { Files } from "../io/files.js";
import { runProgram } from "../io/run-program.js";
import { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import { NAMESPACE } from "./roster.js";

/** A signature of OpenSSH over a statement, and who is said to have made it. */
export interface SshSignature {
  readonly statement: Uint8Array;
  /** The armored signature that `ssh-keygen -Y sign` writes. */
  readonly signature: Uint8Array;
  readonly person: string;
  /** One line of an `allowed_signers` file. */
  readonly allowedSigner: string;
  /** When it must have been valid, milliseconds since the epoch. */
  readonly atMs: number;
}

/** Why OpenSSH does not accept a signature; undefined when it does. SSH_KEYGEN_MISSING. */
export type SignatureCheck = (signature: SshSignature) => Promise<string | undefined>;

/**
 * Why OpenSSH does not accept the signature; undefined when it does. `folder` is for files that ssh-keygen reads, and is
 * removed. SSH_KEYGEN_MISSING.
 */
export async function signatureProblem(
  { statement, signature, person, allowedSigner, atMs }: SshSignature,
  files: Files,
  folder: string,
): Promise<string | undefined> {
  await files.removeTree(folder);
  await files.makeFolder(folder);
  try {
    const [signers, sig] = [join(folder, "allowed_signers"), join(folder, "statement.json.sig")];
    await files.writeNew(signers, Buffer.from(`${allowedSigner}\n`));
    await files.writeNew(sig, signature);
    const who = ["-I", person, "-n", NAMESPACE, "-f", signers, "-s", sig];
    const { exit, output } = await sshKeygen(
      ["-Y", "verify", `-Overify-time=${verifyTime(atMs)}`, ...who],
      statement,
    );
    return exit === 0 ? undefined : output.split("\n")[0] || `ssh-keygen ended with ${exit}`;
  } finally {
    await files.removeTree(folder);
  }
}

/** Signs the file with a private key on this machine: `<file>.sig` is made beside it. STATEMENT_INVALID, SSH_KEYGEN_MISSING. */
export async function signFile(path: string, privateKey: string): Promise<void> {
  const { exit, output } = await sshKeygen(["-Y", "sign", "-n", NAMESPACE, "-f", privateKey, path]);
  if (exit === 0) return;
  throw new DaybookError("STATEMENT_INVALID", {
    message: `--key ${privateKey}: ssh-keygen could not sign: ${output}`,
    hint: "name the private key of the person, or its .pub file when an agent holds the key",
  });
}

async function sshKeygen(argv: readonly string[], input?: Uint8Array) {
  const ended = await runProgram("ssh-keygen", argv, input === undefined ? {} : { input });
  if (ended.exit !== 127) return ended;
  throw new DaybookError("SSH_KEYGEN_MISSING", { message: `ssh-keygen: ${ended.output}` });
}

/** `20261127113000Z`, as ssh-keygen(1) wants it. */
function verifyTime(atMs: number): string {
  return `${isoTime(atMs).slice(0, 19).replace(/[-:T]/g, "")}Z`;
}
