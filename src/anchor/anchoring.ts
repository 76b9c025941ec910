import { join } from "node:path";
import { anchorPolicyBytes } from "../archive/anchor-policy.js";
import type { Head } from "../archive/head.js";
import { LIMITS, cosignaturePath } from "../archive/layout.js";
import { ConsistencyFinder } from "../bytes/merkle-consistency.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import { replaceFile } from "../io/publish-file.js";
import { fileAct } from "../ledger/file-act.js";
import { readChain } from "../ledger/ledger-entries.js";
import type { Ledger } from "../ledger/ledger.js";
import { durationMs } from "../model/duration.js";
import type { Duration } from "../model/duration.js";
import { isDaybookError } from "../model/errors.js";
import type { DaybookError } from "../model/errors.js";
import { headPath } from "../model/ledger-entry.js";
import type { Log } from "../model/log.js";
import { SIGNATURE_TYPE, noteKeyText } from "../model/note-key.js";
import { sha256Hex } from "../model/sha256.js";
import { askWitness } from "./ask-witness.js";
import type { Question, Witness } from "./ask-witness.js";

/** What the configuration wants of witnesses. */
export interface AnchorRules {
  /** After this long the newest head is cosigned again. */
  readonly every: Duration;
  readonly witnesses: readonly (Witness & { readonly required: boolean })[];
}

export interface AnchoringParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
  readonly ledger: Ledger;
  readonly rules: AnchorRules;
}

/** Has witnesses cosign the newest head, so that whoever holds key and folder cannot tell a second history. */
export class Anchoring {
  readonly #parts: AnchoringParts;

  constructor(parts: AnchoringParts) {
    this.#parts = parts;
  }

  /**
   * Asks each witness whose turn it is. One that fails costs the others nothing and no pass: what went wrong is returned, and
   * logged. ARCHIVE_*, DISK_*.
   */
  async run(signal: AbortSignal): Promise<readonly DaybookError[]> {
    await this.#recordPolicy();
    const due = this.#due();
    if (due.length === 0) return [];
    const question = await this.#question(signal);
    const asked = await Promise.all(due.map((witness) => this.#ask(witness, question, signal)));
    const found = asked.flatMap((one) => ("line" in one ? [one] : []));
    await this.#record(question.head, found);
    return asked.flatMap((one) => ("error" in one ? [one.error] : []));
  }

  /** What is promised stands in the ledger before it is kept, and the end of a promise as well. */
  async #recordPolicy(): Promise<void> {
    const { ledger, rules } = this.#parts;
    const { policy } = ledger.index.anchors;
    if (policy === null && rules.witnesses.length === 0) return;
    const witnesses = rules.witnesses.map(({ key, required }) => ({
      key: noteKeyText(key.name, key.publicKey, SIGNATURE_TYPE.witness),
      required,
    }));
    const bytes = anchorPolicyBytes({ every: rules.every, witnesses });
    const sha256 = sha256Hex(bytes);
    if (policy?.sha256 === sha256) return;
    const quorum = witnesses.filter(({ required }) => required).length;
    await ledger.append(
      { type: "anchor-policy", every: rules.every, witness_quorum: quorum, policy_sha256: sha256 },
      "daybook",
      fileAct(this.#parts, new Map([["anchor-policy.json", bytes]])),
    );
  }

  #due(): readonly Witness[] {
    const { ledger, rules, clock } = this.#parts;
    const { witnessed, contradicted } = ledger.index.anchors;
    const everyMs = durationMs(rules.every) ?? 0;
    const nowMs = clock.now();
    return rules.witnesses.filter(({ key: { name } }) => {
      const last = witnessed[name];
      // One that saw another history is asked again only under a new policy: somebody has looked at it.
      return !Object.hasOwn(contradicted, name) && (last === undefined || nowMs >= last.atMs + everyMs);
    });
  }

  async #question(signal: AbortSignal): Promise<Question> {
    const { files, root, ledger } = this.#parts;
    const { head } = ledger;
    const note = await files.read(join(root, headPath(head.size)), LIMITS.head);
    let leaves: Promise<readonly Uint8Array[]> | undefined;
    const proofFrom = async (old: number): Promise<readonly Uint8Array[]> => {
      if (old === 0 || old === head.size) return [];
      leaves ??= this.#leaves(head.size, signal);
      const finder = new ConsistencyFinder(old, head.size);
      for (const leaf of await leaves) finder.add(leaf);
      return finder.proof() ?? [];
    };
    return { head, note, proofFrom };
  }

  async #leaves(size: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const leaves: Uint8Array[] = [];
    for await (const { leaf } of readChain(this.#parts, signal)) {
      if (leaves.length === size) break;
      leaves.push(leaf);
    }
    return leaves;
  }

  async #ask(
    witness: Witness,
    question: Question,
    signal: AbortSignal,
  ): Promise<
    { readonly name: string; readonly line: string } | { readonly name: string; readonly error: DaybookError }
  > {
    const { http, ledger, log, tenant } = this.#parts;
    const { name } = witness.key;
    const { size } = question.head;
    // A witness may have cosigned a head that was lost since; what it says then, its answer judges.
    const old = Math.min(size, ledger.index.anchors.witnessed[name]?.size ?? 0);
    try {
      const { line } = await askWitness(http, witness, question, { old, signal });
      return { name, line };
    } catch (error) {
      if (!isDaybookError(error)) throw error;
      const { code, message, hint } = error;
      const isContradiction = code === "WITNESS_CONTRADICTED";
      log[isContradiction ? "error" : "warn"](
        { tenant, witness: name, code, message, hint },
        "head not cosigned",
      );
      if (isContradiction) await ledger.append({ type: "witness-contradicted", name, size }, "daybook");
      return { name, error };
    }
  }

  async #record(
    { size }: Head,
    found: readonly { readonly name: string; readonly line: string }[],
  ): Promise<void> {
    if (found.length === 0) return;
    const { files, root, ledger, log, tenant } = this.#parts;
    const bytes = Buffer.from(found.map(({ line }) => `${line}\n`).join(""));
    const path = join(root, cosignaturePath(size));
    await files.makeFolder(join(root, "anchors"));
    await replaceFile(files, { path, bytes, staging: join(root, "staging") });
    await files.syncFolder(root);
    for (const { name } of found) {
      const act = { type: "anchored", size, kind: "witness", name, token_sha256: sha256Hex(bytes) } as const;
      await ledger.append(act, "daybook");
      log.info({ tenant, witness: name, size }, "head cosigned");
    }
  }
}
