import { share } from "../../packages/simulator/seeded-random.js";

/** How many times a hunt does what it does: the number in the environment, else the short form's. */
export function times(name: string, short: number): number {
  const given = process.env[name];
  if (given === undefined) return short;
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`${name}: found ${given}, expected a whole number above 0`);
  return count;
}

/** A seeded source of fractions, from 0 up to but not including 1. `SEED` in the environment repeats a run. */
export class Dice {
  readonly seed: number;
  #thrown = 0;

  constructor(seed = Number(process.env["SEED"] ?? 20_261_127)) {
    this.seed = seed;
  }

  fraction(): number {
    return share(this.seed, this.#thrown++);
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }
}
