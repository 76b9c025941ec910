import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LIMITS } from "../../src/archive/layout.js";
import { MAX_VALUE_BYTES } from "../../src/bytes/json-scanner.js";
import { MAX_PAGE_BYTES, MAX_PAGE_EVENTS } from "../../src/bytes/page-scanner.js";
import { MAX_CONFIG_BYTES } from "../../src/config/find-config.js";
import { MAX_ACTIVITIES } from "../../src/verify/field-tally.js";

const mib = (bytes: number): string => `${bytes / (1 << 20)} MiB`;

it("tells an operator what is refused, with the numbers of the code", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/OPERATIONS.md"), "utf8");
  const section = /### What is refused\n([^]*?)\n## /.exec(page)?.[1] ?? "";
  const limits = [...section.matchAll(/^\| (?!What|-)[^|]+\| ([^|]+?) +\|/gm)].map(([, limit]) => limit);

  expect(limits).toEqual([
    mib(MAX_PAGE_BYTES),
    MAX_PAGE_EVENTS.toLocaleString("en"),
    mib(MAX_VALUE_BYTES),
    MAX_ACTIVITIES.toLocaleString("en"),
    mib(LIMITS.manifest),
    mib(LIMITS.ledgerEntry),
    mib(MAX_CONFIG_BYTES),
  ]);
});
