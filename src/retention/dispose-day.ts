import { join } from "node:path";
import { folderSource } from "../archive/folder-source.js";
import { MANIFEST, SIGNATURE, TOMBSTONE, TOMBSTONE_FILES } from "../archive/layout.js";
import { LIMITS } from "../archive/layout.js";
import { missing, raise } from "../archive/flaw.js";
import type { PlannedDay } from "../archive/plan.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { firstSourceWith, readSmall } from "../archive/source.js";
import { tombstoneBytes } from "../archive/tombstone.js";
import type { RemovedCopy, Tombstone } from "../archive/tombstone.js";
import { pluginError } from "../deliver/plugin-error.js";
import type { Target } from "../deliver/deliver-day.js";
import { replaceFile } from "../io/publish-file.js";
import { isDaybookError } from "../model/errors.js";
import type { DaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import { isoTime } from "../model/utc-day.js";
import { DisposalProgress } from "./disposal-progress.js";
import type { RetentionParts } from "./parts.js";

/** What a tombstone says beside the day itself. */
export type Warrant = Pick<
  Tombstone,
  "plan" | "plan_sha256" | "roster" | "approvals" | "holds_checked_at_seq" | "clocks"
>;

/** Why a day could not be destroyed in a copy. */
export interface KeptByCopy {
  readonly sink: string;
  readonly reason: "locked" | "unreachable";
  /** For people: the sink and until when it keeps the day, or what it said. */
  readonly subject: string;
}

const METHOD =
  "every object of the content removed and read back as absent; what a store says of its versions is noted with the copy; no storage medium was sanitised";

/** Destroys one day in every copy, in this order: view sinks, record sinks, state folder. Goes on after an interruption. */
export class DayDisposal {
  readonly #parts: RetentionParts;
  readonly #progress: DisposalProgress;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#progress = new DisposalProgress(parts.files, parts.root);
  }

  /** Undefined once the whole day is gone and recorded; else what keeps it. The day's `disposal-begun` is in the ledger. */
  async run(planned: PlannedDay, warrant: Warrant, signal: AbortSignal): Promise<KeptByCopy | undefined> {
    const { day } = planned;
    const sealed = planned.revisions.map(({ revision, manifest_sha256: manifestSha256 }) => ({
      day,
      revision,
      manifestSha256,
    }));
    for (const one of sealed) await this.#fetchManifest(one, signal);
    for (const target of this.#inOrder()) {
      const kept = await this.#removeFrom(target, sealed, signal);
      if (kept !== undefined) return kept;
    }
    await this.#removeLocal(sealed, signal);
    // The newest first: with revision 1 the whole day counts as destroyed.
    for (const one of sealed.toReversed()) await this.#bury(one, planned, warrant, signal);
    await this.#progress.forget(day);
    return undefined;
  }

  #inOrder(): readonly Target[] {
    const { targets } = this.#parts;
    return [
      ...targets.filter(({ kind }) => kind === "view"),
      ...targets.filter(({ kind }) => kind === "record"),
    ];
  }

  async #removeFrom(
    target: Target,
    sealed: readonly SealedDay[],
    signal: AbortSignal,
  ): Promise<KeptByCopy | undefined> {
    const day = sealed[0]?.day;
    if (day === undefined || (await this.#progress.isDone(day, target.name))) return undefined;
    try {
      const copies = target.kind === "view" ? [await this.#removeView(target, sealed, signal)] : [];
      if (target.kind === "record")
        for (const one of sealed) copies.push(await this.#removeRecord(target, one, signal));
      await this.#progress.add(day, target.name, copies);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      const known = isDaybookError(error) ? error : pluginError(target.name, error);
      if (known.area !== "sink") throw known;
      return this.#keptBy(target, sealed, known, signal);
    }
  }

  async #removeView(
    { name, sink }: Extract<Target, { readonly kind: "view" }>,
    sealed: readonly SealedDay[],
    signal: AbortSignal,
  ): Promise<RemovedCopy> {
    const [first] = sealed;
    if (first === undefined) throw new Error("a planned day has a revision");
    try {
      const { removed, versions = removed, note = "" } = await sink.remove(first.day, signal);
      return this.#copy(name, "view", { objects: removed, versions, bytes: 0, note });
    } catch (error) {
      if (!isDaybookError(error, "SINK_NOT_FOUND")) throw error;
      return this.#copy(name, "view", { objects: 0, versions: 0, bytes: 0, note: "" });
    }
  }

  async #removeRecord(
    { name, sink }: Extract<Target, { readonly kind: "record" }>,
    sealed: SealedDay,
    signal: AbortSignal,
  ): Promise<RemovedCopy> {
    // By the archive's own manifest: a delivery that was interrupted has left content without one in the sink.
    const manifest = await this.#manifestOf(sealed, signal);
    return this.#copy(name, "record", await sink.kept.removeContent(sealed, manifest, signal));
  }

  #copy(
    sink: string,
    kind: RemovedCopy["kind"],
    { objects, versions, bytes, note }: Pick<RemovedCopy, "objects" | "versions" | "bytes" | "note">,
  ): RemovedCopy {
    const outcome = objects === 0 ? "absent" : "removed";
    const at = isoTime(this.#parts.clock.now());
    return { sink, kind, objects, versions, bytes, outcome, note, read_back_at: at };
  }

  /** A refusal says which lock; where it does not, what the sink shows of its locks explains it. */
  async #keptBy(
    target: Target,
    sealed: readonly SealedDay[],
    error: DaybookError,
    signal: AbortSignal,
  ): Promise<KeptByCopy> {
    const { name: sink } = target;
    const { code, message, hint } = error;
    this.#parts.log.error({ tenant: this.#parts.tenant, sink, code, message, hint }, "day not destroyed");
    const [newest] = sealed.toReversed();
    if (code !== "SINK_REFUSED" || target.kind !== "record" || newest === undefined)
      return { sink, reason: "unreachable", subject: `${sink}: ${code}` };
    const manifest = await this.#manifestOf(newest, signal);
    const found = await target.sink.kept.remaining(newest, manifest, signal).catch(() => undefined);
    if (error.lock?.hold === true || found?.hasHold === true)
      return { sink, reason: "locked", subject: `${sink} by a legal hold of its own` };
    const until = error.lock?.until ?? found?.lastLock;
    if (until !== undefined) return { sink, reason: "locked", subject: `${sink} ${until}` };
    if (error.lock !== undefined)
      return { sink, reason: "locked", subject: `${sink} by a lock of its own without a date` };
    return { sink, reason: "unreachable", subject: `${sink}: ${code}` };
  }

  /** The manifest stays, so a pruned package's comes back from a record sink before that sink's content goes. */
  async #fetchManifest(sealed: SealedDay, signal: AbortSignal): Promise<void> {
    const { files, root, sources } = this.#parts;
    const folder = packagePath(sealed.day, sealed.revision);
    if ((await files.stat(join(root, folder, MANIFEST))) !== undefined) return;
    const source = await firstSourceWith(`${folder}/${MANIFEST}`, sources, signal);
    if (source === undefined) return raise(missing(`${folder}/${MANIFEST}`));
    await readManifest(source, sealed, signal);
    await files.makeFolder(join(root, folder));
    for (const name of [SIGNATURE, MANIFEST]) {
      const path = `${folder}/${name}`;
      const bytes = (await readSmall(source, path, LIMITS.manifest, signal)) ?? raise(missing(path));
      await replaceFile(files, { path: join(root, path), bytes, staging: join(root, "staging") });
    }
  }

  #manifestOf(sealed: SealedDay, signal: AbortSignal): Promise<Manifest> {
    const { files, root } = this.#parts;
    return readManifest(folderSource(files, root), sealed, signal);
  }

  async #removeLocal(sealed: readonly SealedDay[], signal: AbortSignal): Promise<void> {
    const { files, root } = this.#parts;
    const day = sealed[0]?.day;
    if (day === undefined || (await this.#progress.isDone(day, STATE))) return;
    const copies: RemovedCopy[] = [];
    for (const one of sealed) {
      signal.throwIfAborted();
      const folder = join(root, packagePath(one.day, one.revision));
      let [objects, bytes] = [0, 0];
      for (const name of await files.list(folder)) {
        if (TOMBSTONE_FILES.includes(name)) continue;
        bytes += (await files.stat(join(folder, name)))?.bytes ?? 0;
        await files.remove(join(folder, name));
        objects += 1;
      }
      await files.syncFolder(folder);
      copies.push(this.#copy("", STATE, { objects, versions: objects, bytes, note: "" }));
    }
    await removeLeftovers(this.#parts, day);
    await this.#progress.add(day, STATE, copies);
  }

  async #bury(sealed: SealedDay, planned: PlannedDay, warrant: Warrant, signal: AbortSignal): Promise<void> {
    const { archive, files, root, clock } = this.#parts;
    const { day, revision, manifestSha256 } = sealed;
    const isBuried = archive.ledger.index.days.get(day)?.disposed?.some((one) => one.revision === revision);
    if (isBuried === true) return;
    const manifest = await this.#manifestOf(sealed, signal);
    const { plan, plan_sha256, roster, approvals, holds_checked_at_seq, clocks } = warrant;
    const bytes = tombstoneBytes({
      archive_id: manifest.archive_id,
      tenant_id: manifest.tenant_id,
      day,
      revision,
      manifest_sha256: manifestSha256,
      event_set_sha256: manifest.event_set_sha256,
      records: recordsOf(manifest),
      first_creation_time: manifest.completeness.first_creation_time,
      last_creation_time: manifest.completeness.last_creation_time,
      schedule: planned.schedule,
      authority: planned.authority,
      retain_until: planned.retain_until,
      plan,
      plan_sha256,
      roster,
      approvals,
      holds_checked_at_seq,
      clocks,
      method: METHOD,
      copies: [...(await this.#progress.copies(day, revision - 1))],
      residue: [...TOMBSTONE_FILES],
      disposed_at: isoTime(clock.now()),
      key_id: archive.signer.keyId,
    });
    const folder = join(root, packagePath(day, revision));
    const staging = join(root, "staging");
    await replaceFile(files, { path: join(folder, TOMBSTONE), bytes, staging });
    const signature = archive.signer.sign(bytes);
    await replaceFile(files, { path: join(folder, `${TOMBSTONE}.sig`), bytes: signature, staging });
    await archive.ledger.append(
      { type: "disposed", day, revision, tombstone_sha256: sha256Hex(bytes), plan },
      "daybook",
    );
  }
}

const STATE = "state";

/** Whatever else in the state folder was made from the day: its spool, and what was set aside of it. */
async function removeLeftovers({ files, root }: RetentionParts, day: string): Promise<void> {
  for (const folder of ["spool", "quarantine"]) {
    for (const name of await files.list(join(root, folder)))
      if (name.includes(day)) await files.removeTree(join(root, folder, name));
    if ((await files.stat(join(root, folder))) !== undefined) await files.syncFolder(join(root, folder));
  }
}
