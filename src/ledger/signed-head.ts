import { join } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { headText, readKeptHeads } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { LIMITS } from "../archive/layout.js";
import { DaybookError } from "../model/errors.js";

/**
 * The newest head that the archive's key has signed. It is kept beside the key and not in the archive, so that an archive
 * brought back from an old copy does not get a second head of a size that has one: whoever keeps heads, a witness above all,
 * would take that for a forgery.
 */
export class SignedHead {
  readonly #files: Files;
  readonly #path: string;
  #known: Head | undefined;

  /** `folder` holds a file for each archive whose heads the key signs. */
  constructor(files: Files, folder: string, origin: string) {
    this.#files = files;
    this.#path = signedHeadPath(folder, origin);
  }

  /** ARCHIVE_FORKED when the key has signed a larger head, or another one of this size. */
  async requireNoOther({ size, root }: Pick<Head, "size" | "root">): Promise<void> {
    const known = (this.#known ??= await readSignedHead(this.#files, this.#path));
    if (known === undefined || covers({ size, root }, known)) return;
    throw new DaybookError("ARCHIVE_FORKED", {
      message: `${this.#path}: the key has signed a head of size ${known.size} and root ${known.root}: found a ledger of size ${size} and root ${root}`,
      hint: "this state folder is older than what its key has signed: bring back the newest copy; if there is none, move the tenant's folder away and run `daybook restore --from SINK`, which says what is lost; see _Disaster recovery_ in docs/OPERATIONS.md",
    });
  }

  /** Notes a head that is about to be signed; durable on return. ARCHIVE_FORKED as above, DISK_*. */
  async note(head: Head): Promise<void> {
    await this.requireNoOther(head);
    if (this.#known?.size === head.size) return;
    await replaceFile(this.#files, { path: this.#path, bytes: Buffer.from(headText(head)) });
    this.#known = head;
  }
}

/**
 * Ends the memory of heads that lie beyond a restored ledger: its key will sign others of their size. Returns what was known,
 * undefined when the restored ledger has it all.
 */
export async function forgetBeyond(
  files: Files,
  folder: string,
  restored: Head,
): Promise<Pick<Head, "size" | "root"> | undefined> {
  const path = signedHeadPath(folder, restored.origin);
  const known = await readSignedHead(files, path);
  if (known === undefined || covers(restored, known)) return undefined;
  await files.remove(path);
  await files.syncFolder(folder);
  return known;
}

/** Whether a ledger of this size and root may have come after the head. */
function covers({ size, root }: Pick<Head, "size" | "root">, known: Head): boolean {
  return size > known.size || (size === known.size && root === known.root);
}

/** `signed-head-<archive id>` */
function signedHeadPath(folder: string, origin: string): string {
  return join(folder, `signed-head-${origin.slice(origin.indexOf("/") + 1)}`);
}

/** Undefined when there is none. ARCHIVE_DAMAGED for another form. */
async function readSignedHead(files: Files, path: string): Promise<Head | undefined> {
  if ((await files.stat(path)) === undefined) return undefined;
  const text = Buffer.from(await files.read(path, LIMITS.head)).toString();
  const [head] = readKeptHeads(text);
  if (head !== undefined && headText(head) === text) return head;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${path}: found another form, expected origin, size and root of the newest head that was signed`,
    hint: "compare the ledger with what a record sink holds by `daybook verify`; then remove the file: the next start writes it anew",
  });
}
