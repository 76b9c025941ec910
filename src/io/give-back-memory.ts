import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { readonly type: "major"; readonly flavor: "last-resort" }) => void;

let collect: Collect | undefined;

/**
 * Has V8 give up everything that it could make again, compiled code too: for a process that is about to rest. Takes about a tenth
 * of a second. The options: https://nodejs.org/api/cli.html#--expose-gc
 */
export function giveBackMemory(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    // The flag counts for contexts that are made after it.
    collect = runInNewContext("gc") as Collect;
  }
  collect({ type: "major", flavor: "last-resort" });
}
