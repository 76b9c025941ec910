import { execFile } from "node:child_process";
import {
  chmod,
  mkdtemp,
  mkdir,
  readdir,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import localFiles from "../../../plugins/local-files/index.js";
import { localFilesOptions, reserveBytes } from "../../../plugins/local-files/options.js";
import { systemClock } from "../../../src/io/clock.js";
import type { Files } from "../../../src/io/files.js";
import { nodeFiles } from "../../../src/io/node-files.js";
import { DaybookError } from "../../../src/model/errors.js";
import { sha256Hex } from "../../../src/model/sha256.js";
import { DAY_MS } from "../../../src/model/utc-day.js";
import type { ObjectStore } from "../../../src/plugin/types.js";
import { testHost } from "../../support/plugin-host.js";

const signal = new AbortController().signal;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "daybook-folder-store-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function open(options: object = {}, files: Partial<Files> = {}): ObjectStore {
  const parsed = localFiles.options.parse({ path: root, reserve: "0", ...options });
  return localFiles.open(parsed, testHost({ files: { ...nodeFiles, ...files } }));
}

function openAt(nowMs: number): ObjectStore {
  const clock = { ...systemClock, now: () => nowMs };
  return localFiles.open(localFiles.options.parse({ path: root, reserve: "0" }), testHost({ clock }));
}

function put(store: ObjectStore, key: string, text = "text"): Promise<string> {
  const bytes = Buffer.from(text);
  const expected = { bytes: bytes.length, sha256: sha256Hex(bytes) };
  return store.putNew(key, piece(bytes), expected, signal);
}

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const NOBODY = 65_534;

/** Whether another user's process can read the file. */
function canRead(path: string, user: { readonly uid: number; readonly gid: number }): Promise<boolean> {
  return promisify(execFile)("cat", [path], { ...user, cwd: "/" }).then(
    () => true,
    () => false,
  );
}

const failing =
  (code: "DISK_FULL" | "DISK_FAILED" | "DISK_DENIED"): (() => Promise<never>) =>
  () =>
    Promise.reject(new DaybookError(code, { message: "injected" }));

const replacingLink = async (from: string, to: string): Promise<void> => {
  if ((await nodeFiles.stat(to)) === undefined) await nodeFiles.link(from, to);
};

const blind = (path: string): ReturnType<Files["stat"]> => nodeFiles.stat(path.replace(/NAME$/, "name"));

