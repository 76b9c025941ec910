import { z } from "zod";
import { SIGNATURE_TYPE, parseNoteKey } from "../model/note-key.js";
import type { NoteKey } from "../model/note-key.js";
import { stableJson } from "../model/stable-json.js";
import { parseStrict, text } from "./strict-json.js";

const FORMAT = "daybook.anchor-policy/1";

const policy = z.strictObject({
  format: z.literal(FORMAT),
  /** At the latest after this long the newest head is cosigned again, such as `1d`. */
  every: text,
  witnesses: z.array(z.strictObject({ key: text, required: z.boolean() })),
});

/** What an archive promises about witnesses: how often, by whom. */
export type AnchorPolicy = z.output<typeof policy>;

export function anchorPolicyBytes(fields: Omit<AnchorPolicy, "format">): Uint8Array {
  return stableJson(policy.parse({ format: FORMAT, ...fields }));
}

/** ARCHIVE_DAMAGED for another form; `subject` names the file. */
export function parseAnchorPolicy(bytes: Uint8Array, subject: string): AnchorPolicy {
  return parseStrict(policy, bytes, subject);
}

/** A witness by the name of its key; undefined when the policy has none of this name. */
export function witnessNamed({ witnesses }: AnchorPolicy, name: string): NoteKey | undefined {
  return witnesses
    .map(({ key }) => parseNoteKey(key, SIGNATURE_TYPE.witness))
    .find((one) => one?.name === name);
}
