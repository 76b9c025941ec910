import { join } from "node:path";
import type { Files } from "daybook/plugin";

/**
 * Every key below `root` that starts with `prefix`, sorted by code unit over the whole key. Names that no key can have
 * (`_unfinished~`, `lost+found`) are not ours.
 */
export async function* listKeys(files: Files, root: string, prefix: string): AsyncGenerator<string> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  // A prefix is no path: `a//` or `../` must find nothing instead of another folder.
  if (
    folder
      .split("/")
      .slice(0, -1)
      .some((segment) => !isKeyName(segment))
  )
    return;
  for (let end = folder.indexOf("/"); end !== -1; end = folder.indexOf("/", end + 1)) {
    if ((await files.stat(join(root, folder.slice(0, end))))?.kind !== "folder") return;
  }
  yield* walk(files, root, folder, prefix);
}

async function* walk(files: Files, root: string, folder: string, prefix: string): AsyncGenerator<string> {
  const keys: string[] = [];
  for (const name of await files.list(join(root, folder))) {
    const key = folder + name;
    if (!isKeyName(name) || !(key.startsWith(prefix) || prefix.startsWith(key))) continue;
    const found = await files.stat(join(root, key));
    // Gone since the listing: removed, so not an object any more.
    if (found !== undefined) keys.push(found.kind === "folder" ? `${key}/` : key);
  }
  // With its slash a folder sorts as its keys do: `a-b` before `a/b` before `a0`.
  for (const key of keys.toSorted()) {
    if (key.endsWith("/")) yield* walk(files, root, key, prefix);
    else if (key.startsWith(prefix)) yield key;
  }
}

function isKeyName(name: string): boolean {
  return /^(?!\.{1,2}$)[A-Za-z0-9._=-]+$/.test(name);
}
