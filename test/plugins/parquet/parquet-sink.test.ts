import { chmod, readFile, readdir, rm, truncate, utimes, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import { isDaybookError } from "daybook/plugin";
import type { Host, Sink } from "daybook/plugin";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PluginSet } from "../../../src/deliver/plugin-set.js";
import { systemClock } from "../../../src/io/clock.js";
import { nodeFiles } from "../../../src/io/node-files.js";
import { DAY_MS, parseUtcDay } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { ENGINE_NAMES } from "../../../plugins/parquet/engine.js";
import { failingFiles } from "../../support/failing-files.js";
import { openLocalStore, parquetPlace } from "../../support/parquet-place.js";
import type { ParquetPlace } from "../../support/parquet-place.js";
import { testHost } from "../../support/plugin-host.js";
import { parquetFooter } from "../../support/parquet-rows.js";
import { stoppingStore } from "../../support/parquet-stopping-store.js";

const DAY = parseUtcDay("2026-11-20") as UtcDay;
const FOLDER = "tenant=contoso/date=2026-11-20";
const calm = new AbortController().signal;
const OLD = recordLines(4);
const NEW = recordLines(7, DAY, 100);

async function linesOf(sink: Sink): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of sink.read(DAY, calm)) lines.push(line);
  return lines;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** A host whose store makes so many changes and no more. */
function stoppingAfter(changes: number): Partial<Host> {
  return { openStore: (spec) => stoppingStore(openLocalStore(spec), changes) };
}

function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (error: unknown) => (isDaybookError(error) ? error.code : String(error)),
  );
}

