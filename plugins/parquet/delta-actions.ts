import { DaybookError, z } from "daybook/plugin";

/*
 * The actions of a Delta log that concern tables of minReaderVersion 1 and minWriterVersion 2, with the fields that Daybook
 * writes or judges: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions. Fields that are unknown are ignored,
 * as the protocol asks; a checkpoint has null where a commit has nothing.
 */

const textMap = z.record(z.string(), z.string());
const int = z.union([z.int(), z.bigint()]).transform(Number);

const protocol = z.object({
  minReaderVersion: z.int(),
  minWriterVersion: z.int(),
});

const metaData = z.object({
  id: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  format: z.object({ provider: z.string(), options: textMap }),
  schemaString: z.string(),
  partitionColumns: z.array(z.string()),
  configuration: textMap,
  createdTime: int.nullish(),
});

const add = z.object({
  path: z.string(),
  partitionValues: textMap,
  size: int,
  modificationTime: int,
  dataChange: z.boolean(),
  stats: z.string().nullish(),
  tags: textMap.nullish(),
});

const remove = z.object({
  path: z.string(),
  deletionTimestamp: int.nullish(),
  dataChange: z.boolean(),
  extendedFileMetadata: z.boolean().nullish(),
  partitionValues: textMap.nullish(),
  size: int.nullish(),
});

const txn = z.object({ appId: z.string(), version: int, lastUpdated: int.nullish() });

const action = z.object({
  protocol: protocol.nullish(),
  metaData: metaData.nullish(),
  add: add.nullish(),
  remove: remove.nullish(),
  txn: txn.nullish(),
});

export type Protocol = z.output<typeof protocol>;
export type MetaData = z.output<typeof metaData>;
export type AddFile = z.output<typeof add>;
export type RemoveFile = z.output<typeof remove>;
export type Txn = z.output<typeof txn>;
export type Action = z.output<typeof action>;

/** What a commit says of itself, for people who look at the table's history. */
export interface CommitInfo {
  readonly timestamp: number;
  readonly operation: "WRITE" | "DELETE";
  readonly operationParameters: Readonly<Record<string, string>>;
  readonly engineInfo: "Daybook";
}

/** The actions of the rows of a checkpoint or the lines of a commit; SINK_MISMATCH when one is none. */
export function parseActions(rows: Iterable<unknown>, key: string): readonly Action[] {
  return Array.from(rows, (row) => {
    const parsed = action.safeParse(row);
    if (parsed.success) return parsed.data;
    throw notALog(key, z.prettifyError(parsed.error));
  });
}

/** The actions of a commit; SINK_MISMATCH when a line is none. */
export function parseCommit(bytes: Uint8Array, key: string): readonly Action[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .split("\n")
    .filter((line) => line !== "");
  const rows = lines.map((line): unknown => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw notALog(key, "a line that is not JSON", cause);
    }
  });
  return parseActions(rows, key);
}

export function encodeCommit(info: CommitInfo, actions: readonly Action[]): Uint8Array {
  const lines = [{ commitInfo: info }, ...actions].map((line) => `${JSON.stringify(line)}\n`);
  return new TextEncoder().encode(lines.join(""));
}

export function notALog(key: string, found: string, cause?: unknown): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${key}: expected the log of a Delta table that Daybook wrote, found ${found}`,
    hint: "remove the table's folder and run `daybook archive --backfill-sink NAME`; the archive has every day",
    cause,
  });
}
