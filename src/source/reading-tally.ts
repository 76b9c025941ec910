import type { Finding } from "../model/finding.js";
import type { PageRecord } from "../model/page-record.js";
import type { SpoolState } from "./spool-state.js";

/** Notices repeat on every page: each is kept once, and a hostile source must not fill the memory. */
const MAX_NOTICES = 100;

/** The cost and the notices of a reading so far, including its interrupted parts. */
export class ReadingTally {
  readonly #first: SpoolState;
  readonly #notices = new Map<string, Finding>();
  #requests: number;
  #retries: number;
  #throttledMs: number;
  #throttledUntilMs = 0;
  #pages = 0;
  #events = 0;

  constructor(state: SpoolState) {
    this.#first = state;
    this.#requests = state.requests;
    this.#retries = state.retries;
    this.#throttledMs = state.throttled_ms;
    this.addNotices(state.notices);
  }

  get pages(): number {
    return this.#pages;
  }

  get events(): number {
    return this.#events;
  }

  addRequest(isRetry: boolean): void {
    this.#requests++;
    if (isRetry) this.#retries++;
  }

  /** Windows wait for the same refusal at the same time: overlapping time counts once. */
  addThrottling(nowMs: number, untilMs: number): void {
    this.#throttledMs += Math.max(0, untilMs - Math.max(nowMs, this.#throttledUntilMs));
    this.#throttledUntilMs = Math.max(this.#throttledUntilMs, untilMs);
  }

  addPage(page: PageRecord): void {
    this.#pages++;
    this.#events += page.events;
  }

  /** A chain starts again: its pages no longer count, its requests do. */
  removePages(pages: readonly PageRecord[]): void {
    this.#pages -= pages.length;
    this.#events -= pages.reduce((sum, page) => sum + page.events, 0);
  }

  addNotices(notices: readonly Finding[]): void {
    for (const notice of notices) {
      if (this.#notices.size < MAX_NOTICES) this.#notices.set(sortKey(notice), notice);
    }
  }

  state(): SpoolState {
    return {
      ...this.#first,
      requests: this.#requests,
      retries: this.#retries,
      throttled_ms: this.#throttledMs,
      notices: [...this.#notices].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice),
    };
  }
}

function sortKey(notice: Finding): string {
  return [notice.code, notice.subject, notice.found].join("\n");
}
