import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { yieldToLoop } from "../bytes/yielding.js";
import { packagePath } from "../model/manifest.js";
import type { Completeness, Manifest } from "../model/manifest.js";
import type { PageRecord } from "../model/page-record.js";
import { pageFileName } from "../model/page-record.js";
import { scanPage } from "../bytes/page-scanner.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import type { Reading } from "../model/reading.js";
import { sha256Hex } from "../model/sha256.js";
import { nextToken } from "../bytes/continuation.js";
import { Transcription } from "../verify/transcription.js";
import { checkHoursOfWindows } from "../verify/window-checks.js";
import { readManifest } from "../archive/sealed-package.js";
import { isDaybookError } from "../model/errors.js";
import { guard } from "./audit.js";
import type { Audit } from "./audit.js";
import { fileOf } from "./check-content.js";
import type { PageVisitor } from "./check-content.js";
import { LackingLines } from "../archive/lacking-lines.js";
import { PackageFiles } from "../archive/package-files.js";

/** The smallest event is `{}` and a comma: more events than this in a body is not possible. */
const MIN_EVENT_BYTES = 2;

/**
 * Level deep: derives the record lines from the pages again, by the code that sealed them, and counts everything again.
 * Its pages come one by one; `finish` compares.
 */
export class DeepCheck implements PageVisitor {
  readonly #audit: Audit;
  readonly #manifest: Manifest;
  readonly #reading: Reading;
  readonly #transcription: Transcription;
  readonly #lines = createHash("sha256");
  readonly #expectedPages: number;
  #takenPages = 0;

