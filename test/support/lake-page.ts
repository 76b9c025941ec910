import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The first block of code in the language below a heading of docs/LAKE.md; of the page when the heading is empty. */
export async function lakeBlock(heading: string, language: string): Promise<string> {
  const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "LAKE.md"), "utf8");
  const from = heading === "" ? 0 : page.indexOf(`\n## ${heading}\n`);
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page.slice(Math.max(0, from)))?.[1];
  if (from < 0 || block === undefined) throw new Error(`docs/LAKE.md: no ${language} below "${heading}"`);
  return block;
}
