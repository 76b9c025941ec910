import { createHash } from "node:crypto";
import { z } from "zod";
import { DAY_MS } from "../model/utc-day.js";
import { count, hash, parseStrict, role, uuid } from "./strict-json.js";

const ROSTER_FORMAT = "daybook.roster/1";

/** What a person may sign for. */
const may = z.enum(["hold", "approve"]);
export type May = z.output<typeof may>;

const roster = z.strictObject({
  format: z.literal(ROSTER_FORMAT),
  archive_id: uuid,
  /** From 1. */
  roster: count,
  previous_sha256: hash.nullable(),
  /** How many persons of this roster must sign the next one. */
  quorum: z.int().min(1),
  /** How many different persons must approve a disposal. */
  approvers: z.int().min(1),
  separate_duties: z.boolean(),
  people: z.array(
    z.strictObject({
      person: role,
      may: z.array(may),
      /** Lines of an `allowed_signers` file (ssh-keygen(1)). */
      keys: z.array(z.string()),
    }),
  ),
});

/** Who may sign for what, from one entry of the ledger on. */
export type Roster = z.output<typeof roster>;

/** ARCHIVE_DAMAGED for another form; `subject` names the file. */
export function parseRoster(bytes: Uint8Array, subject: string): Roster {
  return parseStrict(roster, bytes, subject);
}

/** The roster with its form checked. */
export function newRoster(fields: Omit<Roster, "format">): Roster {
  return roster.parse({ format: ROSTER_FORMAT, ...fields });
}

/** A roster that nobody signed takes effect only after so long, in the sight of everybody. */
export const BREAK_GLASS_MS = 30 * DAY_MS;

/** The namespace of every signature (ssh-keygen -Y sign -n). */
export const NAMESPACE = "daybook/1";

/** A line of an `allowed_signers` file: this person may sign Daybook's statements with this key. */
export function allowedSigner(person: string, publicKey: string): string {
  const [first = "", ...rest] = publicKey.trim().split(/\s+/);
  const isAuthority = first === "cert-authority";
  const [type, key] = isAuthority ? rest : [first, ...rest];
  const options = `${isAuthority ? "cert-authority," : ""}namespaces="${NAMESPACE}"`;
  return `${person} ${options} ${type ?? ""} ${key ?? ""}`;
}

/** As `ssh-keygen -l` prints it: `SHA256:` and the hash of the key in base64 without padding. */
export function fingerprintOf(signerLine: string): string {
  const blob = Buffer.from(signerLine.split(" ").at(-1) ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** A key that two persons have: a signature with it would count for both. Undefined when every key is one person's. */
export function sharedKey({ people }: Pick<Roster, "people">): string | undefined {
  const owners = new Map<string, string>();
  for (const { person, keys } of people) {
    for (const fingerprint of keys.map(fingerprintOf)) {
      if ((owners.get(fingerprint) ?? person) !== person) return fingerprint;
      owners.set(fingerprint, person);
    }
  }
  return undefined;
}
