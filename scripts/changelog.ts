import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/io/package-files.js";

export interface Release {
  readonly version: string;
  /** The day of the release, as `2026-11-27`. */
  readonly date: string;
  /** What changed, in Markdown, without the heading. */
  readonly notes: string;
}

const HEADING = /^## (\d+\.\d+\.\d+\S*) \((\d{4}-\d{2}-\d{2})\)$/;

/**
 * The newest release of CHANGELOG.md.
 *
 * @throws when its first heading of the second level is not `## VERSION (DATE)`
 */
export function newestRelease(
  changelog = readFileSync(join(packageRoot(), "CHANGELOG.md"), "utf8"),
): Release {
  const [, section = ""] = changelog.split(/^(?=## )/m);
  const [heading = "", ...lines] = section.split("\n");
  const [, version, date] = HEADING.exec(heading) ?? [];
  if (version === undefined || date === undefined) {
    throw new Error(`CHANGELOG.md: expected "## 1.2.3 (2026-11-27)", found "${heading}"`);
  }
  return { version, date, notes: lines.join("\n").trim() };
}
