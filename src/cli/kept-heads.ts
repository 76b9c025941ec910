import { join, resolve } from "node:path";
import { readKeptHeads } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Surroundings } from "./command.js";

/** A mail with attachments, or a month of a daemon's log. */
const MAX_TEXT_BYTES = 64 << 20;

/**
 * The heads in files, in all files of folders, or on standard input (`-`): in mails, tickets, logs or as they lie in `heads/`. USAGE
 * when a path has none.
 */
export async function keptHeads(
  paths: readonly string[],
  { files, cwd }: Pick<Surroundings, "files" | "cwd">,
): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const path of paths) {
    const found = await headsAt(path === "-" ? "/dev/stdin" : resolve(cwd, path), files);
    if (found.length === 0)
      throw new DaybookError("USAGE", {
        message: `--heads: expected a head, which is daybook/<archive id>, a size and a root, found none in ${path}`,
      });
    for (const head of found) heads.push(head);
  }
  return heads;
}

async function headsAt(path: string, files: Surroundings["files"]): Promise<readonly Head[]> {
  if ((await files.target(path))?.kind === "folder") {
    const heads: Head[] = [];
    for (const name of await files.list(path)) heads.push(...(await headsAt(join(path, name), files)));
    return heads;
  }
  try {
    return readKeptHeads(new TextDecoder().decode(await files.read(path, MAX_TEXT_BYTES)));
  } catch (error) {
    if (isDaybookError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  }
}
