import type { HeldDays, HeldRevision } from "../archive/held-days.js";
import { eventEnd, eventStart, scanPage } from "../bytes/page-scanner.js";
import { writeRecordLine } from "../bytes/record-line.js";
import type { EventFilter } from "../export/event-filter.js";
import { selectedLines } from "../export/export-days.js";
import { joinContent } from "../io/join-pieces.js";
import { csvCell, csvRow } from "../model/csv-cell.js";
import { sha256Hex } from "../model/sha256.js";

const NEWLINE_BYTES = 1;

/** A line of `events.ndjson` that waits for the page it came from. */
interface Indexed {
  readonly line: number;
  readonly id: string;
  page: string;
}

/**
 * `index.csv`: for each line of `events.ndjson` the day and the revision that it is from, the page of the source that first had it, and
 * its Id. A line that was carried from an earlier revision has `carried` for its page.
 */
export async function* indexRows(held: HeldDays, filter: EventFilter): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(csvRow(["line", "day", "revision", "page", "Id"]));
  let current: { readonly revision: HeldRevision; readonly lines: Map<string, Indexed> } | undefined;
  let number = 0;
  for await (const { revision, lines } of selectedLines(held, filter)) {
    if (current?.revision !== revision) {
      if (current !== undefined) yield await rowsOf(current);
      current = { revision, lines: new Map() };
    }
    for (const line of lines) {
      number += 1;
      const { Id: id } = JSON.parse(line.toString("utf8")) as { readonly Id?: unknown };
      const indexed = { line: number, id: typeof id === "string" ? id : "", page: "carried" };
      current.lines.set(sha256Hex(line), indexed);
    }
  }
  if (current !== undefined) yield await rowsOf(current);
}

async function rowsOf({
  revision,
  lines,
}: {
  readonly revision: HeldRevision;
  readonly lines: Map<string, Indexed>;
}): Promise<Uint8Array> {
  const { manifest, files } = revision;
  const waiting = new Map(lines);
  for (const file of manifest.files.filter(({ role }) => role === "page")) {
    if (waiting.size === 0) break;
    for (const hash of await hashesOf(await joinContent(files.content(file)))) {
      const indexed = waiting.get(hash);
      if (indexed === undefined) continue;
      indexed.page = file.path;
      waiting.delete(hash);
    }
  }
  const rows = [...lines.values()].map(({ line, id, page }) =>
    csvRow([String(line), manifest.day, String(manifest.revision), page, csvCell(id).text]),
  );
  return Buffer.from(rows.join(""));
}

/** Of each event of a page, as a record line. */
async function hashesOf(body: Uint8Array): Promise<readonly string[]> {
  const page = await scanPage(body);
  return Array.from({ length: page.count }, (_, index) => {
    const [start, end] = [eventStart(page, index), eventEnd(page, index)];
    const target = Buffer.allocUnsafe(end - start + NEWLINE_BYTES);
    return sha256Hex(target.subarray(0, writeRecordLine(page.body, start, end, target, 0)));
  });
}
