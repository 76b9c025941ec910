import { finding } from "../model/finding.js";
import type { Finding } from "../model/finding.js";
import type { PageRecord } from "../model/page-record.js";
import type { Reading } from "../model/reading.js";
import { WINDOWS_PER_DAY, windowLabel } from "../model/window.js";
import type { WindowLabel } from "../model/window.js";

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
  const { day } = reading;
  return [finding("WINDOW_MISSING", { subject: day, found: found || "no window", expected, day })];
}

function checkNumbers({ day }: Reading, { window, pages }: Chain): readonly Finding[] {
  if (pages.every((page, index) => page.number === index + 1)) return [];
  const found = pages.map((page) => page.number).join(" ");
  return [finding("PAGE_MISSING", { subject: window, found, expected: `1 to ${pages.length}`, day })];
}

function checkStart({ day }: Reading, { window, pages }: Chain): readonly Finding[] {
  const token = pages[0]?.token_in_sha256 ?? null;
  if (token === null) return [];
  return [finding("CHAIN_START_MISSING", { subject: window, found: token, expected: "no token", day })];
}

function checkLinks({ day }: Reading, { window, pages }: Chain): readonly Finding[] {
  return pages.slice(1).flatMap((page, index) => {
    const given = pages[index]?.token_out_sha256 ?? null;
    // Without a token from the page before, this page starts a second chain: equal nulls are no link.
    if (given !== null && page.token_in_sha256 === given) return [];
    const subject = `${window} page ${page.number}`;
    const found = page.token_in_sha256 ?? "no token";
    return [finding("CHAIN_BROKEN", { subject, found, expected: given ?? "no further page", day })];
  });
}

function checkEnd({ day }: Reading, { window, pages }: Chain): readonly Finding[] {
  const token = pages.at(-1)?.token_out_sha256 ?? null;
  if (token === null) return [];
  return [finding("CHAIN_END_MISSING", { subject: window, found: token, expected: "no token", day })];
}

function checkRepeatedTokens({ day }: Reading, { window, pages }: Chain): readonly Finding[] {
  const seen = new Set<string | null>();
  const repeated = pages
    .map((page) => page.token_out_sha256)
    .filter((token) => token !== null && seen.size === seen.add(token).size);
  return repeated.map((token) =>
    finding("TOKEN_REPEATED", {
      subject: window,
      found: `${token} again`,
      expected: "another token on each page",
      day,
    }),
  );
}

function checkStatus({ day }: Reading, { window, pages }: Chain): readonly Finding[] {
  return pages
    .filter((page) => page.status !== 200)
    .map((page) =>
      finding("PAGE_STATUS", {
        subject: `${window} page ${page.number}`,
        found: `${page.status}`,
        expected: "200",
        day,
      }),
    );
}
