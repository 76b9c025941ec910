import { defineStore } from "daybook/plugin";
import { FolderStore } from "./folder-store.js";
import { localFilesOptions, reserveBytes } from "./options.js";

const MODES = { owner: 0o400, group: 0o440, all: 0o444 } as const;

/** The archive in a folder of a local file system. */
export default defineStore({
  name: "local-files",
  apiVersion: 1,
  options: localFilesOptions,
  open: ({ path, reserve, readableBy, immutable }, host) =>
    new FolderStore({
      root: path,
      files: host.files,
      clock: host.clock,
      reserveBytes: reserveBytes(reserve),
      fileMode: MODES[readableBy],
      immutable,
    }),
});
