import { entriesOf } from "./error-kind.js";
import type { CatalogueEntry } from "./error-kind.js";

const command = entriesOf("command");

/** The errors of a command line, a configuration and its secrets. */
export const COMMAND_ERRORS = {
  USAGE: command("usage", "never", "the command line is wrong", "run the command with --help"),
  SETUP_FAILED: command(
    "outage",
    "never",
    "a program that setup needs failed",
    "read what the program printed, correct it, and run `daybook setup` again",
  ),
  CONFIG_NOT_FOUND: command(
    "config",
    "never",
    "no configuration file",
    "run `daybook config init`, or name a file with --config",
  ),
  CONFIG_INVALID: command(
    "config",
    "never",
    "the configuration breaks a rule",
    "correct the lines named; `daybook config schema` prints the rules",
  ),
  SECRET_UNREADABLE: command(
    "config",
    "never",
    "a secret that the configuration names cannot be read",
    "check the file, the variable or the systemd credential",
  ),
  SECRET_EXPOSED: command(
    "config",
    "never",
    "a file that must be private can be read or changed by others",
    "chmod 600 the file",
  ),
  PLUGIN_INVALID: command(
    "config",
    "never",
    "a sink plugin cannot be loaded or does not fit",
    "see docs/SINKS.md",
  ),
  PROOF_INVALID: command(
    "integrity",
    "never",
    "the proof of an event does not hold",
    "ask for the proof anew; where the archive is at hand, run `daybook verify` on it",
  ),
  QUERY_ENGINE_MISSING: command(
    "config",
    "never",
    "the package of the query engine is not installed",
    "install the package that the message names",
  ),
  QUERY_REFUSED: command(
    "usage",
    "never",
    "the query engine refused the SQL",
    "correct the SQL; docs/QUERY.md lists the tables and their columns",
  ),
  QUERY_LIMIT: command(
    "usage",
    "never",
    "a query reached its limit of time or memory",
    "narrow --from and --to, or raise --time-limit or --memory",
  ),
} as const satisfies Record<string, CatalogueEntry>;
