import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DaybookError } from "../../src/model/errors.js";
import type { Batch, Sink } from "../../src/plugin/types.js";
import minimalSink from "../fixtures/minimal-sink/index.js";
import { testHost } from "./plugin-host.js";

/** A right sink and the folder that it writes to. */
export interface Right {
  readonly sink: Sink;
  readonly folder: string;
}

/** What a wrong sink does otherwise than the right one. */
export type Spoil = (right: Right) => Partial<Sink>;

/** The sink's methods as own properties, to be mixed with others. */
export function bound(sink: Sink): Sink {
  return {
    check: (signal) => sink.check(signal),
    write: (batch, signal) => sink.write(batch, signal),
    read: (day, signal) => sink.read(day, signal),
    remove: (day, signal) => sink.remove(day, signal),
    close: () => sink.close(),
  };
}

/** The batch with its lines changed on their way, promising as many as come out. */
async function changed(
  batch: Batch,
  change: (lines: readonly string[]) => readonly string[],
): Promise<Batch> {
  const before: string[] = [];
  for await (const line of batch.lines()) before.push(line);
  const lines = change(before);
  return {
    ...batch,
    records: lines.length,
    lines: async function* give() {
      yield* lines;
    },
  };
}

const writes =
  (change: (lines: readonly string[]) => readonly string[]): Spoil =>
  ({ sink }) => ({
    write: async (batch, signal) => ({
      ...(await sink.write(await changed(batch, change), signal)),
      records: batch.records,
    }),
  });

const reads =
  (change: (line: string) => string): Spoil =>
  ({ sink }) => ({
    read: async function* give(day, signal) {
      for await (const line of sink.read(day, signal)) yield change(line);
    },
  });

/** As the right one, but the day's old view goes first. */
const removesFirst: Spoil = ({ sink }) => ({
  write: async (batch, signal) => {
    await sink.remove(batch.day, signal).catch(() => undefined);
    return sink.write(batch, signal);
  },
});

