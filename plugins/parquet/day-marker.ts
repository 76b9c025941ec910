import { DaybookError, z } from "daybook/plugin";
import type { Batch, ObjectStore } from "daybook/plugin";
import { readSmall, smallObject } from "./small-object.js";

/** A file of the store. */
export interface StoredFile {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Which revision of a day is in the store, and its file; an empty day has none. */
export interface DayMarker {
  readonly format: "daybook-parquet/1";
  readonly day: string;
  readonly revision: number;
  readonly manifest_sha256: string;
  readonly records: number;
  readonly event_set_sha256: string;
  readonly file: StoredFile | null;
}

const MAX_BYTES = 65_536;

const schema = z.object({
  format: z.literal("daybook-parquet/1"),
  day: z.string(),
  revision: z.int().min(1),
  manifest_sha256: z.string(),
  records: z.int().min(0),
  event_set_sha256: z.string(),
  file: z.object({ bytes: z.int().min(1), sha256: z.string() }).nullable(),
});

export function markerOf(batch: Batch, file: StoredFile | null): DayMarker {
  return {
    format: "daybook-parquet/1",
    day: batch.day,
    revision: batch.revision,
    manifest_sha256: batch.manifestSha256,
    records: batch.records,
    event_set_sha256: batch.eventSetSha256,
    file,
  };
}

/** Undefined when there is none; SINK_MISMATCH when it is no marker. */
export async function readMarker(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<DayMarker | undefined> {
  const bytes = await readSmall(store, key, MAX_BYTES, signal);
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new DaybookError("SINK_MISMATCH", {
      message: `${key}: expected the marker of a day, found another content`,
      hint: "remove the day's folder in the store and deliver the day again",
      cause,
    });
  }
}

export async function writeMarker(
  store: ObjectStore,
  key: string,
  marker: DayMarker,
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(marker)}\n`);
  await store.replace(key, ...smallObject(bytes), signal);
}
