import { describe, it } from "vitest";
import { SINK_CASES } from "./sink-cases.js";
import type { SinkMaker } from "./sink-maker.js";
import { STORE_CASES } from "./store-cases.js";
import { isOffered } from "./store-maker.js";
import type { StoreMaker } from "./store-maker.js";

export { SINK_CASES } from "./sink-cases.js";
export type { SinkCase, SinkMaker, SinkPlace } from "./sink-maker.js";
export { STORE_CASES } from "./store-cases.js";
export { isOffered } from "./store-maker.js";
export type { ServerFault, StoreCase, StoreMaker, StorePlace } from "./store-maker.js";
export { HOSTILE_LINES } from "./hostile-lines.js";
export { testHost } from "./test-host.js";
export { batchOf, recordLine, recordLines } from "./sample-days.js";

const CASE_TIMEOUT_MS = 30_000;

/** All cases, or those that are long or are not, where the two are run apart. */
export type ContractPart = "all" | "short" | "long";

function isIn(part: ContractPart, { isLong }: { readonly isLong?: true }): boolean {
  return part === "all" || (isLong ?? false) === (part === "long");
}

/** Runs the contract of an object store as a vitest suite. A case whose hook or promise is absent shows as skipped. */
export function storeContract(name: string, maker: StoreMaker, part: ContractPart = "all"): void {
  describe(`${name}: contract of an object store`, () => {
    for (const trial of STORE_CASES.filter((one) => isIn(part, one))) {
      const test = isOffered(trial.needs, maker) ? it : it.skip;
      test(trial.name, { timeout: trial.timeoutMs ?? CASE_TIMEOUT_MS }, async () => {
        const place = await maker.make();
        try {
          await trial.run(place, maker);
        } finally {
          await place.dispose();
        }
      });
    }
  });
}

/** Runs the contract of a sink as a vitest suite. A case whose hook is absent shows as skipped. */
export function sinkContract(name: string, maker: SinkMaker, part: ContractPart = "all"): void {
  describe(`${name}: contract of a sink`, () => {
    for (const trial of SINK_CASES.filter((one) => isIn(part, one))) {
      const test = trial.needs === undefined || maker[trial.needs] !== undefined ? it : it.skip;
      test(trial.name, { timeout: trial.timeoutMs ?? CASE_TIMEOUT_MS }, async () => {
        const place = await maker.make();
        try {
          await trial.run(place, maker);
        } finally {
          await place.dispose();
        }
      });
    }
  });
}
