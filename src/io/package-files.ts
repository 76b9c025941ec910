import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder that holds Daybook's own package.json, config/ and docs/. This file lies in src/io/ in the source and in
 * dist/src/io/ once compiled.
 */
export function packageRoot(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  const root = join(folder, "..", "..");
  return root.endsWith("dist") ? dirname(root) : root;
}
