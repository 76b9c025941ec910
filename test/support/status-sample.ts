import type { Alarm } from "../../src/view/alarms.js";
import type { DaemonSnapshot, DaemonState, TenantSnapshot } from "../../src/daemon/state.js";
import type { DayRecord } from "../../src/ledger/day-index.js";
import type { ProcessUsage } from "../../src/io/process-usage.js";
import type { Log } from "../../src/model/log.js";
import { sha256Hex } from "../../src/model/sha256.js";
import {
  DAY_MS,
  HOUR_MS,
  addDays,
  dayEndMs,
  eachDay,
  parseUtcDay,
  utcDayOf,
} from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { DaybookError } from "../../src/model/errors.js";
import type { Outcome } from "../../src/source/last-outcome.js";
import type { SourcesOf } from "../../src/serve/sealed-manifests.js";
import { manifestBytes } from "./status-manifest.js";
import { indexOfDays } from "./indexed.js";

export const NOW_MS = Date.parse("2026-11-22T18:07:00.000Z");
export const TODAY = utcDayOf(NOW_MS);
const RULES = { horizonDays: 28, readAfterMs: [26, 72, 168, 504].map((hours) => hours * HOUR_MS) };

export function dayOf(text: string): UtcDay {
  const day = parseUtcDay(text);
  if (day === undefined) throw new Error(`${text} is no day`);
  return day;
}

/** A sealed day, delivered to the vault, read again whenever that was due. */
export function sealedDay(day: UtcDay, more: Partial<DayRecord> = {}): DayRecord {
  const readings = RULES.readAfterMs.map((ms) => dayEndMs(day) + ms + 60_000).filter((ms) => ms <= NOW_MS);
  const sealedAt = readings[0] ?? NOW_MS;
  const manifestSha256 = sha256Hex(manifestBytes(day));
  const records = 1_000 + (Number(day.slice(8)) % 7) * 531;
  return {
    day,
    revisions: [{ revision: 1, manifestSha256, sealedAt }],
    readingsAt: readings.length === 0 ? [NOW_MS] : readings,
    failures: new Map(),
    deliveries: new Map([["vault", { revision: 1, manifestSha256, records, at: sealedAt + 60_000 }]]),
    ...more,
  };
}

function lostDay(day: UtcDay): DayRecord {
  const reason = "passed the horizon unread";
  return {
    day,
    revisions: [],
    readingsAt: [],
    deliveries: new Map(),
    failures: new Map(),
    lost: { at: dayEndMs(day) + 27 * DAY_MS, reason },
  };
}

const HEAD = {
  origin: "daybook/2696dce5-e5bc-4712-9600-0b0f8f1a298a",
  size: 87,
  root: `${"R".repeat(43)}=`,
};

function okOutcome(atMs: number): Outcome {
  return { atMs, okMs: atMs, failure: undefined };
}

/** A tenant in which nothing is wrong: every day since `from` that is due is sealed. */
export function quietTenant(
  tenant: string,
  from = "2025-09-03",
  more: Partial<TenantSnapshot> = {},
): TenantSnapshot {
  const first = dayOf(from);
  const days = new Map(eachDay(first, addDays(TODAY, -3)).map((day) => [day, sealedDay(day)]));
  return {
    tenant,
    condition: "waiting",
    takenUpMs: NOW_MS - 41 * DAY_MS,
    failure: undefined,
    position: undefined,
    lastPass: {
      startedMs: NOW_MS - 12 * 60_000,
      endedMs: NOW_MS - 9 * 60_000,
      sealed: 1,
      rechecked: 3,
      failed: 0,
      lost: 0,
      failure: undefined,
    },
    nextPassMs: NOW_MS + HOUR_MS,
    alarms: [],
    head: HEAD,
    rules: RULES,
    index: indexOfDays(days, Date.parse(`${from}T10:00:00.000Z`) + 27 * DAY_MS),
    budget: { left: 84, requestsPerHour: 180, nextMs: 0, requestsPerDay: 26 },
    sinks: [
      { sink: "vault", kind: "record", behind: 0, failure: undefined },
      { sink: "lake", kind: "view", behind: 0, failure: undefined },
    ],
    certificate: { expiresAtMs: NOW_MS + 203 * DAY_MS, daysLeft: 203, warning: "none" },
    source: {
      signIn: okOutcome(NOW_MS - HOUR_MS),
      request: okOutcome(NOW_MS - HOUR_MS),
      preflight: okOutcome(NOW_MS - 41 * DAY_MS),
    },
    keptBack: new Map(),
    verifications: [{ sink: "vault", atMs: NOW_MS - 2 * DAY_MS, days: 443, findings: 0 }],
    ...more,
  };
}

