import type { HoldShown, RetentionView } from "./retention-view.js";
import type { SinkState } from "./sink-state.js";
import { failureText } from "./source-trouble.js";
import type { WitnessTrouble } from "./witness-view.js";
import type { SourceTrouble } from "./source-trouble.js";
import type { FixityCheck } from "../ledger/ledger-index.js";
import { BREAK_GLASS_MS } from "../archive/roster.js";
import type { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { DayAlarms, DayAtRisk } from "../plan/alarms.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";

export type AlarmKind =
  | "days-overdue"
  | "days-beyond-saving"
  | "sign-in-refused"
  | "tenant-failing"
  | "integrity-failure"
  | "sink-behind"
  | "certificate-expiring"
  | "hold-not-applied"
  | "people-replaced"
  | "witness-contradicted"
  | "witnesses-late";

/** A condition that needs a person, as long as it lasts. */
export interface AlarmFound {
  readonly kind: AlarmKind;
  /** Distinguishes two alarms of a kind, such as the sink's name; empty when there can be only one. */
  readonly subject: string;
  /** One line: what was found and, where there is one, what to do. */
  readonly text: string;
  /** The days concerned, the nearest deadline first. */
  readonly days?: readonly UtcDay[];
  /** When it is too late to act, milliseconds since the epoch. */
  readonly deadlineMs?: number;
}

export interface Alarm extends AlarmFound {
  /** When it was first found, milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** What the alarms of a tenant are computed from. */
export interface TenantFindings {
  readonly days: DayAlarms;
  /** What made the newest pass, or opening the archive, fail. */
  readonly failure: DaybookError | undefined;
  /** Why the source seems out of reach although no pass failed. */
  readonly trouble: SourceTrouble | undefined;
  readonly sinks: readonly Pick<SinkState, "sink" | "failure">[];
  readonly certificate: CertificateExpiry | undefined;
  readonly retention: RetentionView;
  /** The newest check of each sink. */
  readonly verifications: readonly (Pick<FixityCheck, "findings"> & { readonly sink: string })[];
  readonly witnesses: WitnessTrouble;
}

/** Every alarm that stands. Pure. */
export function alarmsOf(found: TenantFindings): readonly AlarmFound[] {
  return [
    ...dayAlarm("days-overdue", "due and not archived", found.days.overdue),
    ...dayAlarm("days-beyond-saving", "beyond what the request budget can save", found.days.beyondSaving),
    ...failureAlarm(found.failure),
    ...troubleAlarm(found.trouble),
    ...found.sinks.flatMap(sinkAlarm),
    ...found.verifications
      .filter(({ findings }) => findings > 0)
      .map(({ sink, findings }) => fixityAlarm(sink, findings)),
    ...certificateAlarm(found.certificate),
    ...found.retention.holds.flatMap(holdAlarm),
    ...rosterAlarm(found.retention),
    ...witnessAlarms(found.witnesses),
  ];
}

function dayAlarm(kind: AlarmKind, what: string, days: readonly DayAtRisk[]): readonly AlarmFound[] {
  const [nearest] = days;
  if (nearest === undefined) return [];
  const { day, deadlineMs } = nearest;
  const number = `${days.length} ${days.length === 1 ? "day" : "days"}`;
  const text = `${number} ${what}: ${day} first, dropped by the source at ${isoTime(deadlineMs)}`;
  return [{ kind, subject: "", text, days: days.map((one) => one.day), deadlineMs }];
}

function failureAlarm(error: DaybookError | undefined): readonly AlarmFound[] {
  if (error === undefined) return [];
  return [{ kind: alarmOf(error), subject: "", text: failureText(error) }];
}

function troubleAlarm(trouble: SourceTrouble | undefined): readonly AlarmFound[] {
  return trouble === undefined ? [] : [{ kind: alarmOf(trouble), subject: "", text: trouble.text }];
}

function alarmOf({ kind }: Pick<DaybookError, "kind">): AlarmKind {
  if (kind === "integrity") return "integrity-failure";
  return kind === "refused" ? "sign-in-refused" : "tenant-failing";
}

function sinkAlarm({ sink, failure }: Pick<SinkState, "sink" | "failure">): readonly AlarmFound[] {
  if (failure === undefined) return [];
  const kind = failure.kind === "integrity" ? "integrity-failure" : "sink-behind";
  return [{ kind, subject: sink, text: failureText(failure) }];
}

function fixityAlarm(sink: string, findings: number): AlarmFound {
  const text = `${findings} findings when ${sink} was last verified; run daybook verify --sink ${sink}`;
  return { kind: "integrity-failure", subject: `${sink} fixity`, text };
}

function certificateAlarm(certificate: CertificateExpiry | undefined): readonly AlarmFound[] {
  if (certificate === undefined || certificate.warning === "none") return [];
  const { expiresAtMs, daysLeft } = certificate;
  const text =
    certificate.warning === "expired"
      ? `the client certificate expired at ${isoTime(expiresAtMs)}`
      : `the client certificate expires in ${daysLeft} days, at ${isoTime(expiresAtMs)}`;
  return [{ kind: "certificate-expiring", subject: "", text, deadlineMs: expiresAtMs }];
}

function holdAlarm({ hold, unreached }: HoldShown): readonly AlarmFound[] {
  if (unreached.length === 0) return [];
  const text =
    hold.released === undefined
      ? `${hold.id} stands and is not set in ${unreached.join(", ")}; each pass tries again`
      : `${hold.id} is released and still set in ${unreached.join(", ")}; each pass tries again`;
  return [{ kind: "hold-not-applied", subject: hold.id, text }];
}

function rosterAlarm({ unsignedRoster }: RetentionView): readonly AlarmFound[] {
  if (unsignedRoster === undefined) return [];
  const { roster, atMs } = unsignedRoster;
  const text = `roster ${roster} was recorded at ${isoTime(atMs)} without signatures; find out who did it and why, before it counts 30 days later`;
  return [{ kind: "people-replaced", subject: "", text, deadlineMs: atMs + BREAK_GLASS_MS }];
}

function witnessAlarms({ contradicted, late }: WitnessTrouble): readonly AlarmFound[] {
  const seen = contradicted.map(({ name, size }): AlarmFound => {
    const text = `witness ${name} saw another history and refused the head of ${size} entries; touch nothing, see _Witnesses_ in docs/AUDIT.md`;
    return { kind: "witness-contradicted", subject: name, text };
  });
  if (late === undefined) return seen;
  const { required, inTime, every, sinceMs } = late;
  const text = `${inTime} of ${required} witnesses cosigned in time since ${isoTime(sinceMs)}, although every ${every} is promised; the log says why`;
  return [...seen, { kind: "witnesses-late", subject: "", text }];
}
