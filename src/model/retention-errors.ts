import { entriesOf } from "./error-kind.js";
import type { CatalogueEntry } from "./error-kind.js";

const retention = entriesOf("retention");

/** The errors about people, holds and disposal. */
export const RETENTION_ERRORS = {
  HOLD_UNKNOWN: retention(
    "usage",
    "never",
    "no hold of this name stands",
    "`daybook hold list` names those that do",
  ),
  PLAN_UNKNOWN: retention(
    "usage",
    "never",
    "no plan of this name can be used",
    "`daybook dispose list` names the plans and their states",
  ),
  STATEMENT_INVALID: retention(
    "retained",
    "never",
    "a signed statement does not count",
    "write a new statement with the same command, and have the person sign it",
  ),
  ROSTER_INVALID: retention(
    "retained",
    "never",
    "the people of the archive cannot be changed like this",
    "see _Retention, holds and disposal_ in docs/OPERATIONS.md",
  ),
  DISPOSAL_REFUSED: retention(
    "retained",
    "never",
    "a hold, a retention period, a lock or a missing approval forbids the disposal",
    "the message names it; nothing was destroyed",
  ),
  CLOCKS_DISAGREE: retention(
    "retained",
    "backoff",
    "no second clock confirms that a time has passed",
    "check this machine's clock, and that the source can be reached; nothing was destroyed",
  ),
  SSH_KEYGEN_MISSING: retention(
    "config",
    "never",
    "ssh-keygen cannot be run, so no signature can be checked",
    "install OpenSSH's client, on Debian `apt install openssh-client`",
  ),
} as const satisfies Record<string, CatalogueEntry>;
