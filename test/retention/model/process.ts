import { dirname } from "node:path";
import { folderSource } from "../../../src/archive/folder-source.js";
import type { ArchiveSource } from "../../../src/archive/source.js";
import type { Target } from "../../../src/deliver/deliver-day.js";
import type { Files } from "../../../src/io/files.js";
import { readDocuments } from "../../../src/ledger/archive-tree.js";
import { openArchive } from "../../../src/ledger/open-archive.js";
import type { OpenArchive } from "../../../src/ledger/open-archive.js";
import { RetentionDesk } from "../../../src/retention/desk.js";
import type { RetentionParts } from "../../../src/retention/parts.js";
import { recordSchedule } from "../../../src/retention/schedules.js";
import { quickFiles } from "../../support/quick-files.js";
import { SAMPLE_KEY, TENANT_ID } from "../../support/sample-archive.js";
import { mortalFiles } from "./mortal.js";
import type { Life } from "./mortal.js";
import { TENANT } from "./places.js";
import { SILENT } from "./silent-log.js";
import { targetsOf } from "./targets.js";
import type { Place } from "./targets.js";

/** What outlives a process: its disk, its stores, its clocks and its configuration. */
export interface Surroundings
  extends Place, Pick<RetentionParts, "settings" | "isPastHorizon" | "otherClock" | "signatureProblem"> {
  readonly ownMs: number;
}

/** What a process has open. */
export interface Process {
  readonly life: Life;
  readonly files: Files;
  readonly archive: OpenArchive;
  readonly desk: RetentionDesk;
  readonly targets: readonly Target[];
  readonly source: ArchiveSource;
}

const documents = readDocuments(quickFiles());

/** Opens the archive, and records the rule of the configuration. */
export async function startProcess(
  world: Surroundings,
  life: Life,
  syncLedgers: () => Promise<void>,
): Promise<Process> {
  const { root } = world;
  const files = mortalFiles(quickFiles(), life);
  const clock = { now: () => world.ownMs, sleep: () => Promise.resolve() };
  const archive = await openArchive(
    {
      files,
      clock,
      root,
      tenantId: TENANT_ID,
      signingKey: SAMPLE_KEY,
      documents: await documents,
      signedHeads: dirname(root),
    },
    new AbortController().signal,
  );
  const source = folderSource(files, root);
  const targets = targetsOf(world, life, archive, source);
  const stores = targets.flatMap((target) => (target.kind === "record" ? [target.sink.source] : []));
  const desk = new RetentionDesk({
    tenant: TENANT,
    root,
    files,
    clock,
    log: SILENT,
    archive,
    targets,
    sources: [source, ...stores],
    settings: world.settings,
    isPastHorizon: world.isPastHorizon,
    otherClock: world.otherClock,
    signatureProblem: world.signatureProblem,
    syncLedgers,
  });
  await recordSchedule(archive.ledger, world.settings);
  return { life, files, archive, desk, targets, source };
}
