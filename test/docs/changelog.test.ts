import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newestRelease } from "../../scripts/changelog.js";

const root = join(import.meta.dirname, "..", "..");

describe("CHANGELOG.md", () => {
  it("begins with the release that package.json names, and says what changed", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const release = newestRelease();

    expect(release.version).toBe(version);
    expect(release.notes).toMatch(/^[A-Z*-]/);
    expect(release.notes).not.toContain("\n## ");
  });

  it("gives the manual page its date and version", () => {
    const { version, date } = newestRelease();
    const page = readFileSync(join(root, "docs", "daybook.1"), "utf8");

    expect(page).toContain(`\n.TH DAYBOOK 1 "${date}" "Daybook ${version}"\n`);
  });

  it("is read up to the release before", () => {
    const text = "# Changelog\n\n## 1.1.0 (2027-02-03)\n\n- New.\n\n## 1.0.0 (2027-01-01)\n\n- Old.\n";

    expect(newestRelease(text)).toEqual({ version: "1.1.0", date: "2027-02-03", notes: "- New." });
  });

  it("is refused when a heading has no date", () => {
    expect(() => newestRelease("# Changelog\n\n## 1.1.0\n\n- New.\n")).toThrow('found "## 1.1.0"');
  });
});
