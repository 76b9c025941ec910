import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { folderSource } from "../../../src/archive/folder-source.js";
import { storeSource } from "../../../src/archive/source.js";
import type { ArchiveSource } from "../../../src/archive/source.js";
import { verifyArchive } from "../../../src/audit/verify-archive.js";
import { actOf } from "../../../src/deliver/deliver-day.js";
import type { Target } from "../../../src/deliver/deliver-day.js";
import { deliverPending, pendingFor } from "../../../src/deliver/sink-queue.js";
import { readDocuments } from "../../../src/ledger/archive-tree.js";
import { retentionOfDay } from "../../../src/ledger/day-retention.js";
import { openArchive } from "../../../src/ledger/open-archive.js";
import type { OpenArchive } from "../../../src/ledger/open-archive.js";
import { isDaybookError } from "../../../src/model/errors.js";
import { packagePath } from "../../../src/model/manifest.js";
import { sha256Hex } from "../../../src/model/sha256.js";
import { addDays, utcDayOf } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { SILENT } from "./silent-log.js";
import { RetentionDesk } from "../../../src/retention/desk.js";
import type { RetentionSettings } from "../../../src/retention/parts.js";
import { performRequest } from "../../../src/retention/requests.js";
import type { RetentionAnswer, RetentionRequest } from "../../../src/retention/requests.js";
import { recordSchedule } from "../../../src/retention/schedules.js";
import { sealDay } from "../../../src/seal/seal-day.js";
import type { EarlierRevision } from "../../../src/seal/seal-day.js";
import { SortedLines } from "../../../src/verify/sorted-lines.js";
import { verifyReading } from "../../../src/verify/verify-reading.js";
import { quickFiles } from "../../support/quick-files.js";
import { SAMPLE_KEY, TENANT_ID, spooled } from "../../support/sample-archive.js";
import { Life, mortalFiles } from "./mortal.js";
import type { PersonName } from "./people.js";
import { KEYS } from "./people.js";
import { checkedOnce } from "./checked-once.js";
import { TENANT } from "./places.js";
import { targetsOf } from "./targets.js";
import { Bucket } from "./worm-store.js";

const NEVER = new AbortController().signal;
/** How long the source serves a day. */
const HORIZON_DAYS = 28;

type Asked = RetentionRequest extends infer Request
  ? Request extends RetentionRequest
    ? Omit<Request, "actor" | "as" | "signed">
    : never
  : never;

export interface Signer {
  readonly as: PersonName;
  readonly with: PersonName;
}

interface Process {
  readonly life: Life;
  readonly archive: OpenArchive;
  readonly desk: RetentionDesk;
  readonly targets: readonly Target[];
  readonly source: ArchiveSource;
}

