import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The commands of each `sh` block of a page of the repository: one a line, without comments. */
export function shellBlocks(page: string): readonly (readonly string[])[] {
  const text = readFileSync(join(import.meta.dirname, "..", "..", page), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) =>
    block
      .replaceAll("\\\n", " ")
      .trim()
      .split("\n")
      .map((line) => line.replace(/\s+# .*$/, "")),
  );
}
