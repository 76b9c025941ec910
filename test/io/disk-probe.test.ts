import { describe, expect, it } from "vitest";
import { probeDisk } from "../../src/io/disk-probe.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { temporaryFolder } from "../support/archive-fixture.js";
import { failingFiles } from "../support/failing-files.js";

describe("the probe of a disk", () => {
  it("accepts a local file system and leaves nothing on it", async () => {
    const folder = await temporaryFolder();

    await probeDisk(nodeFiles, folder);

    expect(await nodeFiles.list(folder)).toEqual([]);
  });

  it("refuses a file system without hard links (fault 55)", async () => {
    const folder = await temporaryFolder();
    // vfat answers link(2) with EPERM.
    const { files } = failingFiles(nodeFiles, { at: 1, fault: "DISK_DENIED", only: ["link"] });

    await expect(probeDisk(files, folder)).rejects.toMatchObject({ code: "DISK_UNSUITABLE", kind: "disk" });
    expect(await nodeFiles.list(folder)).toEqual([]);
  });

  it("refuses a file system whose links replace a file", async () => {
    const files: Files = { ...nodeFiles, link: () => Promise.resolve() };

    await expect(probeDisk(files, await temporaryFolder())).rejects.toMatchObject({
      code: "DISK_UNSUITABLE",
    });
  });

  it("refuses a file system that ignores case (fault 55)", async () => {
    const files: Files = { ...nodeFiles, stat: (path) => nodeFiles.stat(path.replace("NAME", "name")) };

    await expect(probeDisk(files, await temporaryFolder())).rejects.toMatchObject({
      code: "DISK_UNSUITABLE",
    });
  });

  it("does not blame the file system for a full disk (fault 49)", async () => {
    const { files } = failingFiles(nodeFiles, { at: 1, fault: "DISK_FULL", only: ["link"] });

    await expect(probeDisk(files, await temporaryFolder())).rejects.toMatchObject({ code: "DISK_FULL" });
  });
});
