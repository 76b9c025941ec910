import { z } from "zod";
import { LIMITS } from "../archive/layout.js";
import { DaybookError } from "../model/errors.js";

/** An entry, a manifest and a line, with room for what JSON and base64 add. */
export const MAX_PROOF_BYTES = 4 * (LIMITS.ledgerEntry + LIMITS.manifest + LIMITS.recordLine);
const FIRST_LINE = "c2sp.org/tlog-proof@v1";

/** One event, and everything that leads from it to a signed head of the ledger. */
export interface EventProof {
  /** The record line, without its newline. */
  readonly line: string;
  /** Its number among the record lines of the revision, from 0, and the hashes that lead to the manifest's `lines_root`. */
  readonly lineIndex: number;
  readonly linePath: readonly Uint8Array[];
  readonly manifest: string;
  readonly manifestSignature: Uint8Array;
  /** The `day-sealed` entry as it lies in the ledger, its number, and the hashes that lead to the head's root. */
  readonly entry: string;
  readonly entryIndex: number;
  readonly entryPath: readonly Uint8Array[];
  /** The head as it lies in the archive. */
  readonly head: string;
  /** Lines of witnesses over the head; none where no witness cosigned it. */
  readonly cosignatures: readonly string[];
  /** Public keys in PEM by key id: of the head and of the manifest. */
  readonly keys: ReadonlyMap<string, string>;
}

const hashes = z.array(z.base64());
const extra = z.strictObject({
  format: z.literal("daybook.proof/1"),
  line: z.string(),
  line_index: z.int().min(0),
  line_path: hashes,
  manifest: z.string(),
  manifest_signature: z.base64(),
  entry: z.string(),
  keys: z.record(z.string().regex(/^[0-9a-f]{8}$/), z.string()),
});

/** The file: a proof of https://c2sp.org/tlog-proof that the entry is in the ledger, and in its extra data what the entry seals. */
export function proofText(proof: EventProof): string {
  const inner: z.input<typeof extra> = {
    format: "daybook.proof/1",
    line: proof.line,
    line_index: proof.lineIndex,
    line_path: proof.linePath.map(base64),
    manifest: proof.manifest,
    manifest_signature: base64(proof.manifestSignature),
    entry: proof.entry,
    keys: Object.fromEntries(proof.keys),
  };
  const lines = [
    FIRST_LINE,
    `extra ${base64(Buffer.from(JSON.stringify(inner)))}`,
    `index ${proof.entryIndex}`,
    ...proof.entryPath.map(base64),
  ];
  const cosigned = proof.cosignatures.map((line) => `${line}\n`).join("");
  return `${lines.join("\n")}\n\n${proof.head}${cosigned}`;
}

/** PROOF_INVALID for another form; nothing in it may be believed before `checkProof`. */
export function parseProof(bytes: Uint8Array, subject: string): EventProof {
  const text = Buffer.from(bytes).toString("utf8");
  const end = text.indexOf("\n\n");
  const [first, extraLine = "", indexLine = "", ...path] = text.slice(0, end).split("\n");
  const index = /^index (0|[1-9]\d{0,8})$/.exec(indexLine)?.[1];
  const inner = extra.safeParse(jsonOf(/^extra (\S+)$/.exec(extraLine)?.[1] ?? ""));
  if (first !== FIRST_LINE || index === undefined || !inner.success || !hashes.safeParse(path).success)
    throw invalid(subject, "another form", `a proof of ${FIRST_LINE} that daybook wrote`);
  const { data } = inner;
  return {
    line: data.line,
    lineIndex: data.line_index,
    linePath: data.line_path.map(bytesOf),
    manifest: data.manifest,
    manifestSignature: bytesOf(data.manifest_signature),
    entry: data.entry,
    entryIndex: Number(index),
    entryPath: path.map(bytesOf),
    ...noteIn(text.slice(end + 2)),
    keys: new Map(Object.entries(data.keys)),
  };
}

/** A head is three lines, an empty one and the archive's own signature; witnesses' follow. */
const HEAD_LINES = 5;

function noteIn(note: string): Pick<EventProof, "head" | "cosignatures"> {
  const lines = note.split("\n");
  const cosigned = lines.slice(HEAD_LINES).filter((line) => line !== "");
  return { head: `${lines.slice(0, HEAD_LINES).join("\n")}\n`, cosignatures: cosigned };
}

export function invalid(subject: string, found: string, expected: string): DaybookError {
  return new DaybookError("PROOF_INVALID", { message: `${subject}: found ${found}, expected ${expected}` });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(bytesOf(text).toString("utf8"));
  } catch {
    return undefined;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, "base64");
}
