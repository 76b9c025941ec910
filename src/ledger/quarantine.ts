import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";

/** Moves a file or folder of the archive into `quarantine/` under a name that is free there. Returns its new path. Durable. */
export async function moveToQuarantine(
  files: Files,
  root: string,
  path: string,
  name: string,
): Promise<string> {
  const folder = join(root, "quarantine");
  await files.makeFolder(folder);
  const moved = `quarantine/${freeName(await files.list(folder), name)}`;
  await files.rename(join(root, path), join(root, moved));
  await files.syncFolder(folder);
  await files.syncFolder(join(root, dirname(path)));
  return moved;
}

function freeName(taken: readonly string[], name: string): string {
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}
