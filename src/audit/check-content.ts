import { joinContent } from "../io/join-pieces.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest, ManifestFile } from "../model/manifest.js";
import { pageFileName } from "../model/page-record.js";
import type { PageRecord } from "../model/page-record.js";
import { parsePageRecord } from "../model/page-record-parser.js";
import type { Reading } from "../model/reading.js";
import type { EventSet } from "../model/verdict.js";
import { checkChains } from "../verify/chain-checks.js";
import { checkCounts } from "../verify/count-checks.js";
import { checkHoursOfWindows, checkPagesOfWindows } from "../verify/window-checks.js";
import { LIMITS } from "../archive/layout.js";
import { guard } from "./audit.js";
import type { Audit } from "./audit.js";
import { lineBlocks, linesOf } from "../archive/line-blocks.js";
import { PackageFiles } from "../archive/package-files.js";

/** What looks at each page's body after its hashes were compared (level deep). */
export interface PageVisitor {
  /** In the order of the page ledger. */
  takePage(record: PageRecord, body: Uint8Array): Promise<void>;
}

export interface ContentOptions {
  /** A new, empty set that sorts in bounded memory. */
  readonly openEventSet: () => EventSet;
  readonly visitorFor: (reading: Reading) => PageVisitor | undefined;
}

/** Level content: every byte of the package against its manifest, the page ledger, and the event set counted and hashed again. */
export async function checkContent(audit: Audit, manifest: Manifest, options: ContentOptions): Promise<void> {
  const pages = await readPageLedger(audit, manifest);
  const reading = readingOf(manifest, pages ?? []);
  if (pages !== undefined) checkReading(audit, reading);
  const visitor = pages === undefined ? undefined : options.visitorFor(reading);
  await checkPages(audit, manifest, reading.pages, visitor);
  await checkEventSet(audit, reading, manifest, options.openEventSet());
}

/** The one line for each page; undefined after findings. */
async function readPageLedger(audit: Audit, manifest: Manifest): Promise<readonly PageRecord[] | undefined> {
  const file = fileOf(manifest, "ledger");
  if (file === undefined) return missingRole(audit, manifest, "pages.jsonl");
  const { day, revision } = manifest;
  const subject = `${packagePath(day, revision)}/${file.path}`;
  return readContent(audit, manifest, file, async (content) => {
    const pages: PageRecord[] = [];
    for await (const block of lineBlocks(content, LIMITS.pageLedgerLine)) {
      for (const line of linesOf(block)) {
        const page = parsePageRecord(line.toString("utf8"));
        if (page !== undefined) pages.push(page);
        else
          audit.found.add("FILE_MALFORMED", {
            subject,
            found: line.toString("utf8"),
            expected: "a page's line",
            day: manifest.day,
          });
      }
    }
    return pages;
  });
}

/** The reading as it was, for the checks that verified it before it was sealed. */
function readingOf(manifest: Manifest, pages: readonly PageRecord[]): Reading {
  const events = fileOf(manifest, "events");
  return {
    day: manifest.day,
    reason: manifest.reason,
    folder: "",
    compression: events?.path.endsWith(".gz") === true ? "gzip" : "zstd",
    pages,
    summary: manifest.reading,
    clock: manifest.clock,
    notices: [],
  };
}

function checkReading(audit: Audit, reading: Reading): void {
  for (const finding of [...checkChains(reading), ...checkPagesOfWindows(reading)])
    audit.found.addDamage(finding);
}

async function checkPages(
  audit: Audit,
  manifest: Manifest,
  pages: readonly PageRecord[],
  visitor: PageVisitor | undefined,
): Promise<void> {
  const files = manifest.files.filter(({ role }) => role === "page");
  const extension = readingOf(manifest, []).compression === "gzip" ? ".gz" : ".zst";
  const named = pages.map((page) => pageFileName(page.window, page.number, extension)).join(" ");
  const listed = files.map(({ path }) => path).join(" ");
  if (named !== listed) {
    audit.found.add("PAGE_LEDGER_DIFFERS", {
      subject: `${manifest.day} pages.jsonl`,
      found: named,
      expected: listed,
      day: manifest.day,
    });
  }
  const byName = new Map(pages.map((page) => [pageFileName(page.window, page.number, extension), page]));
  for (const file of files)
    await checkPage(audit, manifest, file, { record: byName.get(file.path), visitor });
}

