import { DaybookError } from "../model/errors.js";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const FRAME_START_BYTES = 5;
const BLOCK_HEADER_BYTES = 3;
const RUN_BLOCK = 1;
const CHECKSUM_BYTES = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/**
 * Walks over a zstd frame from block to block to find where it ends (RFC 8878, section 3.1.1). A decoder does not tell: fed
 * in pieces, it goes on with a second frame as if it belonged to the first.
 */
export class ZstdFrameWalk {
  /** Bytes seen behind the frame's end. */
  trailing = 0;
  // The first bytes of the frame or of a block, as far as they have come.
  #header: number[] = [];
  #isOpen = false;
  #hasChecksum = false;
  #isLastBlock = false;
  /** Bytes to come until the next header, or the end. */
  #toSkip = 0;

  /** Takes the next piece. Throws ARCHIVE_DAMAGED when this is no zstd frame; the decoder finds what is wrong inside. */
  take(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && !this.#isEnded) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, piece.length - at);
        this.#toSkip -= skipped;
        at += skipped;
        continue;
      }
      this.#header.push(piece[at++] as number);
      this.#readHeader();
    }
    this.trailing += piece.length - at;
  }

  get #isEnded(): boolean {
    return this.#isLastBlock && this.#toSkip === 0;
  }

  #readHeader(): void {
    if (this.#header.length < (this.#isOpen ? BLOCK_HEADER_BYTES : FRAME_START_BYTES)) return;
    if (this.#isOpen) this.#enterBlock();
    else this.#enterFrame();
    this.#header = [];
  }

  #enterFrame(): void {
    if (!MAGIC.every((byte, at) => this.#header[at] === byte)) {
      throw new DaybookError("ARCHIVE_DAMAGED", {
        message: "compressed file: found another header, expected a zstd frame",
      });
    }
    const descriptor = this.#header[MAGIC.length] as number;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    this.#isOpen = true;
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    const contentSizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] as number;
    // A single segment has its content size, in one byte at least, in place of the window's.
    this.#toSkip =
      (isSingleSegment ? Math.max(1, contentSizeBytes) : 1 + contentSizeBytes) +
      (DICTIONARY_ID_BYTES[descriptor & 0x03] as number);
  }

  #enterBlock(): void {
    const [low, middle, high] = this.#header as unknown as readonly [number, number, number];
    const header = low | (middle << 8) | (high << 16);
    this.#isLastBlock = (header & 1) === 1;
    const type = (header >> 1) & 3;
    this.#toSkip = type === RUN_BLOCK ? 1 : header >> 3;
    if (this.#isLastBlock && this.#hasChecksum) this.#toSkip += CHECKSUM_BYTES;
  }
}
