import { verify } from "node:crypto";
import { cosign } from "../archive/cosignature.js";
import { headLine, parseHead } from "../archive/head.js";
import type { Head, SignedHead } from "../archive/head.js";
import { isConsistent } from "../bytes/merkle-consistency.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { Turn } from "../io/turn.js";
import { DaybookError } from "../model/errors.js";
import type { NoteKey } from "../model/note-key.js";
import type { Signer } from "../model/signer.js";
import { parseAddCheckpoint } from "./add-checkpoint.js";
import type { AddCheckpoint } from "./add-checkpoint.js";

export interface WitnessParts {
  readonly files: Files;
  readonly clock: Clock;
  /** The newest head of each archive, as it was signed. It is the witness's whole memory. */
  readonly statePath: string;
  readonly name: string;
  readonly signer: Signer;
  /** The keys of the archives that are watched; an archive whose key was replaced has several. */
  readonly logs: readonly NoteKey[];
}

/** What is answered to a request, by https://c2sp.org/tlog-witness. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: "text/plain; charset=utf-8" | "text/x.tlog.size";
  readonly body: string;
  /** What happened, for the witness's own log; undefined for what is no head of a watched archive. */
  readonly event?: string;
}

/** By origin: the newest head, and the note in which it was signed. */
type NewestHeads = Map<string, { readonly head: Head; readonly note: string }>;

/** More archives than one witness watches. */
const MAX_STATE_BYTES = 1 << 20;

/** Remembers the newest head of each archive, and cosigns only what continues it. */
export class Witness {
  readonly #parts: WitnessParts;
  readonly #turn = new Turn();
  readonly #newest: NewestHeads;

  private constructor(parts: WitnessParts, newest: NewestHeads) {
    this.#parts = parts;
    this.#newest = newest;
  }

  /** Reads what is remembered. ARCHIVE_DAMAGED where it is not what a witness wrote: it must not forget. */
  static async open(parts: WitnessParts): Promise<Witness> {
    const { files, statePath } = parts;
    const newest: NewestHeads = new Map();
    if ((await files.stat(statePath)) === undefined) return new Witness(parts, newest);
    const text = Buffer.from(await files.read(statePath, MAX_STATE_BYTES)).toString("utf8");
    for (const part of text.split("\n\n\n")) {
      const note = `${part.replace(/\n$/, "")}\n`;
      const signed = parseHead(Buffer.from(note));
      if (signed === undefined)
        throw new DaybookError("ARCHIVE_DAMAGED", {
          message: `${statePath}: found something else, expected the newest head of each archive`,
          hint: "bring back a copy of the file; without it the witness would cosign another history",
        });
      newest.set(signed.head.origin, { head: signed.head, note });
    }
    return new Witness(parts, newest);
  }

  /** Judges a request, and remembers the head before it is cosigned. DISK_*. */
  async add(bytes: Uint8Array): Promise<WitnessAnswer> {
    const request = parseAddCheckpoint(bytes);
    const signed = request && parseHead(request.note);
    if (request === undefined || signed === undefined) return plain(400, "not a request with a checkpoint");
    const keys = this.#parts.logs.filter(({ name }) => name === signed.head.origin);
    if (keys.length === 0) return plain(404, "unknown origin");
    if (!keys.some((key) => isSignedBy(signed, key))) return plain(403, "no signature of a known key");
    // Comparing and remembering are one step: a second request must not be compared with what the first replaces.
    return this.#turn.take(() => this.#judge(request, signed.head));
  }

  async #judge({ old, proof, note }: AddCheckpoint, head: Head): Promise<WitnessAnswer> {
    const known = this.#newest.get(head.origin)?.head ?? { size: 0, root: "" };
    if (old > head.size) return plain(400, "the old size is larger than the checkpoint's");
    if (old !== known.size) return conflict(known.size);
    if (old === head.size && known.root !== head.root)
      return { ...conflict(known.size), event: `REFUSED another root: ${headLine(head)}` };
    if (!isConsistent(known, head, proof))
      return plain(422, "the proof does not hold", `REFUSED another history: ${headLine(head)}`);
    await this.#remember(head, Buffer.from(note).toString("utf8"));
    const { clock, name, signer } = this.#parts;
    const line = cosign(head, name, Math.floor(clock.now() / 1000), signer);
    return plain(200, line, `cosigned ${headLine(head)}`);
  }

  async #remember(head: Head, note: string): Promise<void> {
    const { files, statePath } = this.#parts;
    const next = new Map(this.#newest).set(head.origin, { head, note });
    const text = [...next.values()].map((one) => one.note).join("\n\n");
    await replaceFile(files, { path: statePath, bytes: Buffer.from(text) });
    this.#newest.set(head.origin, { head, note });
  }
}

function isSignedBy({ keyId, text, signature }: SignedHead, key: NoteKey): boolean {
  return keyId === key.keyId && verify(null, text, key.publicKey, signature);
}

function plain(status: WitnessAnswer["status"], line: string, event?: string): WitnessAnswer {
  const answer = { status, type: "text/plain; charset=utf-8", body: `${line}\n` } as const;
  return event === undefined ? answer : { ...answer, event };
}

function conflict(size: number): WitnessAnswer {
  return { status: 409, type: "text/x.tlog.size", body: `${size}\n` };
}
