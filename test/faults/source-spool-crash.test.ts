import { describe, expect, it } from "vitest";
import type { Files } from "../../src/io/files.js";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { pageFileName } from "../../src/model/page-record.js";
import type { PageRecord } from "../../src/model/page-record.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { windowLabel } from "../../src/model/window.js";
import { Spool } from "../../src/source/spool.js";
import type { SpoolState } from "../../src/source/spool-state.js";
import { CrashError, failingFiles } from "../support/failing-files.js";
import { MemoryDisk } from "../support/memory-disk.js";
import { DAY, NOW } from "../support/reading-rig.js";

const FOLDER = "/state/spool/day";
const STATE: SpoolState = {
  day: DAY,
  reason: "scheduled",
  compression: "zstd",
  started: NOW,
  requests: 0,
  retries: 0,
  throttled_ms: 0,
  notices: [],
};

function bodyOf(hour: number, number: number): Buffer {
  return Buffer.from(`{"activityEventEntities":[{"Id":"${hour}-${number}"}]}`);
}

function page(hour: number, number: number): PageRecord {
  const body = bodyOf(hour, number);
  return {
    window: windowLabel(hour),
    number,
    requested_at: NOW,
    received_at: NOW,
    attempts: 1,
    status: 200,
    path: "/",
    query: "",
    request_id: null,
    date: null,
    encoding: "identity",
    body_bytes: body.length,
    body_sha256: sha256Hex(body),
    events: 1,
    token_in_sha256: null,
    token_out_sha256: null,
    last_result_set: null,
    uri_host: null,
  };
}

/** Reads windows 0 to 2, window 1 with a restarted chain; goes on where an earlier call was cut off. */
async function readWindows(files: Files, acknowledge: (hour: number) => void): Promise<void> {
  const { spool, finished } = await Spool.open(files, FOLDER, STATE);
  for (const hour of [0, 1, 2].filter((each) => !finished.has(windowLabel(each)))) {
    await spool.saveState({ ...STATE, requests: hour });
    await spool.savePage(page(hour, 1), bodyOf(hour, 1));
    if (hour === 1) {
      await spool.dropWindow(windowLabel(hour));
      await spool.savePage(page(hour, 1), bodyOf(hour, 1));
    }
    await spool.savePage(page(hour, 2), bodyOf(hour, 2));
    await spool.finishWindow(windowLabel(hour), [page(hour, 1), page(hour, 2)]);
    acknowledge(hour);
  }
}

async function newDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  await disk.files.makeFolder("/state/spool");
  await disk.files.syncFolder("/state");
  await disk.files.syncFolder("/");
  return disk;
}

async function expectWhole(files: Files): Promise<void> {
  const { finished } = await Spool.open(files, FOLDER, STATE);
  expect([...finished.keys()]).toEqual(["T00", "T01", "T02"]);
  for (const record of [...finished.values()].flat()) {
    const frame = await files.read(`${FOLDER}/${pageFileName(record.window, record.number, ".zst")}`);
    const body = await decodeFrame(frame, "zstd", record.body_bytes);
    expect(sha256Hex(body)).toBe(record.body_sha256);
  }
}

describe.each(["nothing", "contents", "contents and names"] as const)("a power cut that takes %s", (cut) => {
  it("loses no finished window and leaves no half one, at any call (fault 53)", async () => {
    const counting = failingFiles((await newDisk()).files, { at: 0, fault: "crash" });
    await readWindows(counting.files, () => {});
    expect(counting.calls()).toBeGreaterThan(50);

    for (let at = 1; at <= counting.calls(); at++) {
      const disk = await newDisk();
      const acknowledged: number[] = [];
      const dying = failingFiles(disk.files, { at, fault: "crash" });
      await expect(readWindows(dying.files, (hour) => acknowledged.push(hour))).rejects.toThrow(CrashError);
      disk.cutPower(cut);

      const again: number[] = [];
      await readWindows(disk.files, (hour) => again.push(hour));

      expect(again.filter((hour) => acknowledged.includes(hour))).toEqual([]);
      await expectWhole(disk.files);
    }
  });
});

it("goes on after a full disk, at whatever call it was (fault 49)", async () => {
  const counting = failingFiles((await newDisk()).files, { at: 0, fault: "DISK_FULL" });
  await readWindows(counting.files, () => {});

  for (let at = 1; at <= counting.calls(); at++) {
    const disk = await newDisk();
    const full = failingFiles(disk.files, { at, fault: "DISK_FULL", lasting: true });
    await expect(readWindows(full.files, () => {})).rejects.toMatchObject({ code: "DISK_FULL" });

    await readWindows(disk.files, () => {});

    await expectWhole(disk.files);
  }
});
