import { z } from "zod";
import { durationMs } from "../../model/duration.js";
import { HOUR_MS } from "../../model/utc-day.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../../model/note-key.js";
import type { NoteKey } from "../../model/note-key.js";
import { duration, endpointUrl } from "./values.js";

const KEY_RULE =
  "must be a witness's public key, as `daybook witness serve` prints it: NAME+8 hex digits+44 characters of base64";

const witness = z.strictObject({
  url: endpointUrl.meta({
    description: "The witness's submission prefix (c2sp.org/tlog-witness). A redirect is never followed.",
    examples: ["https://witness.example.com/"],
  }),
  key: z
    .string({ error: KEY_RULE })
    .refine((text) => parseNoteKey(text, SIGNATURE_TYPE.witness) !== undefined, { error: KEY_RULE })
    .meta({
      title: "public key",
      description: "The witness's public key, a line that its operator gives you.",
      examples: ["audit-dept+6ab9233a+BMTkHydERBBuTYKZU+YsQ2beg7xbBQSMjFhV1KHBxXOF"],
    }),
  required: z.boolean().default(true).meta({
    description:
      "Whether the archive promises this witness's cosignature: its absence is an alarm after three times `every`.",
  }),
});

/** Who, besides the operator, confirms that the ledger has one history. */
export const anchor = z.strictObject({
  every: duration
    .refine((text) => (durationMs(text) ?? 0) >= HOUR_MS, { error: "must be an hour or more, in h, d or w" })
    .prefault("1d")
    .meta({ description: "How often each witness cosigns the newest head." }),
  witnesses: z
    .array(witness)
    .max(20)
    .superRefine((all, context) => {
      const names = all.map(({ key }) => nameOf(key));
      for (const [index, name] of names.entries())
        if (names.indexOf(name) < index)
          context.addIssue({
            code: "custom",
            path: [index, "key"],
            message: "must have another name than those before it",
          });
    })
    .default([])
    .meta({
      title: "list",
      description: "The witnesses. Each keeps the newest head that it saw, and cosigns no other history.",
    }),
});

function nameOf(key: string): NoteKey["name"] {
  return key.slice(0, key.indexOf("+"));
}
