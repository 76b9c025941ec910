import { resolve } from "node:path";
import { fingerprintOf } from "../archive/known-keys.js";
import { findCosignature } from "../archive/cosignature.js";
import { witnessesJson } from "../audit/check-anchors.js";
import type { AnchorDemands, WitnessedHead } from "../audit/check-anchors.js";
import type { Head } from "../archive/head.js";
import { headLine } from "../archive/head.js";
import { DaybookError } from "../model/errors.js";
import { checkProof } from "../proof/check-proof.js";
import { MAX_PROOF_BYTES, invalid, parseProof } from "../proof/proof-form.js";
import type { EventProof } from "../proof/proof-form.js";
import type { CommandResult, Surroundings } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { witnessLines } from "./verify-witnesses.js";
import { keptHeads } from "./kept-heads.js";

export interface ProofOptions {
  readonly proof: string;
  /** PEM of the one key that may have signed. */
  readonly key: string | undefined;
  readonly heads: readonly string[];
  /** The witnesses that must have cosigned; undefined: no demand. */
  readonly anchors: AnchorDemands | undefined;
}

/** Checks the proof of one event without its archive. PROOF_INVALID where it does not hold. */
export async function verifyProof(
  { proof: path, key, heads: kept, anchors }: ProofOptions,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const { files, cwd } = surroundings;
  const parsed = parseProof(await files.read(resolve(cwd, path), MAX_PROOF_BYTES), path);
  const proved = checkProof(parsed, key === undefined ? [] : [key]);
  const { manifest, head, sealedAt, archiveId } = proved;
  const keys = [...proved.keys].map(([id, pem]) => ({ key_id: id, fingerprint: fingerprintOf(pem) }));
  const isKept = await isAmongKept(headLine(head), kept, surroundings);
  const witnessed = witnessesOf(parsed, head, anchors);
  const isVouched = key !== undefined || isKept || anchors !== undefined;
  const signed = keys.map(({ key_id: id, fingerprint }) => `${id} sha256:${fingerprint}`).join(", ");
  return {
    exit: EXIT.ok,
    text: [
      `${path}: ${isVouched ? "proved" : "consistent"}; the event stands in the archive of tenant ${manifest.tenant_id}`,
      ...(isVouched
        ? []
        : [`  signed by key ${signed}, which nobody vouched for: compare it, or name the key with --key`]),
      `  day ${manifest.day}, revision ${manifest.revision}, sealed at ${sealedAt}`,
      `  head ${headLine(head)}${isKept ? ", one that was kept elsewhere" : ""}`,
      ...witnessLines(witnessed, head.size),
      parsed.line,
    ].join("\n"),
    json: {
      format: "daybook.proof-check/1",
      verdict: isVouched ? "proved" : "consistent",
      archive_id: archiveId,
      tenant_id: manifest.tenant_id,
      day: manifest.day,
      revision: manifest.revision,
      sealed: sealedAt,
      head: { size: head.size, root: head.root },
      keys,
      witnesses: witnessesJson(witnessed),
      line: parsed.line,
    },
  };
}

/** The trusted witnesses that cosigned the head of the proof. PROOF_INVALID when they are fewer than demanded. */
function witnessesOf(
  { cosignatures }: Pick<EventProof, "cosignatures">,
  head: Head,
  demands: AnchorDemands | undefined,
): readonly WitnessedHead[] {
  if (demands === undefined) return [];
  const { witnesses, quorum = witnesses.length } = demands;
  const found = witnesses.flatMap((key) => {
    const cosigned = findCosignature(cosignatures, head, key);
    return cosigned === undefined ? [] : [{ name: key.name, size: head.size, atMs: cosigned.atMs }];
  });
  if (found.length >= quorum) return found;
  throw invalid(
    "head",
    `cosignatures of ${found.length} of the witnesses`,
    `${quorum} of ${witnesses.map(({ name }) => name).join(", ")}`,
  );
}

/** Whether somebody kept the head on which the proof rests. Without the ledger another one cannot be compared: USAGE. */
async function isAmongKept(
  line: string,
  paths: readonly string[],
  surroundings: Surroundings,
): Promise<boolean> {
  if (paths.length === 0) return false;
  const heads = await keptHeads(paths, surroundings);
  if (heads.some((head) => headLine(head) === line)) return true;
  throw new DaybookError("USAGE", {
    message: "--heads: expected the very head of the proof among them, found others",
    hint: "heads of another size can be compared with the archive alone: `daybook verify --path FOLDER --heads FILE`",
  });
}