async function checkPage(
  audit: Audit,
  manifest: Manifest,
  file: ManifestFile,
  { record, visitor }: { readonly record: PageRecord | undefined; readonly visitor: PageVisitor | undefined },
): Promise<void> {
  if (record !== undefined) {
    const found = `${record.body_bytes} bytes, ${record.body_sha256}`;
    const expected = `${file.content_bytes} bytes, ${file.content_sha256}`;
    const subject = `${packagePath(manifest.day, manifest.revision)}/${file.path}`;
    audit.found.expect("PAGE_LEDGER_DIFFERS", { subject, found, expected, day: manifest.day });
  }
  const isKept = visitor !== undefined && file.content_bytes <= LIMITS.page;
  const body = await readContent(audit, manifest, file, (content) => gather(content, isKept));
  if (record !== undefined && body !== undefined) await visitor?.takePage(record, body);
}

/** The content as one body; without a visitor it is only read, so that it is hashed. */
async function gather(content: AsyncIterable<Uint8Array>, isKept: boolean): Promise<Uint8Array | undefined> {
  if (isKept) return joinContent(content);
  for await (const piece of content) void piece;
  return undefined;
}

async function checkEventSet(
  audit: Audit,
  reading: Reading,
  manifest: Manifest,
  set: EventSet,
): Promise<void> {
  try {
    const events = await addLines(audit, manifest, "events", set);
    const carried =
      fileOf(manifest, "carried") === undefined ? 0 : await addLines(audit, manifest, "carried", set);
    if (events === undefined || carried === undefined) return;
    compareCounts(audit, reading, manifest, { events, carried });
    const { day, event_set_sha256: expectedSet, lines_root: expectedRoot } = manifest;
    const [found, root] = [await set.sha256(), set.linesRoot()];
    audit.found.expect("EVENT_SET_DIFFERS", { subject: day, found, expected: expectedSet, day });
    // Other lines have another root: that is said already.
    if (found === expectedSet)
      audit.found.expect("LINES_ROOT_DIFFERS", { subject: day, found: root, expected: expectedRoot, day });
  } finally {
    await set.discard();
  }
}

/** Number of lines; undefined after a finding. */
async function addLines(
  audit: Audit,
  manifest: Manifest,
  role: "events" | "carried",
  set: EventSet,
): Promise<number | undefined> {
  const file = fileOf(manifest, role);
  if (file === undefined) return missingRole(audit, manifest, role);
  const before = set.lines;
  return readContent(audit, manifest, file, async (content) => {
    for await (const block of lineBlocks(content, LIMITS.recordLine)) {
      audit.signal.throwIfAborted();
      await set.add(block);
    }
    return set.lines - before;
  });
}

function compareCounts(
  audit: Audit,
  reading: Reading,
  manifest: Manifest,
  { events, carried }: Readonly<Record<"events" | "carried", number>>,
): void {
  const { completeness, day } = manifest;
  const counted = { completeness, linesWritten: events, linesKnown: completeness.distinct };
  const found = [...checkCounts(reading, counted), ...checkHoursOfWindows(reading, completeness)];
  for (const finding of found) audit.found.addDamage(finding);
  audit.found.expect("COUNT_DIFFERS", {
    subject: "carried",
    found: `${carried}`,
    expected: `${completeness.carried}`,
    day,
  });
}

/** What `use` makes of a file's content; undefined after a finding when it cannot be read to its end. */
async function readContent<T>(
  audit: Audit,
  manifest: Manifest,
  file: ManifestFile,
  use: (content: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T | undefined> {
  const { day } = manifest;
  const files = new PackageFiles(audit.reader, manifest, audit.signal);
  const content = files.content(file, (flaw) => audit.found.add(flaw.code, { ...flaw, day }));
  return guard(audit, files.path(file), day, () => use(content), "CONTENT_BROKEN");
}

export function fileOf(manifest: Manifest, role: ManifestFile["role"]): ManifestFile | undefined {
  return manifest.files.find((file) => file.role === role);
}

function missingRole(audit: Audit, manifest: Manifest, what: string): undefined {
  audit.found.add("FILE_MALFORMED", {
    subject: `manifest of ${manifest.day}`,
    found: `no ${what}`,
    expected: "one",
    day: manifest.day,
  });
}