/** A tenant's state folder, two buckets, a view and two clocks; and the process that works on them, which may die. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), "daybook-model-"));
  readonly root = join(this.folder, "state");
  ownMs = Date.parse("2026-11-22T12:00:00Z");
  otherMs = this.ownMs;
  isOtherSilent = false;
  /** `worm` keeps locks and holds, `plain` does not. */
  readonly buckets = { worm: new Bucket(() => this.otherMs), plain: new Bucket(() => this.otherMs) };
  readonly view = new Map<UtcDay, readonly string[]>();
  isViewDown = false;
  /** Called before the view removes a day. */
  onRemove: () => void = () => undefined;
  settings: RetentionSettings;
  readonly #newest = new Map<UtcDay, EarlierRevision>();
  #process: Process | undefined;
  readonly #checked = new Map<string, number>();
  #spools = 0;

  constructor(settings: RetentionSettings) {
    this.settings = settings;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get process(): Process {
    if (this.#process === undefined) throw new Error("no process");
    return this.#process;
  }

  get archive(): OpenArchive {
    return this.process.archive;
  }

  get index() {
    return this.archive.ledger.index;
  }

  /** A new process, which dies after so many operations. */
  async start(operations = Infinity): Promise<void> {
    const life = new Life(operations);
    const files = mortalFiles(quickFiles(), life);
    const clock = { now: () => this.ownMs, sleep: () => Promise.resolve() };
    const archive = await openArchive(
      {
        files,
        clock,
        root: this.root,
        tenantId: TENANT_ID,
        signingKey: SAMPLE_KEY,
        documents: await documents,
        signedHeads: dirname(this.root),
      },
      NEVER,
    );
    const { ledger } = archive;
    const source = folderSource(files, this.root);
    const targets = targetsOf(this, life, archive, source);
    const sources = [
      source,
      ...targets.flatMap((target) => (target.kind === "record" ? [target.sink.source] : [])),
    ];
    const desk = new RetentionDesk({
      tenant: TENANT,
      root: this.root,
      files,
      clock,
      log: SILENT,
      archive,
      targets,
      sources,
      settings: this.settings,
      isPastHorizon: (day) => this.isPastHorizon(day),
      otherClock: {
        name: "the source",
        read: () => Promise.resolve(this.isOtherSilent ? undefined : this.otherMs),
      },
      syncLedgers: () => this.#sync(),
    });
    this.#process = { life, archive, desk, targets, source };
    await recordSchedule(ledger, this.settings);
    this.#newest.clear();
  }

  isPastHorizon(day: UtcDay): boolean {
    return addDays(day, HORIZON_DAYS) < utcDayOf(this.ownMs);
  }

  today(): UtcDay {
    return utcDayOf(this.ownMs);
  }

  /** What a person asks, signed by each of these. */
  async ask(request: Asked, signers: readonly Signer[] = [], isSigned = true): Promise<RetentionAnswer> {
    const { desk } = this.process;
    const signed = [];
    for (const { as, with: key } of isSigned ? signers : []) {
      const draft = await performRequest(desk, { ...request, actor: "tester", as, signed: [] }, NEVER);
      if (draft.kind !== "to-sign") return draft;
      signed.push(this.signed(draft.statement, { as, with: key }));
    }
    return performRequest(desk, { ...request, actor: "tester", signed }, NEVER);
  }

  /** The statement (base64) with a person's signature. */
  signed(statement: string, { with: key }: Signer): RetentionRequest["signed"][number] {
    const signature = Buffer.from(KEYS[key].sign(Buffer.from(statement, "base64")));
    return { statement, signature: signature.toString("base64") };
  }

  /** The draft of the statement that the person would sign. */
  draft(request: Asked, as: PersonName): Promise<RetentionAnswer> {
    return performRequest(this.process.desk, { ...request, actor: "tester", as, signed: [] }, NEVER);
  }

  /** Whether every sink answers and does what is asked. */
  isCalm(): boolean {
    const buckets = Object.values(this.buckets);
    return !this.isViewDown && buckets.every(({ isDown, isStubborn }) => !isDown && !isStubborn);
  }

  /** The same with signatures that were made before. */
  askWith(request: Asked, signed: RetentionRequest["signed"]): Promise<RetentionAnswer> {
    return performRequest(this.process.desk, { ...request, actor: "tester", signed }, NEVER);
  }

  /** Seals a reading of the day with these events; false when it has no others than the last. */
  async seal(day: UtcDay, events: readonly string[]): Promise<boolean> {
    const files = quickFiles();
    const { ledger, signer, identity } = this.archive;
    this.#spools += 1;
    const folder = join(this.root, "spool", `${day}-${this.#spools}`);
    const reading = await spooled({ files, folder, day, events, compression: "zstd" });
    const verdict = await verifyReading({
      files,
      reading,
      tenantId: TENANT_ID,
      workFolder: folder,
      signal: NEVER,
    });
    if (verdict.outcome !== "complete") throw new Error(JSON.stringify(verdict.findings));
    const kept = retentionOfDay(this.index.retention, day, this.index.days.get(day));
    if (kept === undefined) throw new Error("no rule");
    const sealed = await sealDay({
      files,
      signer,
      reading,
      verdict,
      earlier: this.#earlier(day),
      root: this.root,
      stagingFolder: join(this.root, "staging"),
      archiveId: identity.archiveId,
      tenantId: TENANT_ID,
      retention: { schedule: kept.schedule, keep: kept.keep, retain_until: kept.retainUntil },
      software: { name: "daybook", version: "0.0.0" },
      configSha256: sha256Hex("config"),
      previous: this.index.previous,
      signal: NEVER,
    });
    await files.removeTree(folder);
    if (sealed.kind !== "sealed") return false;
    const { manifest, manifestSha256 } = sealed;
    await ledger.append(
      { type: "day-sealed", day, revision: manifest.revision, manifest_sha256: manifestSha256 },
      "daybook",
    );
    return true;
  }

  /** Delivers what the sinks that are up lack, and settles holds and locks. */
  async deliver(): Promise<void> {
    const { targets, source, desk, archive } = this.process;
    await deliverPending(
      targets,
      this.index,
      {
        tenant: TENANT,
        sources: [source],
        settle: async (outcome) => void (await archive.ledger.append(actOf(outcome), "daybook")),
      },
      NEVER,
    );
    await desk.copies.settle(NEVER);
    await this.#sync();
  }

  lengthen(settings: RetentionSettings): Promise<void> {
    this.settings = settings;
    return recordSchedule(this.archive.ledger, settings);
  }

  /** Damage and notices of the copy in a bucket. */
  async verify(bucket: keyof World["buckets"]): Promise<readonly string[]> {
    const source = storeSource(this.buckets[bucket].store(new Life(), true), TENANT);
    const { findings } = await verifyArchive(source, {
      level: "structure",
      openEventSet: () => new SortedLines({ files: quickFiles(), folder: join(this.folder, "sort") }),
      signatureProblem: checkedOnce,
      signal: NEVER,
    });
    return findings.map(({ code, subject, found, expected, severity }) =>
      [severity, code, subject, found, expected].join(" "),
    );
  }

  /** Whether a bucket's ledger is as long as the archive's, and longer than at the last question. */
  hasNews(bucket: keyof World["buckets"]): boolean {
    const { size } = this.archive.ledger;
    const keys = [...this.buckets[bucket].objects.keys()];
    const isSynced = keys.filter((key) => key.startsWith(`${TENANT}/ledger/`)).length === size;
    if (!isSynced || this.#checked.get(bucket) === size) return false;
    this.#checked.set(bucket, size);
    return true;
  }

  #earlier(day: UtcDay): EarlierRevision | undefined {
    const last = this.index.days.get(day)?.revisions.at(-1);
    if (last === undefined) return undefined;
    const path = join(this.root, packagePath(day, last.revision), "manifest.json");
    return { manifest: JSON.parse(readFileSync(path, "utf8")), manifestSha256: last.manifestSha256 };
  }

  async #sync(): Promise<void> {
    const { targets } = this.process;
    for (const target of targets) {
      if (target.kind !== "record" || pendingFor(target, this.index).length > 0) continue;
      try {
        await target.sink.syncLedger(NEVER);
      } catch (error) {
        if (!isDaybookError(error) || error.code !== "SINK_UNAVAILABLE") throw error;
      }
    }
  }
}

const documents = readDocuments(quickFiles());
