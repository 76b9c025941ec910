import { createHash } from "node:crypto";
import { DaybookError, isDaybookError, readWhole, z } from "daybook/plugin";
import type { Batch, ObjectStore } from "daybook/plugin";

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
  try {
    const bytes = await readWhole(await store.get(key, signal), MAX_BYTES);
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    if (isDaybookError(cause, "SINK_NOT_FOUND")) return undefined;
    if (isDaybookError(cause) || signal.aborted) throw cause;
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
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await store.replace(
    key,
    { [Symbol.asyncIterator]: () => once(bytes) },
    { bytes: bytes.length, sha256 },
    signal,
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
