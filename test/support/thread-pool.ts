import { syncBuiltinESMExports } from "node:module";
import zlib from "node:zlib";

/** Calls of the thread pool that a virtual clock cannot see by itself: compression of whole frames. */
const CALLS = ["zstdCompress", "zstdDecompress", "gzip", "inflateRaw"] as const;

let running = 0;
let started = 0;

/** How many such calls are running in this process, and how many have been started. */
export function threadPoolWork(): { readonly running: number; readonly started: number } {
  return { running, started };
}

type Callback = (...results: readonly unknown[]) => void;
type Call = (...given: readonly unknown[]) => unknown;

// Node's own functions, counted while they run; what they do stays the same.
const calls = zlib as unknown as Record<string, Call>;
for (const name of CALLS) {
  const own = calls[name];
  if (own === undefined) throw new Error(`node:zlib: expected ${name}, found nothing`);
  calls[name] = (...given) => {
    const callback = given.at(-1) as Callback;
    running += 1;
    started += 1;
    return own(...given.slice(0, -1), (...results: readonly unknown[]) => {
      running -= 1;
      callback(...results);
    });
  };
}
syncBuiltinESMExports();
