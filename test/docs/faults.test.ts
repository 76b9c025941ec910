import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "FAULTS.md"), "utf8");

interface Row {
  readonly fault: number;
  readonly stoppedIn: string;
  readonly test: string;
}

const rows: readonly Row[] = [...page.matchAll(/^\| (\d+) +\|.*\| `([^`]+)` +\| `([^`]+)` +\|$/gm)].map(
  ([, fault = "", stoppedIn = "", test = ""]) => ({ fault: Number(fault), stoppedIn, test }),
);

/** The numbers that the titles of a test file name, such as "(fault 49)" and "(faults 59, 61)". */
function faultsIn(text: string): readonly number[] {
  return [...text.matchAll(/\(faults? ([\d, and]+)\)/g)].flatMap(([, numbers = ""]) =>
    [...numbers.matchAll(/\d+/g)].map(([number]) => Number(number)),
  );
}

const named = new Map(
  readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules"))
    .map((name) => [`test/${name}`, new Set(faultsIn(readFileSync(join(root, "test", name), "utf8")))]),
);

describe("docs/FAULTS.md", () => {
  it("has one row for each fault that a test names", () => {
    const numbers = rows.map(({ fault }) => fault);
    const inTests = new Set([...named.values()].flatMap((faults) => [...faults]));

    expect(numbers.toSorted((a, b) => a - b)).toEqual([...inTests].toSorted((a, b) => a - b));
  });

  it("names for each fault a test that has its number", () => {
    expect(rows.filter(({ fault, test }) => named.get(test)?.has(fault) !== true)).toEqual([]);
  });

  it("names files that exist", () => {
    expect(rows.filter(({ stoppedIn }) => !existsSync(join(root, stoppedIn)))).toEqual([]);
  });
});
