import { basename, dirname } from "node:path";
import type { Files, FileStat } from "./files.js";

/**
 * The identities of a folder and all that it lies in, from the root down to the folder itself, whatever links and bind mounts
 * lead there. A folder that does not exist is named below the nearest one that does. `path` is absolute.
 */
export async function folderChain(files: Files, path: string): Promise<readonly string[]> {
  const found = await files.target(path);
  if (found === undefined) {
    const above = await folderChain(files, dirname(path));
    return [...above, `${above.at(-1) ?? ""}/${basename(path)}`];
  }
  return [...(await idsAbove(files, path, found)), found.id];
}

/** `..` is left to the kernel: of a link's target it is another folder than that of the link's name. */
async function idsAbove(files: Files, path: string, below: FileStat): Promise<readonly string[]> {
  const above = await files.target(`${path}/..`);
  if (above === undefined || above.id === below.id) return [];
  return [...(await idsAbove(files, `${path}/..`, above)), above.id];
}
