import { defineStore } from "daybook/plugin";
import { FolderStore } from "./folder-store.js";
import { localFilesOptions, reserveBytes } from "./options.js";

const MODES = {
  owner: { file: 0o400, folder: 0o700 },
  group: { file: 0o440, folder: 0o750 },
  all: { file: 0o444, folder: 0o755 },
} as const;

/** The archive in a folder of a local file system. */
export default defineStore({
  name: "local-files",
  apiVersion: 1,
  options: localFilesOptions,
  open: ({ path, reserve, readableBy, immutable }, host) =>
    new FolderStore({
      root: path,
      files: host.files,
      reserveBytes: reserveBytes(reserve),
      modes: MODES[readableBy],
      immutable,
    }),
});
