import { DaybookError } from "../model/errors.js";
import type { PageRecord } from "../model/page-record.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Window } from "../model/window.js";
import type { FetchedPage } from "./fetch-page.js";
import type { WantedPage } from "./page-facts.js";

/** One page chain to be read. */
export interface WantedWindow {
  readonly day: UtcDay;
  readonly window: Window;
  readonly deadlineMs: number;
}

export interface ChainLimits {
  /** Pages of one window. A longer chain counts as endless. */
  readonly maxPages: number;
  /** How often a chain is started again because the source refused its own token. */
  readonly maxRestarts: number;
}

/** What is done with the pages of a chain. */
export interface ChainSteps {
  fetchPage(wanted: WantedPage): Promise<FetchedPage | "token-refused">;
  /** The page is durable when this resolves. */
  savePage(page: FetchedPage): Promise<void>;
  /** Removes the pages of a chain that cannot be finished. */
  dropPages(pages: readonly PageRecord[]): Promise<void>;
}

/**
 * Reads a window to the end of its chain and returns its pages in order. A refused token starts the chain again from its
 * first page: pages of two chains are never spliced. Throws SOURCE_CHAIN_BROKEN for a chain that repeats or never ends.
 */
export async function readWindow(
  wanted: WantedWindow,
  limits: ChainLimits,
  steps: ChainSteps,
): Promise<readonly PageRecord[]> {
  for (let restarts = 0; restarts <= limits.maxRestarts; restarts++) {
    const pages: PageRecord[] = [];
    if (await followChain(wanted, limits, steps, pages)) return pages;
    await steps.dropPages(pages);
  }
  const chains = limits.maxRestarts + 1;
  throw broken(
    wanted,
    `the source refused its own token in ${chains} chains`,
    "a token that leads to the next page",
  );
}

/** Adds the chain's pages to `pages`; false when the source refused a token. */
async function followChain(
  wanted: WantedWindow,
  limits: ChainLimits,
  steps: ChainSteps,
  pages: PageRecord[],
): Promise<boolean> {
  const seen = new Set<string>();
  let token: string | null = null;
  do {
    const number = pages.length + 1;
    if (number > limits.maxPages)
      throw broken(wanted, `more than ${limits.maxPages} pages`, "a chain that ends");
    const page = await steps.fetchPage({ ...wanted, number, token });
    if (page === "token-refused") return false;
    const { token_out_sha256: sha256 } = page.record;
    if (sha256 !== null && seen.has(sha256)) {
      throw broken(wanted, `the token of page ${number} for the second time`, "a new token on every page");
    }
    if (sha256 !== null) seen.add(sha256);
    await steps.savePage(page);
    pages.push(page.record);
    token = page.next;
  } while (token !== null);
  return true;
}

function broken(wanted: WantedWindow, found: string, expected: string): DaybookError {
  return new DaybookError("SOURCE_CHAIN_BROKEN", {
    message: `${wanted.day} ${wanted.window.label}: found ${found}, expected ${expected}`,
  });
}
