import { z } from "zod";
import { stableJson } from "../model/stable-json.js";
import {
  count,
  day,
  hash,
  holdId,
  parseStrict,
  planId,
  role,
  root,
  text,
  time,
  uuid,
} from "./strict-json.js";

/** What a person can sign for, with what each kind says. */
const SUBJECTS = {
  "hold-placed": z.strictObject({
    from: day.nullable(),
    to: day.nullable(),
    future: z.boolean(),
    matter_ref: text,
  }),
  "hold-released": z.strictObject({ hold: holdId }),
  "schedule-shortened": z.strictObject({ schedule: text, keep: text, authority: text }),
  "disposal-approved": z.strictObject({ plan: planId, plan_sha256: hash }),
  "plan-refused": z.strictObject({ plan: planId, plan_sha256: hash }),
  "standing-approval": z.strictObject({ schedule: text, keep: text, authority: text, until: day }),
  "standing-withdrawn": z.strictObject({ approval_sha256: hash }),
  roster: z.strictObject({ roster: count, roster_sha256: hash }),
} as const;

export type StatementKind = keyof typeof SUBJECTS;
export type SubjectOf<Kind extends StatementKind> = z.output<(typeof SUBJECTS)[Kind]>;

const STATEMENT_FORMAT = "daybook.statement/1";

function form<Kind extends StatementKind>(kind: Kind) {
  return z.strictObject({
    format: z.literal(STATEMENT_FORMAT),
    statement: z.literal(kind),
    archive_id: uuid,
    head: z.strictObject({ size: count, root }),
    subject: SUBJECTS[kind],
    person: role,
    key_fingerprint: text,
    text_commitment: hash,
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
    not_after: time,
    time,
  });
}

const statement = z.discriminatedUnion("statement", [
  form("hold-placed"),
  form("hold-released"),
  form("schedule-shortened"),
  form("disposal-approved"),
  form("plan-refused"),
  form("standing-approval"),
  form("standing-withdrawn"),
  form("roster"),
]);

/** What a person signs: for which archive, on which head, what, until when. Holds no name and no reason. */
export type Statement = z.output<typeof statement>;

/** A new statement's bytes, the ones to sign. */
export function statementBytes(
  fields: Omit<Statement, "format" | "statement" | "subject">,
  kind: StatementKind,
  subject: object,
): Uint8Array {
  const { archive_id, head, ...rest } = fields;
  const value = { format: STATEMENT_FORMAT, statement: kind, archive_id, head, subject, ...rest };
  return stableJson(statement.parse(value));
}

/** ARCHIVE_DAMAGED for another form; `subject` names the file. */
export function parseStatement(bytes: Uint8Array, subject: string): Statement {
  return parseStrict(statement, bytes, subject);
}
