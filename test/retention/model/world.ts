import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderSource } from "../../../src/archive/folder-source.js";
import { ARCHIVE_PARTS } from "../../../src/archive/layout.js";
import { storeSource } from "../../../src/archive/source.js";
import type { ArchiveSource } from "../../../src/archive/source.js";
import type { SshSignature } from "../../../src/archive/ssh-signature.js";
import { verifyArchive } from "../../../src/audit/verify-archive.js";
import type { AuditLevel } from "../../../src/audit/verify-archive.js";
import { actOf } from "../../../src/deliver/deliver-day.js";
import { deliverPending, pendingFor } from "../../../src/deliver/sink-queue.js";
import type { OpenArchive } from "../../../src/ledger/open-archive.js";
import { isDaybookError } from "../../../src/model/errors.js";
import { entryPath } from "../../../src/model/ledger-entry.js";
import type { EntryType, LedgerEntry } from "../../../src/model/ledger-entry.js";
import { addDays, utcDayOf } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import type { RetentionSettings } from "../../../src/retention/parts.js";
import { performRequest } from "../../../src/retention/requests.js";
import type { RetentionAnswer, RetentionRequest } from "../../../src/retention/requests.js";
import { recordSchedule } from "../../../src/retention/schedules.js";
import { SortedLines } from "../../../src/verify/sorted-lines.js";
import { quickFiles } from "../../support/quick-files.js";
import { checkedOnce } from "./checked-once.js";
import { Contents } from "./contents.js";
import { Life } from "./mortal.js";
import type { PersonName } from "./people.js";
import { KEYS } from "./people.js";
import { TENANT } from "./places.js";
import { startProcess } from "./process.js";
import type { Process, Surroundings } from "./process.js";
import { sealReading } from "./seal.js";
import { sshProblem } from "./ssh-sig.js";
import { Bucket } from "./worm-store.js";

const NEVER = new AbortController().signal;
/** How long the source serves a day. */
export const HORIZON_DAYS = 28;

type Asked = RetentionRequest extends infer Request
  ? Request extends RetentionRequest
    ? Omit<Request, "actor" | "as" | "signed">
    : never
  : never;

export interface Signer {
  readonly as: PersonName;
  readonly with: PersonName;
}

/** A tenant's state folder, two buckets, a view and two clocks; and the process that works on them, which may die. */
export class World implements Surroundings {
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
  readonly contents = new Contents();
  readonly isPastHorizon = (day: UtcDay): boolean => addDays(day, HORIZON_DAYS) < utcDayOf(this.ownMs);
  readonly otherClock = {
    name: "the source",
    read: () => Promise.resolve(this.isOtherSilent ? undefined : this.otherMs),
  };
  readonly signatureProblem: (one: SshSignature) => Promise<string | undefined>;
  #process: Process | undefined;
  readonly #checked = new Map<string, number>();

  /** Has every signature judged by ssh-keygen, or by the tests' own reading of it, which is quicker. */
  constructor(settings: RetentionSettings, judge: "ssh-keygen" | "own" = "ssh-keygen") {
    this.settings = settings;
    this.signatureProblem = judge === "own" ? async (one) => sshProblem(one) : checkedOnce;
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

  /** A new process. A fault that is to come, comes while it starts or afterwards. */
  async start(): Promise<void> {
    const life = this.#process?.life.isOver === false ? this.#process.life : new Life();
    this.#process = await startProcess(this, life, () => this.#sync());
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

  seal(day: UtcDay, events: readonly string[]): Promise<boolean> {
    return sealReading(this.process, this.root, day, events);
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

  /** Damage and notices of the copy in a bucket, or of the state folder. */
  async verify(
    copy: keyof World["buckets"] | "state",
    level: AuditLevel = "structure",
  ): Promise<readonly string[]> {
    const { findings } = await verifyArchive(this.#sourceOf(copy), {
      level,
      openEventSet: () => new SortedLines({ files: quickFiles(), folder: join(this.folder, "sort") }),
      signatureProblem: this.signatureProblem,
      signal: NEVER,
    });
    return findings.map(({ code, subject, found, expected, severity }) =>
      [severity, code, subject, found, expected].join(" "),
    );
  }

  #sourceOf(copy: keyof World["buckets"] | "state"): ArchiveSource {
    if (copy === "state") return archiveIn(this.root);
    return storeSource(this.buckets[copy].store(new Life(), true), TENANT);
  }

  /** The entries from this number on, as they are on disk. */
  entriesFrom(seq: number): readonly LedgerEntry[] {
    const count = Math.max(0, this.archive.ledger.size - seq);
    return Array.from({ length: count }, (_, index): LedgerEntry =>
      JSON.parse(readFileSync(join(this.root, entryPath(seq + index)), "utf8")),
    );
  }

  hasAct(type: EntryType, seq: number): boolean {
    return this.entriesFrom(seq).some((entry) => entry.type === type);
  }

  /** Whether a bucket's ledger is as long as the archive's, and longer than at the last question. */
  hasNews(bucket: keyof World["buckets"] | "state"): boolean {
    const { size } = this.archive.ledger;
    if (!this.isSynced(bucket) || this.#checked.get(bucket) === size) return false;
    this.#checked.set(bucket, size);
    return true;
  }

  isSynced(bucket: keyof World["buckets"] | "state"): boolean {
    if (bucket === "state") return true;
    const keys = [...this.buckets[bucket].objects.keys()];
    return keys.filter((key) => key.startsWith(`${TENANT}/ledger/`)).length === this.archive.ledger.size;
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

/** The state folder without what a process works with. */
function archiveIn(root: string): ArchiveSource {
  const source = folderSource(quickFiles(), root);
  return {
    get: (path, signal) => source.get(path, signal),
    stat: (path, signal) => source.stat(path, signal),
    list: async function* list(prefix, signal) {
      for await (const path of source.list(prefix, signal))
        if (ARCHIVE_PARTS.includes(path.split("/")[0] ?? "")) yield path;
    },
  };
}
