/** What an error code means: the exit code it leads to, and what the operator can do. */
interface CatalogueEntry {
  readonly exit: number;
  readonly retry: "never" | "backoff";
  readonly meaning: string;
  readonly hint: string;
}

const entry = (exit: number, retry: "never" | "backoff", meaning: string, hint: string): CatalogueEntry => ({
  exit,
  retry,
  meaning,
  hint,
});

/** Every error code there is. docs/ERRORS.md is generated from this table. */
export const ERROR_CATALOGUE = {
  // wrong usage and configuration
  USAGE: entry(64, "never", "the command line is wrong", "run the command with --help"),
  SETUP_FAILED: entry(
    69,
    "never",
    "a program that setup needs failed",
    "read what the program printed, correct it, and run `daybook setup` again",
  ),
  CONFIG_NOT_FOUND: entry(
    78,
    "never",
    "no configuration file",
    "run `daybook config init`, or name a file with --config",
  ),
  CONFIG_INVALID: entry(
    78,
    "never",
    "the configuration breaks a rule",
    "correct the lines named; `daybook config schema` prints the rules",
  ),
  SECRET_UNREADABLE: entry(
    78,
    "never",
    "a secret that the configuration names cannot be read",
    "check the file, the variable or the systemd credential",
  ),
  SECRET_EXPOSED: entry(
    78,
    "never",
    "a file that must be private can be read or changed by others",
    "chmod 600 the file",
  ),
  PLUGIN_INVALID: entry(78, "never", "a sink plugin cannot be loaded or does not fit", "see docs/SINKS.md"),
  // the source and the network
  NETWORK_UNREACHABLE: entry(
    69,
    "backoff",
    "no connection to the host",
    "check DNS, routes, firewall and proxy",
  ),
  NETWORK_TIMEOUT: entry(
    69,
    "backoff",
    "the host did not answer in full within the time limit",
    "try later; check the proxy",
  ),
  NETWORK_TRUNCATED: entry(
    69,
    "backoff",
    "the answer ended before it was complete",
    "try later; check the proxy",
  ),
  NETWORK_TOO_LARGE: entry(
    69,
    "never",
    "the answer is larger than the limit",
    "report it: no page of the source is known to be this large",
  ),
  NETWORK_TLS: entry(
    69,
    "never",
    "the host's certificate is not trusted",
    "set tls.ca to the authority's certificate; check the clock",
  ),
  NETWORK_REDIRECT: entry(
    69,
    "never",
    "the host answered with a redirect, which is never followed",
    "correct the endpoint in the configuration",
  ),
  PROXY_REFUSED: entry(
    69,
    "never",
    "the proxy refused the connection",
    "check HTTPS_PROXY and the proxy's own sign-in",
  ),
  SOURCE_THROTTLED: entry(
    69,
    "backoff",
    "the source's request allowance is used up",
    "wait; lower requestsPerHour if other tools share the application",
  ),
  SOURCE_UNAVAILABLE: entry(69, "backoff", "the source failed", "try later"),
  SOURCE_REFUSED: entry(
    69,
    "never",
    "the source refused the request as wrong",
    "report it with the request id",
  ),
  SOURCE_OUT_OF_HORIZON: entry(
    69,
    "never",
    "the source no longer serves the day",
    "the day is lost at this source; see docs/OPERATIONS.md",
  ),
  SOURCE_PAGE_INVALID: entry(
    69,
    "backoff",
    "a page is not what the source promises",
    "the body is kept in quarantine; report it with the request id",
  ),
  SOURCE_CHAIN_BROKEN: entry(
    69,
    "backoff",
    "a page chain repeats, never ends or loses its token",
    "the day is read again from the start; report it if it stays",
  ),
  SOURCE_TENANT_MISMATCH: entry(
    65,
    "never",
    "the source delivered events of another tenant",
    "stop; compare tenantId and credential in the configuration",
  ),
  SIGNIN_REFUSED: entry(
    77,
    "never",
    "the sign-in was refused",
    "check the credential; `daybook config check --online` explains refusals",
  ),
  SIGNIN_UNAVAILABLE: entry(69, "backoff", "the sign-in service failed", "try later"),
  ACCESS_DENIED: entry(
    77,
    "never",
    "the source does not let this application read the activity log",
    "check the tenant setting and its security group; `daybook config check --online` explains refusals",
  ),
  READING_INCOMPLETE: entry(
    69,
    "backoff",
    "a reading could not be proved complete, so nothing was sealed",
    "the findings say what is missing; the day is read again",
  ),
  // the disk
  DISK_FULL: entry(
    73,
    "backoff",
    "the disk is full, or below its reserve",
    "free space; the archive is unharmed and work goes on by itself",
  ),
  DISK_FAILED: entry(
    73,
    "never",
    "the disk failed a read or a write",
    "check the disk; run `daybook verify` afterwards",
  ),
  DISK_DENIED: entry(
    73,
    "never",
    "the file system does not allow the operation",
    "check owner, mode and mount options",
  ),
  DISK_TOO_MANY_FILES: entry(
    73,
    "backoff",
    "the process or the machine has too many open files",
    "raise LimitNOFILE in the unit, or fs.file-max for the machine",
  ),
  DISK_UNSUITABLE: entry(
    73,
    "never",
    "the file system cannot keep an archive safely",
    "use a local file system with hard links and case-sensitive names",
  ),
  FILE_EXISTS: entry(73, "never", "a file that must be new exists already", "see the cause"),
  FILE_NOT_FOUND: entry(73, "never", "a file is missing", "see the cause"),
  // the archive
  ARCHIVE_LOCKED: entry(75, "backoff", "another instance holds the archive", "wait for it, or stop it"),
  ARCHIVE_DAMAGED: entry(
    65,
    "never",
    "something stored is missing or altered",
    "nothing was repaired; see docs/AUDIT.md before touching it",
  ),
  ARCHIVE_FORKED: entry(
    65,
    "never",
    "another writer has added to this archive",
    "stop the other writer; see docs/OPERATIONS.md",
  ),
  ARCHIVE_EXISTS: entry(
    64,
    "never",
    "the state folder holds an archive of the tenant already",
    "nothing was overwritten; to restore all the same, move the tenant's folder out of the state folder first",
  ),
  ARCHIVE_NOT_FOUND: entry(
    66,
    "never",
    "there is no archive here",
    "check the path, or run `daybook archive` first",
  ),
  ARCHIVE_TOO_NEW: entry(65, "never", "the archive was written in a newer format", "use the newer Daybook"),
  KEY_NOT_FOUND: entry(66, "never", "no key to check signatures with", "name the public key with --key"),
  NOTHING_IN_RANGE: entry(66, "never", "the range asked for holds nothing", "check --from and --to"),
  // sinks
  SINK_UNAVAILABLE: entry(
    69,
    "backoff",
    "a sink cannot be reached",
    "the day stays queued for it; see `daybook status`",
  ),
  SINK_REFUSED: entry(
    69,
    "never",
    "a sink refused the operation",
    "check the sink's credential and permissions; run `daybook sinks check`",
  ),
  SINK_NOT_FOUND: entry(69, "never", "a sink does not hold the object", "see docs/AUDIT.md"),
  SINK_CONFLICT: entry(
    65,
    "never",
    "a sink holds other bytes under the same name",
    "nothing was overwritten; see docs/AUDIT.md",
  ),
  SINK_MISMATCH: entry(
    65,
    "never",
    "a sink gave back other bytes or counts than it was given",
    "nothing was marked as delivered; see docs/AUDIT.md",
  ),
  SINK_BEHIND: entry(
    64,
    "never",
    "another sink holds more of the archive than the one named",
    "restore from the sink that holds the most",
  ),
  SINK_TAKEN: entry(
    65,
    "never",
    "a sink holds another archive under the tenant's name",
    "nothing was written to it; bring that archive back with `daybook restore`, or give the tenant another name or the sink another place",
  ),
  SINK_LOST: entry(
    65,
    "never",
    "a sink no longer holds what it confirmed",
    "check that its disk is mounted and that its options name the right place; where its content is gone for good, `daybook archive --backfill-sink NAME` fills it again",
  ),
  SINK_SHARED: entry(
    78,
    "never",
    "a sink lies where the state folder or another record sink lies",
    "give every sink a place of its own, outside the state folder",
  ),
  // the process
  SERVE_FAILED: entry(
    75,
    "backoff",
    "the status page's address cannot be had",
    "stop what uses the port, or change serve.listen",
  ),
  INTERRUPTED: entry(
    130,
    "never",
    "stopped by a signal",
    "run the command again: it continues where it stopped",
  ),
  INTERNAL: entry(70, "never", "a defect in Daybook", "report it with the log"),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
