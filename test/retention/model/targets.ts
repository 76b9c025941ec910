import type { ArchiveSource } from "../../../src/archive/source.js";
import type { Target } from "../../../src/deliver/deliver-day.js";
import { RecordSink } from "../../../src/deliver/record-sink.js";
import { retentionOfDay } from "../../../src/ledger/day-retention.js";
import type { OpenArchive } from "../../../src/ledger/open-archive.js";
import { DaybookError } from "../../../src/model/errors.js";
import { holdsOn } from "../../../src/model/retention-record.js";
import type { Sink } from "../../../src/plugin/types.js";
import type { Life } from "./mortal.js";
import { TENANT } from "./places.js";
import type { Copies } from "./places.js";

export interface Place extends Copies {
  readonly isViewDown: boolean;
  readonly onRemove: () => void;
}

/** The buckets and the view of a world, as one process reaches them. */
export function targetsOf(
  world: Place,
  life: Life,
  { ledger }: OpenArchive,
  archive: ArchiveSource,
): readonly Target[] {
  const record = Object.entries(world.buckets).map(([name, bucket]): Target => ({
    kind: "record",
    name,
    sink: new RecordSink({
      name,
      store: bucket.store(life),
      tenant: TENANT,
      archive,
      ledgerSize: () => ledger.size,
      keys: ledger.keys,
      promiseOf: (day) => {
        const kept = retentionOfDay(ledger.index.retention, day, ledger.index.days.get(day));
        const isHeld = holdsOn(ledger.index.retention, day).length > 0;
        return kept && { retainUntil: kept.retainUntil, isHeld };
      },
    }),
  }));
  return [
    ...record,
    { kind: "view", name: "lake", sink: viewSink(world, life), readBack: true, isExpired: () => false },
  ];
}

function viewSink(world: Place, life: Life): Sink {
  const reach = (what: string): void => {
    life.step(what, true);
    if (world.isViewDown) throw unavailable(what);
  };
  const { view } = world;
  return {
    check: async () => reach("check"),
    write: async (batch) => {
      reach("write");
      const lines: string[] = [];
      for await (const line of batch.lines()) lines.push(line);
      view.set(batch.day, lines);
      return { records: lines.length, location: "lake" };
    },
    read: async function* read(day) {
      reach("read");
      const lines = view.get(day);
      if (lines === undefined) throw unavailable("read", "SINK_NOT_FOUND");
      yield* lines;
    },
    remove: async (day) => {
      reach("remove");
      world.onRemove();
      if (!view.delete(day)) throw unavailable("remove", "SINK_NOT_FOUND");
      return { removed: 1 };
    },
    close: async () => undefined,
  };
}

function unavailable(
  what: string,
  code: "SINK_UNAVAILABLE" | "SINK_NOT_FOUND" = "SINK_UNAVAILABLE",
): DaybookError {
  return new DaybookError(code, { message: `${what}: the view` });
}
