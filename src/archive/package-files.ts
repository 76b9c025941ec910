import { decodeFrameStream } from "../bytes/frame-decoder.js";
import { Tally } from "../io/tally.js";
import type { Compression } from "../model/compression.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest, ManifestFile } from "../model/manifest.js";
import { guard } from "../audit/audit.js";
import type { Audit } from "../audit/audit.js";

/** A file of a package, as its proved manifest describes it, and the means to read it. */
export class PackageFile {
  readonly path: string;
  readonly file: ManifestFile;
  readonly #audit: Audit;
  readonly #manifest: Manifest;

  constructor(audit: Audit, manifest: Manifest, file: ManifestFile) {
    this.#audit = audit;
    this.#manifest = manifest;
    this.file = file;
    this.path = `${packagePath(manifest.day, manifest.revision)}/${file.path}`;
  }

  /**
   * Gives the content to `use` in pieces and then compares sizes and hashes, stored and decompressed, with the manifest.
   * Undefined when the file could not be read to its end. What `use` gathered counts only when this is not undefined.
   */
  async read<T>(use: (content: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T | undefined> {
    const stored = new Tally();
    const content = new Tally();
    const result = await guard(
      this.#audit,
      this.path,
      this.#manifest.day,
      async () => {
        const bytes = await this.#audit.reader.get(this.path, this.#audit.signal);
        return { value: await use(content.of(this.#decode(stored.of(this.#capped(bytes))))) };
      },
      "CONTENT_BROKEN",
    );
    if (result === undefined) return undefined;
    this.#compare("FILE_HASH", stored, this.file.bytes, this.file.sha256);
    this.#compare("CONTENT_HASH", content, this.file.content_bytes, this.file.content_sha256);
    return result.value;
  }

  #decode(stored: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const compression = compressionOf(this.file);
    return compression === undefined
      ? stored
      : decodeFrameStream(stored, compression, this.file.content_bytes);
  }

  /** Ends soon behind the size that the manifest gives, so that an endless file costs nothing; the sizes then differ. */
  async *#capped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let left = this.file.bytes;
    for await (const piece of bytes) {
      yield piece;
      left -= piece.byteLength;
      if (left < 0) return;
    }
  }

  #compare(code: "FILE_HASH" | "CONTENT_HASH", tally: Tally, bytes: number, sha256: string): void {
    this.#audit.found.expect(code, {
      subject: this.path,
      found: `${tally.bytes} bytes, ${tally.sha256()}`,
      expected: `${bytes} bytes, ${sha256}`,
      day: this.#manifest.day,
    });
  }
}

function compressionOf(file: ManifestFile): Compression | undefined {
  if (file.path.endsWith(".zst")) return "zstd";
  return file.path.endsWith(".gz") ? "gzip" : undefined;
}
