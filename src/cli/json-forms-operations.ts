import { z } from "zod";
import { OPERATION_KINDS } from "../model/operation-list.js";
import { count, day, texts } from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";

const operation = z.object({
  operation: z.string().describe("as in Activity and Operation of an event"),
  name: z.string(),
  kind: z.enum(OPERATION_KINDS),
});

const list = {
  dated: day.describe("the date on Microsoft's page"),
  taken: day.describe("when the list was taken from it"),
};

const listed = z.object({
  format: z.literal("daybook.operations/1"),
  source: z.string().describe("Microsoft's page"),
  ...list,
  operations: z.array(operation),
});

const shown = z.object({
  format: z.literal("daybook.operation/1"),
  operation: operation.nullable().describe("null: not in the list"),
  ...list,
});

const compared = z.object({
  format: z.literal("daybook.operations-diff/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      seen: count.describe("different activities in its archive"),
      unknown: texts.describe("those of them that are not in the list"),
    }),
  ),
  ...list,
});

/** The forms of what is asked about Microsoft's list of operations. */
export const OPERATION_FORMS: readonly JsonForm[] = [
  {
    name: "operations",
    of: "daybook operations list --json",
    commands: ["operations list"],
    schema: listed,
  },
  {
    name: "operation",
    of: "daybook operations show --json",
    commands: ["operations show"],
    schema: shown,
  },
  {
    name: "operations-diff",
    of: "daybook operations diff --json",
    commands: ["operations diff"],
    schema: compared,
  },
];