describe("the parquet sink", () => {
  let place: ParquetPlace;

  beforeEach(async () => {
    place = await parquetPlace();
  });
  afterEach(async () => {
    await place.dispose();
  });

  it("is opened by its configuration, with the store that its `to` names", async () => {
    const lake = { use: "parquet", to: { use: "local-files", path: place.lake, reserve: "0" } };
    const plugins = await PluginSet.load({ lake }, { files: nodeFiles, configFolder: place.lake });
    const options = plugins.plugin("parquet").options.parse({ to: lake.to, work: place.work });
    const opened = plugins.open("lake", "parquet", options, testHost());
    if (opened.kind !== "sink") throw new Error("expected a sink");

    await opened.sink.check(calm);
    await opened.sink.write(batchOf(OLD), calm);

    expect(await linesOf(opened.sink)).toEqual(OLD);
    expect(await filesBelow(place.lake)).toContain(`${FOLDER}/events.parquet`);
  });

  it("shows a day as one file with a marker beside it, and leaves nothing in its work folder", async () => {
    const { location } = await place.open().write(batchOf(OLD), calm);

    expect(location).toBe(`${FOLDER}/events.parquet`);
    expect(await filesBelow(place.lake)).toEqual([`${FOLDER}/_day.json`, `${FOLDER}/events.parquet`]);
    expect(await readdir(place.work)).toEqual([]);
  });

  it("writes no file for an empty day and removes the one of an earlier revision", async () => {
    const sink = place.open();
    await sink.write(batchOf(OLD), calm);

    const receipt = await sink.write(batchOf([], { revision: 2 }), calm);

    expect(receipt).toEqual({ records: 0, location: `${FOLDER}/_day.json` });
    expect(await filesBelow(place.lake)).toEqual([`${FOLDER}/_day.json`]);
    expect(await linesOf(sink)).toEqual([]);
  });

  it("removes an empty day", async () => {
    await place.open().write(batchOf([]), calm);

    const receipt = await place.open().remove(DAY, calm);

    expect(receipt).toEqual({ removed: 1 });
    expect(await filesBelow(place.lake)).toEqual([]);
    expect(await codeOf(linesOf(place.open()))).toBe("SINK_NOT_FOUND");
  });

  it("refuses a line of a day that promises none", async () => {
    const call = place.open().write(batchOf(OLD, { records: 0 }), calm);

    expect(await codeOf(call)).toBe("SINK_MISMATCH");
    expect(await codeOf(linesOf(place.open()))).toBe("SINK_NOT_FOUND");
  });

  it("says in the file itself which revision it shows", async () => {
    const batch = batchOf(OLD, { revision: 3 });
    await place.open().write(batch, calm);

    const { key_value_metadata: facts } = await parquetFooter(join(place.lake, FOLDER, "events.parquet"));

    expect(facts).toContainEqual({ key: "daybook.revision", value: "3" });
    expect(facts).toContainEqual({ key: "daybook.manifest_sha256", value: batch.manifestSha256 });
  });

  it.each([
    { what: "full by full", before: OLD, after: NEW },
    { what: "full by empty", before: OLD, after: [] },
    { what: "empty by full", before: [], after: NEW },
  ])(
    "shows one revision or the other wherever a delivery stops, $what, and completes it later",
    async ({ before, after }) => {
      for (const changes of [0, 1]) {
        const revision = changes * 2 + 2;
        await place.open().write(batchOf(before, { revision: revision - 1 }), calm);

        const stopped = place
          .open("contoso", stoppingAfter(changes))
          .write(batchOf(after, { revision }), calm);
        expect(await codeOf(stopped)).toBe("SINK_UNAVAILABLE");
        expect([before, after]).toContainEqual(await linesOf(place.open()));
        await place.open().write(batchOf(after, { revision }), calm);

        expect(await linesOf(place.open())).toEqual(after);
        expect((await filesBelow(place.lake)).length).toBe(after.length === 0 ? 1 : 2);
      }
    },
  );

  it("delivers the same revision again when its file went missing or is another", async () => {
    const path = join(place.lake, FOLDER, "events.parquet");
    await place.open().write(batchOf(OLD), calm);
    await rm(path);
    expect(await codeOf(linesOf(place.open()))).toBe("SINK_NOT_FOUND");

    await place.open().write(batchOf(OLD), calm);
    expect(await linesOf(place.open())).toEqual(OLD);
    await rm(path);
    await writeFile(path, "other");
    await place.open().write(batchOf(OLD), calm);

    expect(await linesOf(place.open())).toEqual(OLD);
  });

  it("does not write a day anew that stands", async () => {
    await place.open().write(batchOf(OLD), calm);

    const receipt = await place.open("contoso", stoppingAfter(0)).write(batchOf(OLD), calm);

    expect(receipt.records).toBe(OLD.length);
  });

  it.each([0, 3, 100])("calls a file that was cut to %i bytes a mismatch", async (bytes) => {
    await place.open().write(batchOf(OLD), calm);
    const path = join(place.lake, FOLDER, "events.parquet");
    await chmod(path, 0o600);
    await truncate(path, bytes);

    expect(await codeOf(linesOf(place.open()))).toBe("SINK_MISMATCH");
  });

  it("calls a marker that is none a mismatch instead of a day never written", async () => {
    await mkdir(join(place.lake, FOLDER), { recursive: true });
    await writeFile(join(place.lake, FOLDER, "_day.json"), '{"format":"daybook-parquet/1"}\n');

    expect(await codeOf(place.open().write(batchOf(OLD), calm))).toBe("SINK_MISMATCH");
    expect(await codeOf(linesOf(place.open()))).toBe("SINK_MISMATCH");
  });

  it("removes what a reader left behind that stopped after the first line", async () => {
    const sink = place.open();
    await sink.write(batchOf(OLD), calm);

    for await (const line of sink.read(DAY, calm)) if (line !== "") break;

    expect(await readdir(place.work)).toEqual([]);
  });

  it("removes at a check what a process that died left behind a day ago, and nothing younger", async () => {
    await mkdir(place.work, { recursive: true });
    for (const name of ["daybook-parquet-old", "daybook-parquet-young", "other"])
      await writeFile(join(place.work, name), "");
    for (const name of ["daybook-parquet-old", "other"]) await utimes(join(place.work, name), 1, 1);
    // The file system dates the files, whatever this process's clock says.
    for (const days of [-400, 400]) {
      const clock = { ...systemClock, now: () => systemClock.now() + days * DAY_MS };
      await place.open("contoso", { clock }).check(calm);
    }

    expect((await readdir(place.work)).toSorted()).toEqual(["daybook-parquet-young", "other"]);
  });

  it("starts a new row group after 10,000 rows, and earlier where lines are long", async () => {
    const path = join(place.lake, FOLDER, "events.parquet");
    const long = Array.from({ length: 40 }, (_, index) =>
      recordLine(index, DAY, { Long: "x".repeat(1 << 20) }),
    );
    await place.open().write(batchOf(recordLines(10_001)), calm);
    const many = await parquetFooter(path);
    await place.open().write(batchOf(long, { revision: 2 }), calm);
    const large = await parquetFooter(path);

    expect(many.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([10_000, 1]);
    expect(large.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([32, 8]);
  });
});

describe.each(ENGINE_NAMES)("the parquet sink with %s", (engine) => {
  let place: ParquetPlace;
  let twin: ParquetPlace;

  beforeEach(async () => {
    [place, twin] = [await parquetPlace(engine), await parquetPlace(engine)];
  });
  afterEach(async () => {
    await Promise.all([place.dispose(), twin.dispose()]);
  });

  it("writes the same bytes for the same batch", async () => {
    const batch = batchOf(recordLines(300));
    await Promise.all([place.open().write(batch, calm), twin.open().write(batch, calm)]);

    const [one, other] = await Promise.all(
      [place, twin].map(({ lake }) => readFile(join(lake, FOLDER, "events.parquet"))),
    );

    expect(one?.length).toBeGreaterThan(0);
    expect(other).toEqual(one);
  });

  it("keeps the old view and no leftover when the disk of the work folder fills up, at whatever write", async () => {
    await place.open().write(batchOf(OLD), calm);
    for (const at of [1, 2, 3, 4]) {
      const { files } = failingFiles(nodeFiles, {
        at,
        only: ["create", "write", "finish"],
        fault: "DISK_FULL",
      });

      const code = await codeOf(place.open("contoso", { files }).write(batchOf(NEW, { revision: 2 }), calm));

      expect(code).toBe("DISK_FULL");
      expect(await linesOf(place.open())).toEqual(OLD);
      expect(await readdir(place.work)).toEqual([]);
    }
  });
});
