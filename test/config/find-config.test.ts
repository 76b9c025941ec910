import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { GOOD, temporaryFolder, written } from "./written.js";

/** A disk on which this user may not enter one folder, and every other path leads to `target`. */
function closedFolder(folder: string, target: string): Files {
  return {
    ...nodeFiles,
    target: (path) =>
      dirname(path) === folder
        ? Promise.reject(new DaybookError("DISK_DENIED", { message: `${path}: cannot stat: EACCES` }))
        : nodeFiles.target(target),
    read: () => nodeFiles.read(target),
  };
}

describe("looking for the file", () => {
  it("takes --config before $DAYBOOK_CONFIG before ./daybook.yaml", async () => {
    const [first, second, third] = [await written(GOOD), await written(GOOD), await written(GOOD)];
    const env = { DAYBOOK_CONFIG: second };
    const cwd = dirname(third);

    const found = [
      await loadConfig({ config: first, env, cwd }, nodeFiles),
      await loadConfig({ env, cwd }, nodeFiles),
      await loadConfig({ env: {}, cwd }, nodeFiles),
    ];

    expect(found.map(({ path }) => path)).toEqual([first, second, third]);
  });

  it("does not fall back when a named file is missing", async () => {
    const cwd = dirname(await written(GOOD));

    const loading = loadConfig({ config: "other.yaml", env: {}, cwd }, nodeFiles);

    await expect(loading).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND" });
  });

  it("passes over a working folder that the user may not enter, unless its file is named", async () => {
    const path = await written(GOOD);
    const closed = closedFolder("/home/alice", path);

    const found = await loadConfig({ env: {}, cwd: "/home/alice" }, closed);
    const named = loadConfig({ config: "daybook.yaml", env: {}, cwd: "/home/alice" }, closed);

    expect(found.path).toBe("/etc/daybook/daybook.yaml");
    await expect(named).rejects.toMatchObject({ code: "DISK_DENIED" });
  });

  it("tells a user who may not read the service's configuration which user to be", async () => {
    const loading = loadConfig({ env: {}, cwd: "/" }, closedFolder("/etc/daybook", "/nowhere"));

    await expect(loading).rejects.toMatchObject({
      code: "DISK_DENIED",
      hint: "type the command as the service's user: sudo -u daybook daybook …",
    });
  });

  it("reads through a symbolic link and starts relative paths at the folder of the link", async () => {
    const target = await written(GOOD);
    const link = join(await temporaryFolder(), "daybook.yaml");
    await symlink(target, link);

    const { source } = await loadConfig({ config: link, env: {}, cwd: "/" }, nodeFiles);

    expect(source.folder).toBe(dirname(link));
  });
});
