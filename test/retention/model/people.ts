import { NAME } from "./contents.js";
import { sshKey } from "./ssh-sig.js";
import type { SshKey } from "./ssh-sig.js";
import type { ProposedPerson } from "../../../src/retention/parts.js";

export type PersonName = "ana" | "ben" | "cleo" | "dora" | "mallory";

export const KEYS: Readonly<Record<PersonName, SshKey>> = {
  ana: sshKey(1),
  ben: sshKey(2),
  cleo: sshKey(3),
  dora: sshKey(4),
  mallory: sshKey(5),
};

/** People of an archive, and how many of them must approve. */
export interface Rules {
  readonly people: readonly PersonName[];
  readonly approvers: number;
}

/** Dora may place holds, the others may do everything. */
export function mayApprove(person: PersonName): boolean {
  return person !== "dora";
}

export function proposed({ people }: Rules): Readonly<Record<string, ProposedPerson>> {
  return Object.fromEntries(
    people.map((person) => [
      person,
      {
        name: `${NAME} ${person}`,
        key: [KEYS[person].publicLine],
        may: mayApprove(person) ? (["hold", "approve"] as const) : (["hold"] as const),
      },
    ]),
  );
}

/** How many must sign the next roster: two, unless there is one person alone. */
export function quorumOf({ people, approvers }: Rules): number {
  return people.length === 1 ? 1 : Math.max(2, Math.min(approvers, people.length));
}

export const ROSTERS: readonly Rules[] = [
  { people: ["ana", "ben", "cleo", "dora"], approvers: 2 },
  { people: ["ana", "ben", "dora"], approvers: 2 },
  { people: ["ana", "ben", "cleo"], approvers: 3 },
  { people: ["mallory"], approvers: 1 },
];
