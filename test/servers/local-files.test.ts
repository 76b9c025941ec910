import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { STORE_CASES, isOffered } from "../../packages/contract/index.js";
import type { StoreMaker } from "../../packages/contract/index.js";
import localFiles from "../../plugins/local-files/index.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { system } from "../support/disk-place.js";
import { testHost } from "../support/plugin-host.js";

// A file system of its own, ext4 in a file: the temporary folder's may not know the immutable attribute. Needs root for mount(8).
const signal = new AbortController().signal;
let image: string;
let disk: string;
let places = 0;
let root: string;

beforeAll(() => {
  image = mkdtempSync(join(tmpdir(), "daybook-ext4-"));
  disk = join(image, "disk");
  mkdirSync(disk);
  system("truncate", "-s", "512M", join(image, "file"));
  system("mkfs.ext4", "-q", "-F", join(image, "file"));
  system("mount", "-o", "loop", join(image, "file"), disk);
});
afterAll(() => {
  system("umount", disk);
  rmSync(image, { recursive: true });
});
beforeEach(() => {
  root = newFolder();
});

function newFolder(): string {
  places += 1;
  const folder = join(disk, String(places));
  mkdirSync(folder);
  return folder;
}

function openAt(path: string, immutable = true): ObjectStore {
  return localFiles.open(localFiles.options.parse({ path, reserve: "0", immutable }), testHost());
}

async function put(store: ObjectStore, key: string): Promise<string> {
  const bytes = Buffer.from("text");
  const body = (async function* () {
    yield bytes;
  })();
  return store.putNew(key, body, { bytes: bytes.length, sha256: sha256Hex(bytes) }, signal);
}

/** Puts a program of that name before the others, for this test. */
function programOf(name: string, script: string): void {
  const folder = mkdtempSync(join(tmpdir(), "daybook-path-"));
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path}`;
  onTestFinished(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });
}

const maker: StoreMaker = {
  offers: { retention: false, hold: false, versions: false, folder: true },
  make: async () => {
    const path = newFolder();
    return {
      open: () => openAt(path),
      dispose: async () => {
        // Some cases leave what chattr cannot do: links.
        spawnSync("chattr", ["-R", "-f", "-i", path]);
        rmSync(path, { recursive: true });
      },
    };
  },
  unusable: async () => {
    const folder = newFolder();
    await writeFile(join(folder, "a-file"), "");
    return {
      open: () => openAt(join(folder, "a-file", "below")),
      dispose: async () => rmSync(folder, { recursive: true }),
    };
  },
};

describe("local-files with the immutable attribute on ext4: contract of an object store", () => {
  // Without those that store a thousand objects or a large one: each takes a process of chattr.
  const cases = STORE_CASES.filter(
    ({ needs, timeoutMs }) => isOffered(needs, maker) && timeoutMs === undefined,
  );
  it.each(cases)("$name", async (trial) => {
    const place = await maker.make();
    try {
      await expect(trial.run(place, maker)).resolves.toBeUndefined();
    } finally {
      await place.dispose();
    }
  });
});

describe("a file with the immutable attribute", () => {
  it("stays when root wants to alter, rename or remove it, and goes by a removal", async () => {
    const store = openAt(root);
    const path = join(root, "a/b");
    await put(store, "a/b");

    await expect(unlink(path)).rejects.toMatchObject({ code: "EPERM" });
    await expect(writeFile(path, "other")).rejects.toMatchObject({ code: "EPERM" });
    expect(await store.remove("a/b", signal)).toEqual({ removed: 1 });
    expect(await store.stat("a/b", signal)).toBeUndefined();
  });

  it("gets the attribute when the configuration asks for it later and the day is delivered again", async () => {
    await put(openAt(root, false), "a/b");

    expect(await put(openAt(root), "a/b")).toBe("already-there");
    await expect(unlink(join(root, "a/b"))).rejects.toMatchObject({ code: "EPERM" });
    await openAt(root).remove("a/b", signal);
  });

  it("is refused by a store that does not clear the attribute, in words, and stays whole", async () => {
    await put(openAt(root), "a/b");
    const store = openAt(root, false);

    const removal = store.remove("a/b", signal);

    await expect(removal).rejects.toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringContaining("immutable attribute"),
      hint: expect.stringContaining("immutable: true"),
      lock: {},
    });
    expect(await store.stat("a/b", signal)).toMatchObject({ bytes: 4 });
    await openAt(root).remove("a/b", signal);
  });

  it("cannot be made without CAP_LINUX_IMMUTABLE, which the check says", async () => {
    const chattr = spawnSync("which", ["chattr"], { encoding: "utf8" }).stdout.trim();
    programOf("chattr", `#!/bin/sh\nexec setpriv --bounding-set=-linux_immutable -- ${chattr} "$@"\n`);

    await expect(openAt(root).check(signal)).rejects.toMatchObject({
      code: "DISK_UNSUITABLE",
      message: expect.stringContaining("Operation not permitted"),
      hint: expect.stringContaining("CAP_LINUX_IMMUTABLE"),
    });
  });

  it("says of the protection that root can end it", async () => {
    expect(await openAt(root).protection?.(signal)).toMatchObject({
      retention: "none",
      hold: false,
      note: expect.stringContaining("immutable attribute, which root can clear"),
    });
    expect(await openAt(root, false).protection?.(signal)).toMatchObject({
      note: expect.stringContaining("owner and root can remove"),
    });
  });
});
