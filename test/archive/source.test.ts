import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { folderSource } from "../../src/archive/folder-source.js";
import { readSmall } from "../../src/archive/source.js";
import { nodeFiles } from "../../src/io/node-files.js";

const { signal } = new AbortController();

async function archiveFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "daybook-source-"));
  onTestFinished(() => rm(root, { recursive: true }));
  return root;
}

it("lists files, and empty folders with a slash at the end", async () => {
  const root = await archiveFolder();
  await mkdir(join(root, "a/empty"), { recursive: true });
  await writeFile(join(root, "a/file"), "");

  const paths: string[] = [];
  for await (const path of folderSource(nodeFiles, root).list("", signal)) paths.push(path);

  expect(paths).toEqual(["a/empty/", "a/file"]);
});

it("follows no symbolic link, in whatever part of a path", async () => {
  const root = await archiveFolder();
  await mkdir(join(root, "real"));
  await writeFile(join(root, "real/file"), "x");
  await symlink("real", join(root, "linked"));
  await symlink("file", join(root, "real/linked"));
  const source = folderSource(nodeFiles, root);

  for (const path of ["linked/file", "real/linked"])
    await expect(source.get(path, signal)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
});

it("reads no more of a small file than its limit", async () => {
  const root = await archiveFolder();
  await writeFile(join(root, "file"), "12345");
  const source = folderSource(nodeFiles, root);

  expect(await readSmall(source, "absent", 5, signal)).toBeUndefined();
  expect(await readSmall(source, "file", 5, signal)).toHaveLength(5);
  await expect(readSmall(source, "file", 4, signal)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
});
