import * as fc from "fast-check";
import type { PersonName } from "./people.js";
import type { Signer } from "./world.js";

const person = fc.constantFrom<PersonName>("ana", "ben", "cleo", "dora", "mallory");
/** Mostly with their own key. */
export const signer = fc
  .tuple(person, person, fc.integer({ min: 0, max: 9 }))
  .map(([as, other, chance]): Signer => ({ as, with: chance === 0 ? other : as }));
/** Those who can make things happen come more often. */
const counsel = fc
  .constantFrom<PersonName>("ana", "ben", "ana", "ben", "cleo")
  .map((as): Signer => ({ as, with: as }));
export const approver = fc.oneof({ weight: 5, arbitrary: counsel }, { weight: 1, arbitrary: signer });
