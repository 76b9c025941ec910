import { createPublicKey } from "node:crypto";
import { fingerprintOf } from "../archive/known-keys.js";
import { keyPath } from "../archive/layout.js";
import { SIGNATURE_TYPE, noteKeyText } from "../model/note-key.js";
import type { Command, CommonOptions } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import type { LookedAt } from "./held.js";

/** The keys of each archive; the fingerprint is what an operator tells an auditor by another way. */
export const keysList: Command<CommonOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, async (looked) => ({
    tenant: looked.tenant.name,
    keys: await keysOf(looked),
  }));
  const lines = found.flatMap(({ tenant, keys }) =>
    keys.length === 0
      ? [`${tenant}: no archive yet`]
      : keys.flatMap(({ id, fingerprint, log_key: logKey }) => [
          `${tenant}  ${id}  ${fingerprint}`,
          `  for witnesses  ${logKey}`,
        ]),
  );
  const hasKeys = found.some(({ keys }) => keys.length > 0);
  return {
    exit: hasKeys ? EXIT.ok : EXIT.nothingToVerify,
    text: lines.join("\n"),
    json: { format: "daybook.keys/1", tenants: found },
  };
};

/** Id (docs/FORMAT.md), SHA-256 of the SPKI form, and the text for witnesses (c2sp.org/signed-note) of each public key. */
export async function keysOf({
  held,
  tenant: { files, root },
}: LookedAt): Promise<readonly { id: string; fingerprint: string; log_key: string }[]> {
  const ids = held?.ledger.keys.ids ?? [];
  return Promise.all(
    ids.map(async (id) => {
      const pem = new TextDecoder().decode(await files.read(`${root}/${keyPath(id)}`));
      const logKey = noteKeyText(held?.identity.origin ?? "", createPublicKey(pem), SIGNATURE_TYPE.log);
      return { id, fingerprint: `sha256:${fingerprintOf(pem)}`, log_key: logKey };
    }),
  );
}
