import { entriesOf, ofContent, ofDay, ofHostOrDay } from "./error-kind.js";
import type { CatalogueEntry } from "./error-kind.js";
import { COMMAND_ERRORS } from "./command-errors.js";
import { RETENTION_ERRORS } from "./retention-errors.js";

const source = entriesOf("source");
const disk = entriesOf("disk");
const archive = entriesOf("archive");
const sink = entriesOf("sink");
const own = entriesOf("process");

/** Every error code there is. docs/ERRORS.md is generated from this table. */
export const ERROR_CATALOGUE = {
  ...COMMAND_ERRORS,
  NETWORK_UNREACHABLE: source(
    "outage",
    "backoff",
    "no connection to the host",
    "check DNS, routes, firewall and proxy",
  ),
  NETWORK_TIMEOUT: ofHostOrDay(
    source(
      "outage",
      "backoff",
      "the host did not answer in full within the time limit",
      "try later; check the proxy",
    ),
  ),
  NETWORK_TRUNCATED: ofHostOrDay(
    source("outage", "backoff", "the answer ended before it was complete", "try later; check the proxy"),
  ),
  NETWORK_TOO_LARGE: ofDay(
    source(
      "outage",
      "never",
      "the answer is larger than the limit",
      "report it: no page of the source is known to be this large",
    ),
  ),
  NETWORK_TLS: source(
    "outage",
    "never",
    "the host's certificate is not trusted",
    "set tls.ca to the authority's certificate; check the clock",
  ),
  NETWORK_REDIRECT: ofHostOrDay(
    source(
      "outage",
      "never",
      "the host answered with a redirect, which is never followed",
      "correct the endpoint in the configuration",
    ),
  ),
  PROXY_REFUSED: source(
    "outage",
    "never",
    "the proxy refused the connection",
    "check HTTPS_PROXY and the proxy's own sign-in",
  ),
  SOURCE_THROTTLED: source(
    "outage",
    "backoff",
    "the source's request allowance is used up",
    "wait; lower requestsPerHour if other tools share the application",
  ),
  SOURCE_UNAVAILABLE: ofHostOrDay(source("outage", "backoff", "the source failed", "try later")),
  SOURCE_REFUSED: ofDay(
    source("outage", "never", "the source refused the request as wrong", "report it with the request id"),
  ),
  SOURCE_OUT_OF_HORIZON: source(
    "gap",
    "never",
    "the source no longer serves the day",
    "the day is lost at this source; see docs/OPERATIONS.md",
  ),
  SOURCE_PAGE_INVALID: ofDay(
    ofContent(
      source(
        "outage",
        "backoff",
        "a page is not what the source promises",
        "the body is kept in quarantine; report it with the request id",
      ),
    ),
  ),
  SOURCE_CHAIN_BROKEN: ofDay(
    source(
      "outage",
      "backoff",
      "a page chain repeats, never ends or loses its token",
      "the day is read again from the start; report it if it stays",
    ),
  ),
  SOURCE_TENANT_MISMATCH: ofContent(
    source(
      "integrity",
      "never",
      "the source delivered events of another tenant",
      "stop; compare tenantId and credential in the configuration",
    ),
  ),
  SIGNIN_REFUSED: source(
    "refused",
    "never",
    "the sign-in was refused",
    "check the credential; `daybook config check --online` explains refusals",
  ),
  SIGNIN_UNAVAILABLE: source("outage", "backoff", "the sign-in service failed", "try later"),
  ACCESS_DENIED: source(
    "refused",
    "never",
    "the source does not let this application read the activity log",
    "check the tenant setting and its security group; `daybook config check --online` explains refusals",
  ),
  READING_INCOMPLETE: ofDay(
    source(
      "outage",
      "backoff",
      "a reading could not be proved complete, so nothing was sealed",
      "the findings say what is missing; the day is read again",
    ),
  ),
  DISK_FULL: disk(
    "disk",
    "backoff",
    "the disk is full, or below its reserve",
    "free space; the archive is unharmed and work goes on by itself",
  ),
  DISK_FAILED: ofContent(
    disk(
      "disk",
      "never",
      "the disk failed a read or a write",
      "check the disk; run `daybook verify` afterwards",
    ),
  ),
  DISK_DENIED: disk(
    "disk",
    "never",
    "the file system does not allow the operation",
    "check owner, mode and mount options",
  ),
  DISK_TOO_MANY_FILES: disk(
    "disk",
    "backoff",
    "the process or the machine has too many open files",
    "raise LimitNOFILE in the unit, or fs.file-max for the machine",
  ),
  DISK_UNSUITABLE: disk(
    "disk",
    "never",
    "the file system cannot keep an archive safely",
    "use a local file system with hard links and case-sensitive names",
  ),
  FILE_EXISTS: disk("disk", "never", "a file that must be new exists already", "move it away"),
  FILE_NOT_FOUND: disk("disk", "never", "a file is missing", "mount its disk"),
  ARCHIVE_LOCKED: archive("busy", "backoff", "another instance holds the archive", "wait for it, or stop it"),
  ARCHIVE_DAMAGED: ofDay(
    ofContent(
      archive(
        "integrity",
        "never",
        "something stored is missing or altered",
        "nothing was repaired; see docs/AUDIT.md before touching it",
      ),
    ),
  ),
  ARCHIVE_FORKED: archive(
    "integrity",
    "never",
    "another writer has added to this archive",
    "stop the other writer; see docs/OPERATIONS.md",
  ),
  ARCHIVE_EXISTS: archive(
    "usage",
    "never",
    "the state folder holds an archive of the tenant already",
    "nothing was overwritten; to restore all the same, move the tenant's folder out of the state folder first",
  ),
  ARCHIVE_NOT_FOUND: archive(
    "absent",
    "never",
    "there is no archive here",
    "check the path, or run `daybook archive` first",
  ),
  ARCHIVE_TOO_NEW: ofContent(
    archive("integrity", "never", "the archive was written in a newer format", "use the newer Daybook"),
  ),
  KEY_NOT_FOUND: archive(
    "absent",
    "never",
    "no key to check signatures with",
    "name the public key with --key",
  ),
  NOTHING_IN_RANGE: archive("absent", "never", "the range asked for holds nothing", "check --from and --to"),
  SINK_UNAVAILABLE: sink(
    "outage",
    "backoff",
    "a sink cannot be reached",
    "the day stays queued for it; see `daybook status`",
  ),
  SINK_REFUSED: sink(
    "outage",
    "never",
    "a sink refused the operation",
    "check the sink's credential and permissions; run `daybook sinks check`",
  ),
  SINK_NOT_FOUND: sink("outage", "never", "a sink does not hold the object", "see docs/AUDIT.md"),
  SINK_CONFLICT: sink(
    "integrity",
    "never",
    "a sink holds other bytes under the same name",
    "nothing was overwritten; see docs/AUDIT.md",
  ),
  SINK_MISMATCH: ofDay(
    ofContent(
      sink(
        "integrity",
        "never",
        "a sink gave back other bytes or counts than it was given",
        "nothing was marked as delivered; see docs/AUDIT.md",
      ),
    ),
  ),
  SINK_BEHIND: sink(
    "usage",
    "never",
    "another sink holds more of the archive than the one named",
    "restore from the sink that holds the most",
  ),
  SINK_TAKEN: sink(
    "integrity",
    "never",
    "a sink holds another archive under the tenant's name",
    "nothing was written to it; bring that archive back with `daybook restore`, or give the tenant another name or the sink another place",
  ),
  SINK_LOST: sink(
    "integrity",
    "never",
    "a sink no longer holds what it confirmed",
    "check that its disk is mounted and that its options name the right place; where its content is gone for good, `daybook archive --backfill-sink NAME` fills it again",
  ),
  SINK_SHARED: sink(
    "config",
    "never",
    "a sink lies where the state folder or another record sink lies",
    "give every sink a place of its own, outside the state folder",
  ),
  ...RETENTION_ERRORS,
  SERVE_FAILED: own(
    "busy",
    "backoff",
    "cannot listen on the status page's address",
    "stop what uses the port, or change serve.listen",
  ),
  WITNESS_UNAVAILABLE: own(
    "outage",
    "backoff",
    "a witness does not answer, or not with a cosignature",
    "each pass tries again; check its address under anchor.witnesses, and ask its operator",
  ),
  WITNESS_REFUSED: own(
    "config",
    "never",
    "a witness does not know this archive, or not its key",
    "give its operator the line that `daybook keys list` prints for witnesses",
  ),
  WITNESS_CONTRADICTED: own(
    "integrity",
    "never",
    "a witness saw another history of this archive",
    "touch nothing; compare the archive with another copy and with the heads that the witness keeps; see _Witnesses_ in docs/AUDIT.md",
  ),
  ALERT_REFUSED: own("outage", "backoff", "a receiver refused an alert", "check its entry under alerts"),
  INTERRUPTED: own(
    "interrupted",
    "never",
    "stopped by a signal",
    "run the command again: it continues where it stopped",
  ),
  INTERNAL: own("defect", "never", "a defect in Daybook", "report it with the log"),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
