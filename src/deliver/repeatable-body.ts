import type { Body } from "../plugin/types.js";

/** Whether the body starts anew each time that it is iterated. A generator is its own iterator: it runs once. */
export function isRepeatable(body: Body): boolean {
  return (body[Symbol.asyncIterator]() as unknown) !== body;
}
