import { folderSource } from "../archive/folder-source.js";
import { fingerprintOf } from "../archive/roster.js";
import { readRoster, rosterSetAt } from "../retention/rosters.js";
import type { Command, CommonOptions } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import { never } from "./hold.js";
import { askArchive, oneTenant, toSignResult } from "./retention-request.js";
import type { SigningOptions } from "./retention-request.js";

export interface PeopleApplyOptions extends SigningOptions {
  readonly breakGlass?: boolean;
}

/** Records the people of the configuration in the archive. */
export const peopleApply: Command<PeopleApplyOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const request = { act: "people-apply", breakGlass: options.breakGlass === true } as const;
  const answer = await askArchive(tenant, request, options, surroundings);
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  if (answer.kind !== "roster") return never();
  const { roster, isSame } = answer;
  const words = isSame ? "is in force already and says the same" : "is recorded";
  const later =
    options.breakGlass === true && !isSame ? "; nobody signed it, so it counts after 30 days" : "";
  return {
    exit: EXIT.ok,
    text: `${tenant.name}: roster ${roster} ${words}${later}`,
    json: { format: "daybook.people-apply/1", tenant: tenant.name, roster, changed: !isSame },
  };
};

/** Who may sign for what, by the ledger. */
export const peopleShow: Command<CommonOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, async ({ tenant, held }) => {
    const set = held === undefined ? undefined : rosterSetAt(held.index.retention, tenant.clock.now());
    if (set === undefined) return { tenant: tenant.name, roster: null };
    const { quorum, approvers, people } = await readRoster(folderSource(tenant.files, tenant.root), set);
    const shown = people.map(({ person, may, keys }) => ({ person, may, keys: keys.map(fingerprintOf) }));
    return {
      tenant: tenant.name,
      roster: { number: set.roster, mode: set.mode, quorum, approvers, people: shown },
    };
  });
  const text = found.flatMap(({ tenant, roster }) =>
    roster === null
      ? [`${tenant}: nobody yet; acts stand by login alone, not signed`]
      : [
          `${tenant}: roster ${roster.number}; ${roster.approvers} must approve a disposal, ${roster.quorum} must sign the next roster`,
          ...roster.people.map(
            ({ person, may, keys }) => `  ${person}  ${may.join(", ")}  ${keys.join(" ")}`,
          ),
        ],
  );
  return { exit: EXIT.ok, text: text.join("\n"), json: { format: "daybook.people/1", tenants: found } };
};
