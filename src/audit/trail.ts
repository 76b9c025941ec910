import type { LedgerEntry } from "../model/ledger-entry.js";

/** An act of the ledger in words. */
export interface TrailLine {
  readonly seq: number;
  readonly time: string;
  readonly actor: string;
  readonly type: LedgerEntry["type"];
  readonly text: string;
}

/** What people and Daybook did, oldest first, without the daily work: readings, deliveries and checks that found nothing. */
export function trailOf(entries: readonly LedgerEntry[]): readonly TrailLine[] {
  return entries.flatMap((entry) => {
    const { seq, time, actor, type } = entry;
    const text = actText(entry);
    return text === undefined ? [] : [{ seq, time, actor, type, text }];
  });
}

/** Undefined for the daily work. */
function actText(entry: LedgerEntry): string | undefined {
  switch (entry.type) {
    case "archive-created":
      return "the archive was created";
    case "source-shrank":
      return `${entry.day}: the source gave ${entry.missing} records fewer than before; they are kept`;
    case "day-lost":
      return `${entry.day} is lost: ${entry.reason}`;
    case "sink-failed":
      return `${entry.sink} did not take ${entry.day} revision ${entry.revision} (${entry.code})`;
    case "fixity-checked":
      return entry.findings === 0
        ? undefined
        : `${entry.sink} was read back: ${entry.findings} of ${entry.days} revisions are not as sealed`;
    case "config-changed":
      return `the configuration changed, sha256 ${entry.config_sha256}`;
    case "recovery-performed":
      return `an interrupted step was put in order: ${entry.steps.join("; ")}`;
    case "incident":
      return `${entry.code}: ${entry.day === null ? "" : `${entry.day}: `}${entry.subject}`;
    case "export-produced":
      return `${entry.export}: ${entry.records} records of ${entry.from} to ${entry.to} were exported as ${entry.form}${
        entry.recipient_ref === "" ? "" : ` for ${entry.recipient_ref}`
      }, sha256 ${entry.sha256}`;
    case "drill-ended":
      return `a restore from ${entry.sink} was tried with ${entry.days} ${entry.days === 1 ? "day" : "days"}: ${entry.outcome}`;
    case "anchor-policy":
      return `witnesses are to confirm the ledger every ${entry.every}; ${entry.witness_quorum} of them must`;
    case "witness-contradicted":
      return `witness ${entry.name} saw ANOTHER history and refused the head of ${entry.size} entries`;
    case "audit-made":
      return `a report of ${entry.from} to ${entry.to} was made, sha256 ${entry.sha256}`;
    default:
      return retentionText(entry);
  }
}

function retentionText(entry: LedgerEntry): string | undefined {
  switch (entry.type) {
    case "schedule-set":
      return `rule ${entry.schedule}, keep ${entry.keep}, from ${entry.effective} for ${
        entry.applies === "all" ? "every day" : "days sealed later"
      }${entry.authority === "" ? "" : `; ${entry.authority}`}`;
    case "roster-set":
      return `roster ${entry.roster} of people, ${
        entry.mode === "first"
          ? "the first"
          : entry.mode === "quorum"
            ? "signed by the one before"
            : "NOT signed"
      }`;
    case "hold-placed":
      return `${entry.hold} for ${entry.matter_ref} on ${entry.from ?? "the first day"} to ${entry.to ?? "the newest"}`;
    case "hold-released":
      return `${entry.hold} was released`;
    case "hold-applied":
      return entry.outcome === "unreachable" ? `${entry.hold} did not reach ${entry.sink}` : undefined;
    case "plan-drawn":
      return `${entry.plan} was drawn: ${entry.days} days, ${entry.bytes} bytes`;
    case "disposal-approved":
      return `${entry.person} approved ${entry.plan}`;
    case "plan-refused":
      return `${entry.person} refused ${entry.plan}`;
    case "plan-superseded":
      return `${entry.plan} lapsed: ${entry.reason} ${entry.by}`;
    case "standing-approved":
      return `${entry.person} approved in advance what ${entry.schedule}, keep ${entry.keep}, lets go until ${entry.until}`;
    case "standing-withdrawn":
      return `${entry.person} took an approval in advance back`;
    case "disposal-refused":
      return `${entry.day} stays under ${entry.plan}: ${entry.reason} ${entry.subject}`;
    case "disposed":
      return entry.revision === 1 ? `${entry.day} is destroyed under ${entry.plan}` : undefined;
    default:
      return undefined;
  }
}
