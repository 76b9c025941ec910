import { findCosignature } from "../archive/cosignature.js";
import type { Cosignature } from "../archive/cosignature.js";
import type { Head } from "../archive/head.js";
import type { Http, HttpAnswer } from "../io/http.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { NoteKey } from "../model/note-key.js";
import { addCheckpointText } from "./add-checkpoint.js";

/** A witness as the configuration names it. */
export interface Witness {
  /** Its submission prefix: `add-checkpoint` follows. */
  readonly url: string;
  readonly key: NoteKey;
}

/** What a witness is asked about. */
export interface Question {
  readonly head: Head;
  /** The head as it lies in the archive. */
  readonly note: Uint8Array;
  /** That the ledger only grew since it had `old` entries. */
  readonly proofFrom: (old: number) => Promise<readonly Uint8Array[]>;
}

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 1 << 16;
const SIZE_TYPE = "text/x.tlog.size";

/**
 * Asks a witness to cosign a head (https://c2sp.org/tlog-witness). `old` is the size of the head that it cosigned last, as far as
 * is known here; a witness that knows better says so, and is asked once more. WITNESS_CONTRADICTED when it saw another history,
 * WITNESS_REFUSED when it does not know the archive, WITNESS_UNAVAILABLE otherwise.
 */
export async function askWitness(
  http: Http,
  witness: Witness,
  question: Question,
  { old, signal }: { readonly old: number; readonly signal: AbortSignal },
): Promise<Cosignature> {
  const first = await post(http, witness, question, { old, signal });
  const known = first.status === 409 ? knownSize(first, witness, question.head, old) : undefined;
  const answer = known === undefined ? first : await post(http, witness, question, { old: known, signal });
  if (answer.status === 200) return cosignatureIn(answer, witness, question.head);
  throw refusal(answer, witness, question.head);
}

async function post(
  http: Http,
  { url, key }: Witness,
  { note, proofFrom }: Question,
  { old, signal }: { readonly old: number; readonly signal: AbortSignal },
): Promise<HttpAnswer> {
  const body = addCheckpointText({ old, proof: await proofFrom(old), note });
  const request = {
    method: "POST",
    url: new URL("add-checkpoint", url.endsWith("/") ? url : `${url}/`).href,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  } as const;
  try {
    return await http.request(request, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!isDaybookError(cause)) throw cause;
    throw new DaybookError("WITNESS_UNAVAILABLE", { message: `${key.name}: ${cause.message}`, cause });
  }
}

/** The size that a witness goes on from, by its answer 409; it cannot be one that the archive has not reached. */
function knownSize(answer: HttpAnswer, { key }: Witness, head: Head, old: number): number {
  const text = Buffer.from(answer.body).toString("utf8");
  const size = Number(/^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1] ?? Number.NaN);
  if (answer.headers["content-type"]?.startsWith(SIZE_TYPE) !== true || Number.isNaN(size))
    throw new DaybookError("WITNESS_UNAVAILABLE", {
      message: `${key.name}: found answer 409 without a size, expected the size of its newest head`,
    });
  if (size > head.size)
    throw contradicted(key.name, `a witness that cosigned ${size} entries`, `${head.size} at most`);
  if (size === old) throw contradicted(key.name, `another root of ${size} entries`, head.root);
  return size;
}

function cosignatureIn({ body }: HttpAnswer, { key }: Witness, head: Head): Cosignature {
  const found = findCosignature(Buffer.from(body).toString("utf8").split("\n"), head, key);
  if (found !== undefined) return found;
  throw new DaybookError("WITNESS_UNAVAILABLE", {
    message: `${key.name}: found an answer without its cosignature of the head of ${head.size} entries, expected one by key ${key.keyId}`,
    hint: "compare the witness's key under anchor.witnesses with the one that its operator names",
  });
}

function refusal({ status, body }: HttpAnswer, { key }: Witness, head: Head): DaybookError {
  const found = `found answer ${status}${firstLine(body)}`;
  const message = `${key.name}: ${found}, expected a cosignature of the head of ${head.size} entries`;
  if (status === 409 || status === 422) return new DaybookError("WITNESS_CONTRADICTED", { message });
  const isUnknown = status === 403 || status === 404;
  return new DaybookError(isUnknown ? "WITNESS_REFUSED" : "WITNESS_UNAVAILABLE", { message });
}

function contradicted(name: string, found: string, expected: string): DaybookError {
  return new DaybookError("WITNESS_CONTRADICTED", {
    message: `${name}: found ${found}, expected ${expected}`,
  });
}

/** What a witness says for people, quoted; nothing where it is no plain line. */
function firstLine(body: Uint8Array): string {
  const [line = ""] = Buffer.from(body).toString("utf8").split("\n");
  return /^[\x20-\x7E]{1,100}$/.test(line) ? ` "${line}"` : "";
}