  constructor(audit: Audit, manifest: Manifest, reading: Reading) {
    this.#audit = audit;
    this.#manifest = manifest;
    this.#reading = reading;
    const pages = reading.pages.filter((page) => this.#isPossible(page));
    this.#expectedPages = reading.pages.length;
    this.#transcription = new Transcription({ ...reading, pages }, manifest.tenant_id);
  }

  async takePage(record: PageRecord, body: Uint8Array): Promise<void> {
    if (!this.#isPossible(record)) return;
    const page = await this.#scan(record, body);
    if (page === undefined) return;
    this.#takenPages++;
    for (const block of this.#transcription.takePage(record.window, page)) {
      this.#lines.update(block);
      await yieldToLoop();
    }
  }

  async finish(): Promise<void> {
    // Where a page cannot be used nothing can agree, and saying so would only hide the cause.
    if (this.#takenPages < this.#expectedPages) return;
    this.#lines.update(this.#transcription.rest());
    const events = fileOf(this.#manifest, "events");
    this.#expect(
      "LINES_DIFFER",
      events?.path ?? "events",
      this.#lines.digest("hex"),
      events?.content_sha256 ?? "",
    );
    this.#compareCounts();
    await this.#checkCarried();
  }

  #isPossible(page: PageRecord): boolean {
    return page.events * MIN_EVENT_BYTES <= page.body_bytes;
  }

  async #scan(record: PageRecord, body: Uint8Array): Promise<ScannedPage | undefined> {
    const name = this.#pageName(record);
    const page = await this.#scanned(name, body);
    if (page === undefined) return undefined;
    const token = nextToken(page);
    const tokenOut = typeof token === "string" ? sha256Hex(token) : token;
    this.#expect("PAGE_TOKEN", name, tokenOut ?? "no token", record.token_out_sha256 ?? "no token");
    this.#expect("PAGE_COUNT", name, `${page.count} events`, `${record.events} events`);
    return page.count === record.events ? page : undefined;
  }

  async #scanned(name: string, body: Uint8Array): Promise<ScannedPage | undefined> {
    try {
      return await scanPage(body, this.#transcription.counts.fields);
    } catch (error) {
      this.#expect("PAGE_INVALID", name, error instanceof Error ? error.message : "", "a page");
      return undefined;
    }
  }

  #compareCounts(): void {
    const { counts, records } = this.#transcription;
    const counted = counts.completeness(records.conflictingIds());
    for (const field of Object.keys(counted) as (keyof Completeness)[]) {
      // Carried lines are not in the pages: they are counted where the event set is.
      if (field === "carried") continue;
      const said = this.#manifest.completeness[field];
      // Fields were not counted always: a manifest of before says nothing of them.
      if (said === undefined) continue;
      this.#expect("COUNT_DIFFERS", field, JSON.stringify(counted[field]), JSON.stringify(said));
    }
    // Level content judges the strays that the manifest states; where it states none, the pages tell.
    if (this.#manifest.completeness.stray_by_hour !== undefined) return;
    for (const found of checkHoursOfWindows(this.#reading, counted)) this.#audit.found.addDamage(found);
  }

  /** What is carried is exactly what the revision before had and this reading has not, in the same order. */
  async #checkCarried(): Promise<void> {
    const carried = fileOf(this.#manifest, "carried");
    const { supersedes } = this.#manifest;
    const { records } = this.#transcription;
    if (supersedes === null) {
      this.#compareDiff({ against: null, added: records.distinct, removed: 0, changed: 0, missing: 0 });
      if (carried !== undefined)
        this.#expect("CARRIED_DIFFERS", carried.path, "lines", "none in a first revision");
      return;
    }
    const earlier = await this.#readEarlier(supersedes);
    if (earlier === undefined) return;
    const lacking = new LackingLines(records);
    const hash = createHash("sha256");
    for (const role of ["events", "carried"] as const) {
      if (!(await this.#takeEarlier(earlier, role, lacking, hash))) return;
    }
    const expected = carried?.content_sha256 ?? sha256Hex("");
    this.#expect("CARRIED_DIFFERS", "carried record lines", hash.digest("hex"), expected);
    const { added, removed, changed, missing } = lacking;
    this.#compareDiff({ against: earlier.revision, added, removed, changed, missing });
  }

  #compareDiff({ against, added, removed, changed, missing = 0 }: Manifest["diff"]): void {
    const said = this.#manifest.diff;
    const expected = [said.against, said.added, said.removed, said.changed, said.missing ?? missing];
    const found = [against, added, removed, changed, missing].join(", ");
    this.#expect(
      "COUNT_DIFFERS",
      "diff: against, added, removed, changed, missing",
      found,
      expected.join(", "),
    );
  }

  /** Undefined when it was destroyed, or is damaged: its own check says so. */
  async #readEarlier(manifestSha256: string): Promise<Manifest | undefined> {
    const { reader, signal } = this.#audit;
    const { day, revision } = this.#manifest;
    try {
      return await readManifest(reader, { day, revision: revision - 1, manifestSha256 }, signal);
    } catch (error) {
      if (isDaybookError(error, "ARCHIVE_DAMAGED")) return undefined;
      throw error;
    }
  }

  /** Whether the file could be read to its end. */
  async #takeEarlier(
    earlier: Manifest,
    role: "events" | "carried",
    lacking: LackingLines,
    hash: Hash,
  ): Promise<boolean> {
    const { reader, signal } = this.#audit;
    const files = new PackageFiles(reader, earlier, signal);
    const file = files.file(role);
    if (file === undefined) return true;
    // The earlier revision's own check compares its hashes.
    const blocks = files.blocks(role, () => undefined);
    const isRead = await guard(this.#audit, files.path(file), earlier.day, async () => {
      for await (const block of blocks) for (const line of lacking.take(block, role)) hash.update(line);
      return true;
    });
    return isRead === true;
  }

  #pageName(record: PageRecord): string {
    const extension = fileOf(this.#manifest, "events")?.path.endsWith(".gz") === true ? ".gz" : ".zst";
    return pageFileName(record.window, record.number, extension);
  }

  #expect(
    code: Parameters<Audit["found"]["expect"]>[0],
    what: string,
    found: string,
    expected: string,
  ): void {
    const { day, revision } = this.#manifest;
    this.#audit.found.expect(code, {
      subject: `${packagePath(day, revision)}: ${what}`,
      found,
      expected,
      day,
    });
  }
}
