import type { Finding } from "../model/finding.js";
import type { PageRecord } from "../model/page-record.js";
import type { Reading } from "../model/reading.js";
import { WINDOWS_PER_DAY, windowLabel } from "../model/window.js";
import type { WindowLabel } from "../model/window.js";
import { incomplete } from "./incomplete.js";

/** The pages of one window, in the order of the page ledger. */
interface Chain {
  readonly window: WindowLabel;
  readonly pages: readonly PageRecord[];
}

type ChainCheck = (reading: Reading, chain: Chain) => readonly Finding[];

const CHAIN_CHECKS: readonly ChainCheck[] = [
  checkNumbers,
  checkStart,
  checkLinks,
  checkEnd,
  checkRepeatedTokens,
  checkStatus,
];

/** What the page ledger alone can prove: every window was asked for, and every chain goes from its start to its end. */
export function checkChains(reading: Reading): readonly Finding[] {
  const chains = chainsOf(reading);
  return [
    ...checkWindows(reading, chains),
    ...chains.flatMap((chain) => CHAIN_CHECKS.flatMap((check) => check(reading, chain))),
  ];
}

function chainsOf(reading: Reading): readonly Chain[] {
  const byWindow = Map.groupBy(reading.pages, (page) => page.window);
  return [...byWindow].map(([window, pages]) => ({ window, pages }));
}

function checkWindows(reading: Reading, chains: readonly Chain[]): readonly Finding[] {
  const found = chains.map((chain) => chain.window).join(" ");
  const expected = Array.from({ length: WINDOWS_PER_DAY }, (_, hour) => windowLabel(hour)).join(" ");
  if (found === expected) return [];
  const rule = "all 24 windows of the day are read, in their order";
  return [incomplete(reading, "WINDOW_MISSING", reading.day, rule, found || "no window", expected)];
}

function checkNumbers(reading: Reading, { window, pages }: Chain): readonly Finding[] {
  if (pages.every((page, index) => page.number === index + 1)) return [];
  const rule = "the pages of a window are numbered from 1 without a hole";
  const found = pages.map((page) => page.number).join(" ");
  return [incomplete(reading, "PAGE_MISSING", window, rule, found, `1 to ${pages.length}`)];
}

function checkStart(reading: Reading, { window, pages }: Chain): readonly Finding[] {
  const token = pages[0]?.token_in_sha256 ?? null;
  if (token === null) return [];
  const rule = "a page chain starts without a token";
  return [incomplete(reading, "CHAIN_START_MISSING", window, rule, token, "no token")];
}

function checkLinks(reading: Reading, { window, pages }: Chain): readonly Finding[] {
  const rule = "a page is asked for with the token that the page before gave";
  return pages.slice(1).flatMap((page, index) => {
    const given = pages[index]?.token_out_sha256 ?? null;
    // Without a token from the page before, this page starts a second chain: equal nulls are no link.
    if (given !== null && page.token_in_sha256 === given) return [];
    const subject = `${window} page ${page.number}`;
    const found = page.token_in_sha256 ?? "no token";
    return [incomplete(reading, "CHAIN_BROKEN", subject, rule, found, given ?? "no further page")];
  });
}

function checkEnd(reading: Reading, { window, pages }: Chain): readonly Finding[] {
  const token = pages.at(-1)?.token_out_sha256 ?? null;
  if (token === null) return [];
  const rule = "a page chain ends where the source gives no token";
  return [incomplete(reading, "CHAIN_END_MISSING", window, rule, token, "no token")];
}

function checkRepeatedTokens(reading: Reading, { window, pages }: Chain): readonly Finding[] {
  const seen = new Set<string | null>();
  const repeated = pages
    .map((page) => page.token_out_sha256)
    .filter((token) => token !== null && seen.size === seen.add(token).size);
  const rule = "no continuation token comes twice in a page chain";
  return repeated.map((token) =>
    incomplete(reading, "TOKEN_REPEATED", window, rule, `${token} again`, "another token on each page"),
  );
}

function checkStatus(reading: Reading, { window, pages }: Chain): readonly Finding[] {
  const rule = "a page is an answer of status 200";
  return pages
    .filter((page) => page.status !== 200)
    .map((page) =>
      incomplete(reading, "PAGE_STATUS", `${window} page ${page.number}`, rule, `${page.status}`, "200"),
    );
}
