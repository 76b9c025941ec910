import { packagePath } from "../model/manifest.js";
import type { Manifest, ManifestFile } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";
import { attempt } from "./flaw.js";
import type { Flaw, Report } from "./flaw.js";
import type { ArchiveKeys } from "./keys.js";
import { CLOSING_FILES, LIMITS, MANIFEST, SUMS } from "./layout.js";
import { parseManifest } from "./manifest-parser.js";
import { PackageFiles, checkStored } from "./package-files.js";
import { readSmall } from "./source.js";
import type { ArchiveSource } from "./source.js";

export interface PackageCheckOptions {
  readonly source: ArchiveSource;
  readonly keys: ArchiveKeys;
  readonly day: UtcDay;
  readonly revision: number;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A manifest that a key of the archive has signed. */
export interface SignedManifest {
  readonly manifest: Manifest;
  readonly sha256: string;
}

/** The checks of one package as stored. Nothing is parsed before a signature or a hash vouches for it. */
export class PackageCheck {
  readonly #options: PackageCheckOptions;
  readonly #folder: string;

  constructor(options: PackageCheckOptions) {
    this.#options = options;
    this.#folder = packagePath(options.day, options.revision);
  }

  /** Everything but what is inside compressed files. Undefined when there is no manifest that counts. */
  async whole(expectedSha256?: string): Promise<SignedManifest | undefined> {
    const signed = await this.manifest(expectedSha256);
    if (signed === undefined) return undefined;
    await this.structure(signed);
    const { source, signal, report } = this.#options;
    await checkStored(new PackageFiles(source, signed.manifest, signal), signed.manifest.files, report);
    return signed;
  }

  /** The manifest: its signature, its hash where the ledger has one, and only then its form. */
  async manifest(expectedSha256?: string): Promise<SignedManifest | undefined> {
    const subject = this.#path(MANIFEST);
    const bytes = await this.#small(MANIFEST, LIMITS.manifest);
    if (bytes === undefined) return undefined;
    const signer = await this.#signer(MANIFEST, bytes);
    const sha256 = sha256Hex(bytes);
    if (expectedSha256 !== undefined) {
      this.#expect("FILE_HASH", subject, sha256, expectedSha256);
      if (sha256 !== expectedSha256) return undefined;
    } else if (signer === undefined) return undefined;
    const manifest = parseManifest(bytes);
    if ("broken" in manifest) {
      this.#expect("FILE_MALFORMED", subject, manifest.broken, "a manifest of daybook/1");
      return undefined;
    }
    this.#expect("SIGNATURE_WRONG", subject, signer ?? manifest.key_id, manifest.key_id);
    return { manifest, sha256 };
  }

  /** The id of the key that signed `bytes`, the file called `name`; undefined after a flaw. */
  async #signer(name: string, bytes: Uint8Array): Promise<string | undefined> {
    const { keys } = this.#options;
    const signature = await this.#small(`${name}.sig`, LIMITS.signature);
    if (signature === undefined) return undefined;
    const signer = signature.length === LIMITS.signature ? keys.signerOf(bytes, signature) : undefined;
    if (signer === undefined) {
      const expected = `one by ${keys.ids.join(" or ")} over ${name}`;
      this.#expect("SIGNATURE_WRONG", this.#path(`${name}.sig`), "no such signature", expected);
    }
    return signer;
  }

  /** SHA256SUMS, the size of each file, and that nothing else is in the folder. */
  async structure({ manifest, sha256 }: SignedManifest): Promise<void> {
    await this.#sums(manifest, sha256);
    for (const file of manifest.files) await this.#size(file);
    await this.#names(new Set([...CLOSING_FILES, ...manifest.files.map(({ path }) => path)]));
  }

  /** Reports every file in the package's folder that has another name. */
  async #names(allowed: ReadonlySet<string>): Promise<void> {
    const { source, signal } = this.#options;
    for await (const path of source.list(this.#path(""), signal)) {
      if (allowed.has(path.slice(this.#folder.length + 1))) continue;
      this.#expect("FILE_FOREIGN", path, "a file", "none of this name");
    }
  }

  async #sums(manifest: Manifest, manifestSha256: string): Promise<void> {
    const subject = this.#path(SUMS);
    const bytes = await this.#small(SUMS, LIMITS.manifest);
    if (bytes === undefined) return;
    const expected = new Set(manifest.files.map(sumLine));
    expected.add(sumLine({ path: MANIFEST, sha256: manifestSha256 }));
    const lines = new TextDecoder().decode(bytes).split("\n");
    if (lines.pop() !== "") this.#expect("SUMS_DIFFER", subject, "a cut last line", "a newline at the end");
    for (const line of lines) {
      if (!expected.delete(line)) this.#expect("SUMS_DIFFER", subject, line, "a file of the manifest, once");
    }
    for (const line of expected) this.#expect("SUMS_DIFFER", subject, "no such line", line);
  }

  async #size(file: ManifestFile): Promise<void> {
    const { source, signal, report } = this.#options;
    const path = this.#path(file.path);
    const stat = await attempt(path, report, () => source.stat(path, signal));
    if (stat !== undefined) this.#expect("FILE_SIZE", path, `${stat.bytes} bytes`, `${file.bytes} bytes`);
  }

  #small(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const { source, signal, report } = this.#options;
    const path = this.#path(name);
    return attempt(path, report, () => readSmall(source, path, maxBytes, signal));
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  #expect(code: Flaw["code"], subject: string, found: string, expected: string): void {
    if (found !== expected) this.#options.report({ code, subject, found, expected });
  }
}

/** A whole package as stored, or the first flaw of it. What is inside compressed files is not checked. */
export async function checkPackage(
  options: Omit<PackageCheckOptions, "report">,
): Promise<SignedManifest | { readonly flaw: Flaw }> {
  const flaws: Flaw[] = [];
  const signed = await new PackageCheck({ ...options, report: (flaw) => flaws.push(flaw) }).whole();
  const flaw = flaws[0];
  if (flaw !== undefined) return { flaw };
  if (signed === undefined) throw new Error("a check without a manifest and without a flaw");
  return signed;
}

/** A line of SHA256SUMS, without its newline. */
export function sumLine({ path, sha256 }: Pick<ManifestFile, "path" | "sha256">): string {
  return `${sha256}  ${path}`;
}
