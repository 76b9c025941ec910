import type { Operation } from "../../src/model/operation-list.js";
import { kindOf } from "./operation-kind.js";

/** What the Markdown of Microsoft's page says. */
export interface OperationPage {
  /** The page's own date, `YYYY-MM-DD`. */
  readonly dated: string;
  readonly operations: readonly Operation[];
}

/**
 * Reads `| Friendly name | Operation name | Notes |`, the table of the page. An operation that stands twice, also in another
 * case, counts once, as it stands first. Throws when the page has another form: a list that is cut short must not be taken.
 */
export function readOperationPage(markdown: string): OperationPage {
  const [, month, day, year] = /^ms\.date: (\d{2})\/(\d{2})\/(\d{4})$/m.exec(markdown) ?? [];
  const start = markdown.indexOf("| Friendly name | Operation name | Notes |");
  if (year === undefined || start === -1) throw new Error("expected the page's date and its table");
  const table = /(?:^\|.*\n?)+/m.exec(markdown.slice(start))?.[0] ?? "";
  const found = new Map<string, Operation>();
  for (const line of table.trimEnd().split("\n").slice(2)) {
    const [name = "", operation = ""] = line
      .split("|")
      .slice(1)
      .map((cell) => cell.trim().replaceAll(/\s+/g, " "));
    if (!/^\w+$/.test(operation) || name === "")
      throw new Error(`expected a name and an operation, found: ${line}`);
    const key = operation.toLowerCase();
    if (!found.has(key)) found.set(key, { operation, name, kind: kindOf(operation) });
  }
  const operations = [...found.values()].toSorted((a, b) => (a.operation < b.operation ? -1 : 1));
  return { dated: `${year}-${month}-${day}`, operations };
}
