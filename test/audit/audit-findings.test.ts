import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { AUDIT_FINDINGS, auditFinding } from "../../src/audit/audit-findings.js";

it("has a line in docs/AUDIT.md for every code, and no other", async () => {
  const page = await readFile(new URL("../../docs/AUDIT.md", import.meta.url), "utf8");
  const rows = page.matchAll(/^\| `([A-Z_]+)` +\| (\w+) +\| (.+?) +\|$/gm);
  const listed = [...rows].map(([, code = "", severity, rule]) => [code, { severity, rule }]);

  expect(Object.fromEntries(listed)).toEqual(AUDIT_FINDINGS);
});

it("makes names from a hostile archive printable on one line", () => {
  const finding = auditFinding("FILE_FOREIGN", {
    subject: "a\n\u001b[2J\u202eb",
    found: "x".repeat(9999),
    expected: "",
  });

  expect(finding.subject).toBe("a\\u000a\\u001b[2J\\u202eb");
  expect(finding.found.length).toBeLessThan(400);
});
