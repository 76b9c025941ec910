import type { UtcDay } from "../../src/model/utc-day.js";
import type { FaultRule } from "./faults.js";

/** A spell of throttling: requests `fromRequest` to `fromRequest + requests - 1` (from 1) are answered 429. */
export interface ThrottleSpell {
  readonly fromRequest: number;
  readonly requests: number;
  readonly retryAfterSeconds: number;
}

export interface NewActivity {
  readonly from: UtcDay;
  readonly name: string;
  readonly share: number;
  /** What its events have beside the fields that all have. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the simulated tenant is like. With the same scenario and the same times, every byte is the same. */
export interface Scenario {
  /** Another seed is another tenant: other people, other events. */
  readonly seed: number;
  readonly tenantId: string;
  /**
   * Events that happen on a weekday, before any is delivered twice; weekends have a quarter. A function says it for each
   * day exactly. Any number: a small day has hours without any event, as a real night has.
   */
  readonly eventsPerDay: number | ((day: UtcDay) => number);
  /** Days on which nothing happens. */
  readonly emptyDays: readonly UtcDay[];
  /** Share (0 to 1) of events that become visible hours to `latestLateDays` days after they happened. */
  readonly lateShare: number;
  readonly latestLateDays: number;
  /** Share of events delivered a second time with the same bytes, in the same hour or the next. */
  readonly duplicateShare: number;
  /** Share of events delivered a second time with the same `Id` and other bytes. */
  readonly conflictShare: number;
  /** Share of events without an `Id`. */
  readonly missingIdShare: number;
  /** Fields that are `null` in all events from a day on, as if the service had ceased to fill them; none when undefined. */
  readonly emptiedFields: { readonly from: UtcDay; readonly names: readonly string[] } | undefined;
  /** An activity that is new on a day and takes its share (0 to 1) of the events from then on; none when undefined. */
  readonly newActivity: NewActivity | undefined;
  /** How a body is written: without white space, or over many lines, which end in LF or in CR LF. */
  readonly layout: "compact" | "pretty" | "pretty-crlf";
  /** Most events on a page. The service itself gives 5,000 to 10,000. */
  readonly pageSize: number;
  /** Share of pages before which the service answers an empty page with a token. */
  readonly emptyPageShare: number;
  /** The older form looks like a Cosmos DB cursor, the newer is base64 of the window; `both` changes with the hour. */
  readonly tokenStyle: "old" | "new" | "both";
  /** What `lastResultSet` says on the last page; Microsoft's own sample shows `false` even there. */
  readonly lastResultSetAtEnd: boolean;
  /** The host in `continuationUri`, which is seldom the host that was asked. */
  readonly continuationHost: string;
  /** Days back from now that are served; before that the answer is an empty 400. */
  readonly horizonDays: number;
  /** Requests in any 60 minutes; one more is answered 429. */
  readonly requestsPerHour: number;
  readonly throttleSpells: readonly ThrottleSpell[];
  /** Compresses answers for those who accept it. */
  readonly gzip: boolean;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenLifetimeSeconds: number;
  /** A bearer token that never expires, for a client that does not sign in; none when undefined. */
  readonly bearerToken: string | undefined;
  /** Whether the tenant lets the application in: the tenant setting, and service principals as such. */
  readonly access: "allowed" | "not-authorized" | "not-accessible";
  /** Asked in order before every answer; see `FaultRule`. */
  readonly faults: readonly FaultRule[];
}

/** A calm tenant: every event once and soon, no fault. */
export const CALM_SCENARIO: Scenario = {
  seed: 1,
  tenantId: "c3d76ad3-667a-48b3-bcdf-889469a15ebe",
  eventsPerDay: 2_000,
  emptyDays: [],
  lateShare: 0,
  latestLateDays: 20,
  duplicateShare: 0,
  conflictShare: 0,
  missingIdShare: 0,
  emptiedFields: undefined,
  newActivity: undefined,
  layout: "compact",
  pageSize: 5_000,
  emptyPageShare: 0,
  tokenStyle: "both",
  lastResultSetAtEnd: false,
  continuationHost: "wabi-north-europe-j-primary-redirect.analysis.windows.net",
  horizonDays: 28,
  requestsPerHour: 200,
  throttleSpells: [],
  gzip: false,
  clientId: "5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11",
  clientSecret: "simulated-client-secret",
  tokenLifetimeSeconds: 3_599,
  bearerToken: undefined,
  access: "allowed",
  faults: [],
};

/** A tenant that shows all that the service is known to do, in shares that a day of some thousand events makes visible. */
export const RESTLESS_SCENARIO: Scenario = {
  ...CALM_SCENARIO,
  lateShare: 0.002,
  duplicateShare: 0.004,
  conflictShare: 0.0005,
  missingIdShare: 0.0005,
  emptyPageShare: 0.03,
};
