import { tmpdir } from "node:os";
import { join } from "node:path";
import { signatureProblem } from "../../../src/archive/ssh-signature.js";
import type { SshSignature } from "../../../src/archive/ssh-signature.js";
import { sha256Hex } from "../../../src/model/sha256.js";
import { quickFiles } from "../../support/quick-files.js";

/** The answers of ssh-keygen, each asked for once. */
const answers = new Map<string, Promise<string | undefined>>();

export async function checkedOnce(one: SshSignature): Promise<string | undefined> {
  const name = sha256Hex(
    JSON.stringify([
      one.person,
      one.allowedSigner,
      one.atMs,
      Buffer.from(one.signature).toString("hex"),
      Buffer.from(one.statement).toString("hex"),
    ]),
  );
  const known =
    answers.get(name) ??
    signatureProblem(
      one,
      quickFiles(),
      join(tmpdir(), `daybook-model-ssh-${process.pid}-${name.slice(0, 16)}`),
    );
  answers.set(name, known);
  return known;
}