describe("a file of the archive", () => {
  it.each([
    ["owner", 0o400],
    ["group", 0o440],
    ["all", 0o444],
  ])("can be written by nobody and read by %s", async (readableBy, mode) => {
    await put(open({ readableBy }), "a/b");

    expect((await stat(join(root, "a/b"))).mode & 0o7777).toBe(mode);
  });

  it.runIf(process.getuid?.() === 0).each([
    ["owner", false, false],
    ["group", true, false],
    ["all", true, true],
  ])(
    "is read, below folders that can be entered, by %s under umask 077",
    async (readableBy, group, others) => {
      const umask = process.umask(0o077);
      try {
        await put(open({ readableBy, path: join(root, "vault/archive") }), "a/b");
      } finally {
        process.umask(umask);
      }
      await chmod(root, 0o755);

      const path = join(root, "vault/archive/a/b");
      expect(await canRead(path, { uid: NOBODY, gid: 0 })).toBe(group);
      expect(await canRead(path, { uid: NOBODY, gid: NOBODY })).toBe(others);
    },
  );

  it("has one name when it is done, and nothing unfinished stays", async () => {
    await put(open(), "a/b");

    expect((await stat(join(root, "a/b"))).nlink).toBe(1);
    expect(await readdir(join(root, "_unfinished~"))).toEqual([]);
  });

  it("is synced before it has its name, then its folder and every new folder above, to the one that holds the root", async () => {
    const calls: string[] = [];
    const store = open(
      {},
      {
        link: async (from, to) => {
          calls.push("link");
          await nodeFiles.link(from, to);
        },
        create: async (path, mode) => {
          const writer = await nodeFiles.create(path, mode);
          return {
            write: (bytes) => writer.write(bytes),
            abort: () => writer.abort(),
            finish: async () => {
              calls.push("sync file");
              await writer.finish();
            },
          };
        },
        syncFolder: async (path) => {
          calls.push(`sync ${path.replace(root, "ROOT").replace(tmpdir(), "ABOVE")}`);
          await nodeFiles.syncFolder(path);
        },
      },
    );

    await put(store, "a/b/c");
    await put(store, "a/b/d");

    const first = ["sync file", "link", "sync ROOT/a/b", "sync ROOT/a", "sync ROOT", "sync ABOVE"];
    expect(calls).toEqual([...first, "sync file", "link", "sync ROOT/a/b"]);
  });

  it("is made durable again when it is already there: the attempt that linked it may have died", async () => {
    await put(open(), "a/b");
    const synced: string[] = [];
    const store = open({}, { syncFolder: async (path) => void synced.push(path) });

    expect(await put(store, "a/b")).toBe("already-there");
    expect(synced).toContain(join(root, "a"));
  });

  it("is not followed where it is a symbolic link", async () => {
    await symlink("/etc/passwd", join(root, "link"));

    await expect(open().get("link", signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
    await expect(put(open(), "link")).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });

  it("cannot lie outside the folder (fault 82)", async () => {
    await expect(put(open(), "../outside")).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });
});

describe("a disk that fails", () => {
  it.each([
    ["DISK_FULL", 49],
    ["DISK_FAILED", 50],
    ["DISK_DENIED", 51],
  ] as const)("gives %s and leaves nothing, whatever step fails (fault %i)", async (code, _fault) => {
    for (const step of ["link", "makeFolder", "create", "freeBytes"] as const) {
      await expect(put(open({}, { [step]: failing(code) }), "a/b")).rejects.toMatchObject({ code });
    }
    for (const step of ["write", "finish"] as const) {
      const create: Files["create"] = async (path, mode) => {
        const writer = await nodeFiles.create(path, mode);
        return {
          write: (bytes) => (step === "write" ? failing(code)() : writer.write(bytes)),
          finish: () => (step === "finish" ? failing(code)() : writer.finish()),
          abort: () => writer.abort(),
        };
      };
      await expect(put(open({}, { create }), "a/b")).rejects.toMatchObject({ code });
    }

    expect(await open().stat("a/b", signal)).toBeUndefined();
    expect(await nodeFiles.list(join(root, "_unfinished~"))).toEqual([]);
    expect(await put(open(), "a/b")).toBe("stored");
  });

  it("is refused a write that would use the reserve, before its first byte (fault 49)", async () => {
    const store = open({ reserve: "1MiB" }, { freeBytes: async () => 2 ** 20 + 3 });

    await expect(put(store, "a/b", "four")).rejects.toMatchObject({ code: "DISK_FULL", retry: "backoff" });
    expect(await put(store, "a/c", "123")).toBe("stored");
  });
});

describe("the probe", () => {
  it("refuses a file system without hard links (fault 55)", async () => {
    await expect(open({}, { link: failing("DISK_DENIED") }).check(signal)).rejects.toMatchObject({
      code: "DISK_UNSUITABLE",
    });
  });

  it("refuses a file system whose links replace a file (fault 55)", async () => {
    await expect(open({}, { link: replacingLink }).check(signal)).rejects.toMatchObject({
      code: "DISK_UNSUITABLE",
    });
  });

  it("refuses a file system that does not tell case apart (fault 55)", async () => {
    await expect(open({}, { stat: blind }).check(signal)).rejects.toMatchObject({ code: "DISK_UNSUITABLE" });
  });

  it("removes what a dead process left a day ago and keeps what another one writes now", async () => {
    await mkdir(join(root, "_unfinished~"));
    await writeFile(join(root, "_unfinished~/old"), "");
    await utimes(join(root, "_unfinished~/old"), 1, 1);
    await writeFile(join(root, "_unfinished~/young"), "");
    // The file system dates the files, whatever this process's clock says.
    for (const days of [-400, 400]) await openAt(systemClock.now() + days * DAY_MS).check(signal);

    expect(await readdir(join(root, "_unfinished~"))).toEqual(["young"]);
  });
});

describe("the options", () => {
  it.each([
    { path: "/a\0b" },
    { path: "/a", reserve: "1GB" },
    { path: "/a", reserve: "-1KiB" },
    { path: "/a", readableBy: "0440" },
    { path: "/a", immutable: "yes" },
    { path: "/a", pth: 1 },
    {},
  ])("refuse %j", (options) => {
    expect(localFilesOptions.safeParse(options).success).toBe(false);
  });

  it("read the reserve in bytes", () => {
    expect(["0", "3KiB", "1GiB"].map(reserveBytes)).toEqual([0, 3072, 2 ** 30]);
  });
});

describe("the immutable attribute", () => {
  it("is asked of a file system that may not have it with a clear error, or keeps the file until removed", async () => {
    const store = open({ immutable: true });
    const usable = await store.check(signal).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: "DISK_UNSUITABLE" });
        return false;
      },
    );
    if (!usable) return;
    await put(store, "a/b");

    await expect(unlink(join(root, "a/b"))).rejects.toMatchObject({ code: "EPERM" });
    await store.remove("a/b", signal);
    expect(await store.stat("a/b", signal)).toBeUndefined();
  });
});