/** A tenant with gaps, lost days, a sink that is down and a certificate that ends soon. */
export function troubledTenant(tenant: string): TenantSnapshot {
  const quiet = quietTenant(tenant, "2025-10-20");
  const days = new Map(quiet.index?.days);
  for (const day of eachDay(dayOf("2026-07-11"), dayOf("2026-07-13"))) days.set(day, lostDay(day));
  const gaps = ["2026-10-27", "2026-10-28", "2026-11-14"].map(dayOf);
  for (const day of gaps) days.delete(day);
  const quietMonday = dayOf("2026-11-16");
  const incident = {
    code: "DAY_EMPTY",
    subject: "2026-11-16: found 0 events, expected about 3000",
    at: NOW_MS,
  };
  days.set(quietMonday, sealedDay(quietMonday, { incidents: [incident] }));
  return {
    ...quiet,
    condition: "failing",
    keptBack: new Map([
      [
        dayOf("2026-11-14"),
        { code: "SOURCE_UNAVAILABLE", sinceMs: NOW_MS - 3 * HOUR_MS, lastMs: NOW_MS, failures: 2 },
      ],
    ]),
    alarms: [
      alarm(
        "days-overdue",
        "3 days due and not archived: 2026-10-27 first, dropped by the source at 2026-11-24T00:00:00.000Z",
        {
          days: gaps,
          deadlineMs: Date.parse("2026-11-24T00:00:00.000Z"),
        },
      ),
      alarm("sink-behind", "lake: the bucket refused the write; check the sink's credential (SINK_REFUSED)", {
        subject: "lake",
      }),
      alarm("certificate-expiring", "the client certificate expires in 11 days, at 2026-12-04T09:00:00.000Z"),
    ],
    index: indexOfDays(days, Date.parse("2025-11-16T10:00:00.000Z")),
    budget: { left: 0, requestsPerHour: 180, nextMs: NOW_MS + 14 * 60_000, requestsPerDay: 26 },
    sinks: [
      { sink: "vault", kind: "record", behind: 0, failure: undefined },
      {
        sink: "lake",
        kind: "view",
        behind: 17,
        failure: new DaybookError("SINK_REFUSED", { message: "lake: the bucket refused the write" }),
      },
    ],
    certificate: { expiresAtMs: Date.parse("2026-12-04T09:00:00.000Z"), daysLeft: 11, warning: "near" },
    verifications: [],
  };
}

export function alarm(kind: Alarm["kind"], text: string, more: Partial<Alarm> = {}): Alarm {
  return { kind, subject: "", text, sinceMs: NOW_MS - 5 * HOUR_MS, ...more };
}

export function snapshotOf(...tenants: readonly TenantSnapshot[]): DaemonSnapshot {
  return {
    startedMs: NOW_MS - 41 * DAY_MS,
    phase: "ready",
    configPath: "/etc/daybook/daybook.yaml",
    configSha256: sha256Hex("config"),
    tenants,
  };
}

/** A daemon whose state is what the test says. */
export class SampleState implements DaemonState {
  readonly #listeners = new Set<() => void>();

  constructor(private current: DaemonSnapshot) {}

  snapshot(): DaemonSnapshot {
    return this.current;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  become(next: DaemonSnapshot): void {
    this.current = next;
    for (const listener of this.#listeners) listener();
  }
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const USAGE: ProcessUsage = {
  startSeconds: NOW_MS / 1_000 - 3_600,
  cpuSeconds: 12.5,
  residentBytes: 90e6,
  heapUsedBytes: 30e6,
  heapTotalBytes: 40e6,
  externalBytes: 5e6,
  loopLagMaxSeconds: 0.02,
  loopLagP99Seconds: 0.001,
};

/** Where the manifests of the sample's first revisions can be read. */
export function sealedManifests(tenants: readonly TenantSnapshot[]): SourcesOf {
  return (name) => {
    const index = tenants.find(({ tenant }) => tenant === name)?.index;
    const bytesAt = (path: string): Uint8Array | undefined => {
      const text = /^days\/(\d{4}\/\d{2}\/\d{2})\/r0001\/manifest\.json$/.exec(path)?.[1];
      const record = text === undefined ? undefined : index?.days.get(dayOf(text.replaceAll("/", "-")));
      return record && manifestBytes(record.day);
    };
    return [
      {
        list: () => none(),
        stat: async (path) => {
          const bytes = bytesAt(path);
          return bytes && { bytes: bytes.length };
        },
        get: async (path) => onePiece(bytesAt(path) ?? new Uint8Array()),
      },
    ];
  };
}

async function* none(): AsyncGenerator<string> {}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
