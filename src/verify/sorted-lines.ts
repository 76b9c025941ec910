import { createHash } from "node:crypto";
import { MerkleTree, leafHash } from "../bytes/merkle-tree.js";
import { Slice, yieldToLoop } from "../bytes/yielding.js";
import type { Files } from "../io/files.js";
import { release } from "../io/release.js";
import { writeFile } from "../io/write-file.js";
import { DaybookError } from "../model/errors.js";
import type { EventSet } from "../model/verdict.js";
import { LineBlock } from "./line-block.js";
import { mergeRuns } from "./merge-runs.js";

const NEWLINE = 0x0a;
const RUN_BYTES = 1 << 23;
const BLOCK_BYTES = 1 << 20;
// Read side by side they take as much memory as the run in the making, which is gone by then.
const RUNS_AT_ONCE = 128;

export interface SortedLinesOptions {
  readonly files: Files;
  /** Holds the runs while there are any; may be absent. */
  readonly folder: string;
  /** How much is sorted in memory. */
  readonly runBytes?: number;
}

/**
 * Sorts lines bytewise in bounded memory, as `LC_ALL=C sort` does, and hashes them: an external merge sort. A run is
 * filled, sorted and written; the runs are merged at the end. What fits into one run never reaches the disk. The Merkle tree
 * takes the lines as they come.
 */
export class SortedLines implements EventSet {
  lines = 0;
  readonly #files: Files;
  readonly #folder: string;
  readonly #runBytes: number;
  readonly #runs: string[] = [];
  readonly #tree = new MerkleTree();
  #written = 0;
  #run: Buffer;
  #used = 0;
  // Where each line of the run starts and, behind its newline, ends.
  #starts: number[] = [];
  #ends: number[] = [];

  constructor({ files, folder, runBytes = RUN_BYTES }: SortedLinesOptions) {
    this.#files = files;
    this.#folder = folder;
    this.#runBytes = runBytes;
    this.#run = Buffer.alloc(0);
  }

  async add(lines: Uint8Array): Promise<void> {
    if (this.#used + lines.length > this.#runBytes) await this.#spill();
    this.#makeRoom(lines.length);
    this.#run.set(lines, this.#used);
    const end = this.#used + lines.length;
    const slice = new Slice();
    while (this.#used < end) {
      const next = this.#run.indexOf(NEWLINE, this.#used) + 1;
      if (next === 0)
        throw new DaybookError("INTERNAL", { message: "event set: found no newline at the end of lines" });
      this.#tree.add(leafHash(this.#run.subarray(this.#used, next - 1)));
      this.#starts.push(this.#used);
      this.#ends.push(next);
      const bytes = next - this.#used;
      this.#used = next;
      this.lines++;
      if (slice.isUsedBy(bytes)) await yieldToLoop();
    }
  }

  async sha256(): Promise<string> {
    const hash = createHash("sha256");
    if (this.#runs.length > 0) await this.#spillLast();
    const sorted = this.#runs.length > 0 ? mergeRuns(this.#files, this.#runs) : this.#sortedRun();
    for await (const block of sorted) hash.update(block);
    await this.discard();
    return hash.digest("hex");
  }

  linesRoot(): string {
    return this.#tree.rootHash().toString("hex");
  }

  async discard(): Promise<void> {
    this.#startRun();
    this.#run = Buffer.alloc(0);
    if (this.#written > 0) await this.#files.removeTree(this.#folder);
    this.#runs.length = 0;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#run.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#runBytes, needed * 2)));
    this.#run.copy(larger, 0, 0, this.#used);
    release(this.#run);
    this.#run = larger;
  }

  async #spill(): Promise<void> {
    if (this.#starts.length === 0) return;
    await this.#files.makeFolder(this.#folder);
    this.#runs.push(await this.#write(this.#sortedRun()));
    this.#startRun();
  }

  /** Leaves no more runs than can be read side by side: each takes memory while it is read. */
  async #spillLast(): Promise<void> {
    await this.#spill();
    release(this.#run);
    while (this.#runs.length > RUNS_AT_ONCE) {
      const oldest = this.#runs.splice(0, RUNS_AT_ONCE);
      this.#runs.push(await this.#write(mergeRuns(this.#files, oldest)));
      for (const path of oldest) await this.#files.remove(path);
    }
  }

  async #write(blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string> {
    const path = `${this.#folder}/run-${String(this.#written++).padStart(6, "0")}`;
    await writeFile(this.#files, path, blocks);
    return path;
  }

  #startRun(): void {
    this.#starts = [];
    this.#ends = [];
    this.#used = 0;
  }

  /** The run's lines in order, in blocks that are only good until the next one is asked for. */
  *#sortedRun(): Generator<Uint8Array> {
    const block = new LineBlock(BLOCK_BYTES);
    for (const line of this.#order()) {
      block.add(this.#run.subarray(this.#starts[line], this.#ends[line]));
      if (block.isFull) yield block.take();
    }
    if (!block.isEmpty) yield block.take();
  }

  /** The numbers of the run's lines, sorted by their bytes. */
  #order(): readonly number[] {
    const [run, starts, ends] = [this.#run, this.#starts, this.#ends];
    return starts
      .map((_, line) => line)
      .toSorted((one, other) => run.compare(run, starts[other], ends[other], starts[one], ends[one]));
  }
}
