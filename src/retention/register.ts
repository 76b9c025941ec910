import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Files } from "../io/files.js";
import { jsonLine } from "../model/stable-json.js";

const MAX_BYTES = 64 << 20;
const SALT_BYTES = 32;

/**
 * The names and reasons behind the commitments in the ledger. It lies in the state folder and nowhere else, and a line of it may
 * be erased: the ledger's entry stays valid and says nothing any more.
 */
export class Register {
  readonly #files: Files;
  readonly #path: string;

  /** `root` is the tenant's folder in the state folder. */
  constructor(files: Files, root: string) {
    this.#files = files;
    this.#path = join(root, "register.jsonl");
  }

  /** Writes the text down and returns its commitment: the SHA-256 of 32 random bytes and the text. Durable on return. */
  async commit(text: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const commitment = createHash("sha256").update(salt).update(text, "utf8").digest("hex");
    await this.#files.append(
      this.#path,
      Buffer.from(jsonLine({ commitment, salt: salt.toString("hex"), text })),
    );
    return commitment;
  }

  /** The text behind a commitment; undefined when it was erased. */
  async textOf(commitment: string): Promise<string | undefined> {
    if ((await this.#files.stat(this.#path)) === undefined) return undefined;
    const lines = Buffer.from(await this.#files.read(this.#path, MAX_BYTES))
      .toString("utf8")
      .split("\n");
    for (const line of lines) {
      const { commitment: found, salt, text } = lineOf(line);
      if (found !== commitment || typeof salt !== "string" || typeof text !== "string") continue;
      const hash = createHash("sha256").update(Buffer.from(salt, "hex")).update(text, "utf8").digest("hex");
      if (hash === commitment) return text;
    }
    return undefined;
  }
}

/** A line that a crash cut, or that somebody erased, is no line. */
function lineOf(line: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
