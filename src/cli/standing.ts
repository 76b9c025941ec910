import { DaybookError } from "../model/errors.js";
import type { StandingSummary } from "../retention/requests.js";
import type { Command, CommandResult } from "./command.js";
import { dayArgument } from "./days.js";
import { EXIT } from "./exit-codes.js";
import { never } from "./hold.js";
import { askArchive, oneTenant, toSignResult } from "./retention-request.js";
import type { SigningOptions } from "./retention-request.js";

export interface StandingOptions extends SigningOptions {
  readonly until?: string;
}

export interface WithdrawOptions extends SigningOptions {
  readonly arguments: readonly (string | undefined)[];
}

/** Approves in advance what the rule in force lets go, for at most a year. */
export const disposeStanding: Command<StandingOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  if (options.until === undefined)
    throw new DaybookError("USAGE", {
      message: "--until: expected the last UTC day of the approval, found nothing",
    });
  const until = dayArgument("--until", options.until, surroundings.clock.now());
  const answer = await askArchive(tenant, { act: "standing-approve", until }, options, surroundings);
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  return answer.kind === "standing" ? standingResult(tenant.name, answer.approval, "approved") : never();
};

/** Takes somebody's approval in advance back. Plans that are not run yet need a person again. */
export const disposeWithdraw: Command<WithdrawOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const [person = ""] = options.arguments;
  const answer = await askArchive(tenant, { act: "standing-withdraw", person }, options, surroundings);
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  return answer.kind === "standing" ? standingResult(tenant.name, answer.approval, "withdrawn") : never();
};

function standingResult(
  tenant: string,
  { person, schedule, keep, until }: StandingSummary,
  act: "approved" | "withdrawn",
): CommandResult {
  const text =
    act === "approved"
      ? `${tenant}: ${person} approves until ${until} what ${schedule}, keep ${keep}, lets go`
      : `${tenant}: the approval of ${person} for ${schedule}, keep ${keep}, is withdrawn`;
  return {
    exit: EXIT.ok,
    text,
    json: { format: "daybook.standing/1", tenant, act, person, schedule, keep, until },
  };
}
