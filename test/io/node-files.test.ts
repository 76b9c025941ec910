import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { diskError } from "../../src/io/disk-error.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { packageRoot } from "../../src/io/package-files.js";
import { temporaryFolder } from "../support/archive-fixture.js";

const TEXT = Buffer.from("text");

async function readAll(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of nodeFiles.stream(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("the door to the disk", () => {
  it("never replaces a file by creating, writing or linking", async () => {
    const folder = await temporaryFolder();
    const [old, more] = [join(folder, "old"), join(folder, "more")];
    await nodeFiles.writeNew(old, TEXT);
    await nodeFiles.writeNew(more, Buffer.from("other"));

    await expect(nodeFiles.create(old)).rejects.toMatchObject({ code: "FILE_EXISTS" });
    await expect(nodeFiles.writeNew(old, Buffer.from("other"))).rejects.toMatchObject({
      code: "FILE_EXISTS",
    });
    await expect(nodeFiles.link(more, old)).rejects.toMatchObject({ code: "FILE_EXISTS" });
    expect(await readFile(old, "utf8")).toBe("text");
  });

  it("makes files and folders for the owner alone", async () => {
    const folder = await temporaryFolder();
    await nodeFiles.makeFolder(join(folder, "a/b"));
    await nodeFiles.writeNew(join(folder, "a/b/c"), TEXT);

    expect((await nodeFiles.stat(join(folder, "a")))?.mode).toBe(0o700);
    expect(await nodeFiles.stat(join(folder, "a/b/c"))).toMatchObject({
      kind: "file",
      bytes: 4,
      mode: 0o600,
    });
  });

  it("gives others what the mode says, whatever the umask", async () => {
    const folder = await temporaryFolder();
    const umask = process.umask(0o077);
    try {
      await nodeFiles.makeFolder(join(folder, "a/b"), 0o755);
      await nodeFiles.writeNew(join(folder, "a/b/c"), TEXT, 0o644);
    } finally {
      process.umask(umask);
    }

    expect((await nodeFiles.stat(join(folder, "a")))?.mode).toBe(0o755);
    expect((await nodeFiles.stat(join(folder, "a/b")))?.mode).toBe(0o755);
    expect((await nodeFiles.stat(join(folder, "a/b/c")))?.mode).toBe(0o644);
  });

  it("makes folders side by side", async () => {
    const path = join(await temporaryFolder(), "a/b/c/d");

    await Promise.all(Array.from({ length: 8 }, () => nodeFiles.makeFolder(path)));

    expect(await nodeFiles.stat(path)).toMatchObject({ kind: "folder" });
  });

  it("fails at once where no folder can be made", { timeout: 2000 }, async () => {
    await expect(nodeFiles.makeFolder("/proc/nothing/vault")).rejects.toMatchObject({
      code: "DISK_UNSUITABLE",
    });
  });

  it("removes a file that its writer gives up, and keeps one that is finished", async () => {
    const folder = await temporaryFolder();
    const given = await nodeFiles.create(join(folder, "given-up"));
    await given.write(TEXT);
    await given.abort();
    const kept = await nodeFiles.create(join(folder, "kept"));
    await kept.write(TEXT);
    await kept.finish();
    await kept.abort();

    expect(await nodeFiles.list(folder)).toEqual(["kept"]);
  });

  it("abandons a file that it could not sync, and never syncs it again (fault 50)", async () => {
    const path = join(await temporaryFolder(), "file");
    const writer = await nodeFiles.create(path);
    await writer.finish();

    // The descriptor is closed, so this sync fails as one on a broken disk does.
    await expect(writer.finish()).rejects.toMatchObject({ code: "DISK_FAILED" });
  });

  it("appends to a file, made when absent", async () => {
    const path = join(await temporaryFolder(), "lines");
    await nodeFiles.append(path, Buffer.from("one\n"));
    await nodeFiles.append(path, Buffer.from("two\n"));

    expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
  });

  it("reads a file whole or in pieces, and refuses one above the limit", async () => {
    const path = join(await temporaryFolder(), "file");
    const bytes = Buffer.alloc(700_000, "daybook");
    await nodeFiles.writeNew(path, bytes);

    expect(Buffer.from(await nodeFiles.read(path, 700_000)).equals(bytes)).toBe(true);
    expect((await readAll(path)).equals(bytes)).toBe(true);
    await expect(nodeFiles.read(path, 699_999)).rejects.toMatchObject({ code: "DISK_FAILED" });
  });

  it("renames over a file and over an empty folder, never over a full one", async () => {
    const folder = await temporaryFolder();
    for (const name of ["full", "empty", "package"]) await mkdir(join(folder, name));
    await writeFile(join(folder, "full/file"), "");
    await writeFile(join(folder, "package/file"), "");

    await expect(nodeFiles.rename(join(folder, "package"), join(folder, "full"))).rejects.toMatchObject({
      code: "FILE_EXISTS",
    });
    await nodeFiles.rename(join(folder, "package"), join(folder, "empty"));
    expect(await nodeFiles.list(join(folder, "empty"))).toEqual(["file"]);
  });

  it("lists names by code unit, and nothing for an absent folder", async () => {
    const folder = await temporaryFolder();
    for (const name of ["b", "a", "B", "10", "9"]) await writeFile(join(folder, name), "");

    expect(await nodeFiles.list(folder)).toEqual(["10", "9", "B", "a", "b"]);
    expect(await nodeFiles.list(join(folder, "absent"))).toEqual([]);
  });

  it("tells a link from what it leads to, and nothing of what is absent", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    await symlink(join(folder, "file"), join(folder, "link"));

    expect((await nodeFiles.stat(join(folder, "link")))?.kind).toBe("link");
    expect((await nodeFiles.target(join(folder, "link")))?.kind).toBe("file");
    expect(await nodeFiles.stat(join(folder, "absent"))).toBeUndefined();
    expect(await nodeFiles.stat(join(folder, "file/below"))).toBeUndefined();
  });

  it("says what is missing", async () => {
    const absent = join(await temporaryFolder(), "absent");

    await expect(nodeFiles.read(absent)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(nodeFiles.remove(absent)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(nodeFiles.syncFolder(absent)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(readAll(absent)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await nodeFiles.removeTree(absent);
  });

  it("knows the free space", async () => {
    expect(await nodeFiles.freeBytes(await temporaryFolder())).toBeGreaterThan(0);
  });

  it.each([
    ["ENOSPC", "DISK_FULL"],
    ["EDQUOT", "DISK_FULL"],
    ["EIO", "DISK_FAILED"],
    ["EROFS", "DISK_DENIED"],
    ["EACCES", "DISK_DENIED"],
    ["EPERM", "DISK_DENIED"],
    ["EMFILE", "DISK_TOO_MANY_FILES"],
    ["ENFILE", "DISK_TOO_MANY_FILES"],
    ["EEXIST", "FILE_EXISTS"],
    ["ENOTEMPTY", "FILE_EXISTS"],
    ["ENOENT", "FILE_NOT_FOUND"],
    ["ENOTDIR", "FILE_NOT_FOUND"],
    ["ESTALE", "DISK_FAILED"],
  ])("gives %s the code %s (faults 49 to 51)", (errno, code) => {
    expect(diskError(Object.assign(new Error("x"), { code: errno }), "write", "/a")).toMatchObject({ code });
  });
});

// Runs our own lock in another process: Node strips the types, and a hook finds `.ts` behind `.js`.
const CHILD = `
  import { registerHooks } from "node:module";
  registerHooks({ resolve: (name, context, next) => next(name.startsWith(".") ? name.replace(/js$/, "ts") : name, context) });
  const { takeKernelLock } = await import(process.argv[1]);
  await takeKernelLock(process.argv[2]).then(() => console.log("held"), (error) => { console.log(error.code); process.exit(); });
  setInterval(() => {}, 1000);
`;
const LOCK_MODULE = pathToFileURL(join(packageRoot(), "src/io/kernel-lock.ts")).href;
const childArguments = (path: string): string[] => ["--input-type=module", "-e", CHILD, LOCK_MODULE, path];

describe("the lock of an archive", () => {
  it("is refused a second time in the same process, until it is released", async () => {
    const path = join(await temporaryFolder(), "lock");
    const release = await nodeFiles.lock(path);

    await expect(nodeFiles.lock(path)).rejects.toMatchObject({ code: "ARCHIVE_LOCKED", kind: "busy" });
    release();
    release();
    (await nodeFiles.lock(path))();
  });

  it("is refused to another process (fault 64)", async () => {
    const path = join(await temporaryFolder(), "lock");
    const release = await nodeFiles.lock(path);

    const { stdout } = await promisify(execFile)(process.execPath, childArguments(path));
    release();

    expect(stdout.trim()).toBe("ARCHIVE_LOCKED");
  });

  it("is freed by the kernel when its holder is killed (fault 59)", async () => {
    const path = join(await temporaryFolder(), "lock");
    const child = spawn(process.execPath, childArguments(path), { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [said] = (await once(child.stdout, "data")) as [Buffer];

    expect(said.toString().trim()).toBe("held");
    await expect(nodeFiles.lock(path)).rejects.toMatchObject({ code: "ARCHIVE_LOCKED" });

    child.kill("SIGKILL");
    await once(child, "exit");
    (await nodeFiles.lock(path))();
  });

  it("says that its folder is missing or no database can be there", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "lock"), "x".repeat(200));

    await expect(nodeFiles.lock(join(folder, "absent/lock"))).rejects.toMatchObject({ code: "DISK_DENIED" });
    await expect(nodeFiles.lock(join(folder, "lock"))).rejects.toMatchObject({ code: "DISK_FAILED" });
  });
});
