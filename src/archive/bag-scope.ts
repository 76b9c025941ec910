import { z } from "zod";
import { stableJson } from "../model/stable-json.js";
import { BAG_SCOPE } from "./layout.js";
import { count, day, parseStrict, uuid } from "./strict-json.js";

const FORMAT = "daybook.bag/1";

const scope = z
  .strictObject({
    format: z.literal(FORMAT),
    archive_id: uuid,
    from: day,
    to: day,
    /** Revisions of these days that the bag has. */
    revisions: count,
  })
  .refine(({ from, to }) => from <= to, { path: ["from"], message: "lies after to" });

/** Which days of its archive a bag has. The ledger in it is whole, and names the others too. */
export type BagScope = z.output<typeof scope>;

export function bagScopeBytes(fields: Omit<BagScope, "format">): Uint8Array {
  return stableJson(scope.parse({ format: FORMAT, ...fields }));
}

/** ARCHIVE_DAMAGED for another form. */
export function parseBagScope(bytes: Uint8Array): BagScope {
  return parseStrict(scope, bytes, BAG_SCOPE);
}
