import { expect, it } from "vitest";
import { keptWords } from "../../src/model/kept-words.js";

it.each([
  ["held H0001, H0003", "held by H0001, H0003"],
  ["not-due 2027-01-12", "kept by its schedule until 2027-01-12"],
  ["not-due no rule", "no retention rule covers it"],
  ["locked worm 2033-10-29", "locked in worm until 2033-10-29; a run from that day on destroys it"],
  [
    "locked worm by a legal hold of its own",
    "kept in worm by a legal hold of its own; who set it in the store lifts it there",
  ],
  [
    "unreachable vault: SINK_UNAVAILABLE",
    "not removed from vault, which answered SINK_UNAVAILABLE; the next run tries again",
  ],
])("says why a day was not destroyed: %s", (reason, words) => {
  expect(keptWords(reason)).toBe(words);
});