/** Sinks that break one promise each, and the case of the contract that finds it. */
export const WRONG_SINKS: readonly {
  readonly what: string;
  readonly caught: string;
  readonly spoil: Spoil;
}[] = [
  {
    what: "says OK and stores nothing",
    caught: "gives back the record lines of a day",
    spoil: () => ({ write: async ({ records }) => ({ records, location: "nowhere" }) }),
  },
  {
    what: "loses the last record",
    caught: "gives back the record lines of a day",
    spoil: writes((lines) => lines.slice(0, -1)),
  },
  {
    what: "gives the lines back in another form, equal as JSON",
    caught: "gives back the record lines of a day",
    spoil: reads((line) => JSON.stringify(JSON.parse(line), null, 1).replaceAll("\n", "")),
  },
  {
    what: "says a wrong number",
    caught: "answers with the number of records that it holds and where they are",
    spoil: ({ sink }) => ({
      write: async (...given) => ({ ...(await sink.write(...given)), records: 1 }),
    }),
  },
  {
    what: "does not say where the day is",
    caught: "answers with the number of records that it holds and where they are",
    spoil: ({ sink }) => ({
      write: async (...given) => ({ ...(await sink.write(...given)), location: "" }),
    }),
  },
  {
    what: "does not store an empty day",
    caught: "keeps an empty day as a day that has no event",
    spoil: ({ sink }) => ({
      write: async (batch, signal) =>
        batch.records === 0 ? { records: 0, location: "none" } : sink.write(batch, signal),
    }),
  },
  {
    what: "keeps one record for each event id",
    caught: "keeps lines that are the same event id with other content",
    spoil: writes((lines) => [
      ...new Map(lines.map((line) => [/"Id":"[^"]*"/.exec(line)?.[0], line])).values(),
    ]),
  },
  {
    what: "adds to the day instead of replacing it",
    caught: "replaces the day as a whole when a new revision comes",
    spoil: ({ sink }) => ({
      write: async (batch, signal) => {
        const held: string[] = [];
        try {
          for await (const line of sink.read(batch.day, signal)) held.push(line);
        } catch {
          // The first delivery.
        }
        const receipt = await sink.write(await changed(batch, (lines) => [...held, ...lines]), signal);
        return { ...receipt, records: batch.records };
      },
    }),
  },
  {
    what: "takes an older revision for the newest",
    caught: "refuses an older revision as a conflict and keeps the newer",
    spoil: removesFirst,
  },
  {
    what: "takes another manifest of the same revision",
    caught: "refuses the same revision with another manifest as a conflict and keeps the first",
    spoil: removesFirst,
  },
  {
    what: "removes the old view before it has the new one",
    caught: "keeps the old view when a delivery fails half-way",
    spoil: removesFirst,
  },
  {
    what: "takes fewer lines than the batch promises",
    caught: "refuses fewer lines than the batch promises and keeps the old view",
    spoil: ({ sink }) => ({
      write: async (batch, signal) => sink.write(await changed(batch, (lines) => lines), signal),
    }),
  },
  {
    what: "goes on although it was told to stop",
    caught: "writes nothing when it is aborted before it starts",
    spoil: ({ sink }) => ({ write: (batch) => sink.write(batch, new AbortController().signal) }),
  },
  {
    what: "gives an empty day for one that it never got",
    caught: "says that it never got a day that it never got, in read and remove",
    spoil: ({ sink }) => ({
      read: async function* give(day, signal) {
        try {
          yield* sink.read(day, signal);
        } catch {
          // As if the day were empty.
        }
      },
    }),
  },
  {
    what: "says that it removed and did not",
    caught: "removes one day, says so, and takes it again",
    spoil: () => ({ remove: async () => ({ removed: 1 }) }),
  },
  {
    what: "leaves a day behind from its check",
    caught: "leaves no trace of a check, before the first day and after it",
    spoil: ({ sink, folder }) => ({
      check: async (signal) => {
        await sink.check(signal);
        await writeFile(join(folder, "2026-11-21.ndjson"), '{"revision":1,"manifestSha256":""}\n');
      },
    }),
  },
  {
    what: "passes its check where it could not write",
    caught: "fails its check where a write would fail, with a code, and is not to be retried",
    spoil: () => ({ check: async () => undefined }),
  },
  {
    what: "wants its check tried again where only a person can help",
    caught: "fails its check where a write would fail, with a code, and is not to be retried",
    spoil: () => ({
      check: async () => {
        throw new DaybookError("SINK_UNAVAILABLE", { message: "x", retry: "backoff" });
      },
    }),
  },
  {
    what: "keeps all tenants in one place",
    caught: "keeps two tenants apart that have the same day",
    spoil: ({ folder }) => bound(minimalSink.open({ path: join(folder, "..") }, testHost({ tenant: "all" }))),
  },
  {
    what: "forgets with its process",
    caught: "is found again from a new instance",
    spoil: inMemory,
  },
  {
    what: "changes the batch",
    caught: "does not change the batch",
    spoil: ({ sink }) => ({
      write: async (batch, signal) => {
        const receipt = await sink.write(batch, signal);
        Object.assign(batch, { records: 0 });
        return receipt;
      },
    }),
  },
  {
    what: "can be closed only once",
    caught: "can be closed twice, used or not",
    spoil: () => {
      let isClosed = false;
      return {
        close: async () => {
          if (isClosed) throw new DaybookError("SINK_UNAVAILABLE", { message: "closed" });
          isClosed = true;
        },
      };
    },
  },
];

/** Keeps what this one instance was given. */
function inMemory({ sink }: Right): Partial<Sink> {
  const days = new Map<string, readonly string[]>();
  return {
    write: async (batch) => {
      const lines: string[] = [];
      for await (const line of batch.lines()) lines.push(line);
      days.set(batch.day, lines);
      return { records: lines.length, location: "memory" };
    },
    read: (day, signal) => {
      const lines = days.get(day);
      return lines === undefined ? sink.read(day, signal) : toStream(lines);
    },
  };
}

async function* toStream(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
