import { describe, expect, it } from "vitest";
import { NameTable, OTHER } from "../../src/verify/name-table.js";

function numberOf(table: NameTable, name: string): number {
  const bytes = Buffer.from(`"${name}"`);
  return table.numberOf(bytes, 1, bytes.length - 1);
}

describe("NameTable", () => {
  it("gives every name one number, however alike the names are", () => {
    const table = new NameTable(500);
    const names = Array.from({ length: 400 }, (_, at) => `Field${String(at).padStart(3, "0")}Name`);
    const short = ["a", "b", "ab", "ba", "abc", "abd"];

    const numbers = [...names, ...short].map((name) => numberOf(table, name));

    expect(new Set(numbers).size).toBe(406);
    expect([...names, ...short].map((name) => numberOf(table, name))).toEqual(numbers);
    expect(numbers.map((number) => table.nameOf(number))).toEqual([...names, ...short]);
  });

  it("knows a name again in other bytes", () => {
    const table = new NameTable(10);
    const first = Buffer.from("UserAgent");
    const second = Buffer.from("xxxUserAgentxxx");

    expect(table.numberOf(second, 3, 12)).toBe(table.numberOf(first, 0, 9));
  });

  it("takes a name written with escapes for what it says", () => {
    const table = new NameTable(10);

    expect(numberOf(table, "\\u0055serId")).toBe(numberOf(table, "UserId"));
  });

  it.each(["", "two words", "Ünïcode", "jane@contoso.com", "a\\nb", "a.b", "x".repeat(101), "\\u0000", "*"])(
    "has no number for %j, which is no identifier",
    (name) => {
      const table = new NameTable(10);

      expect(numberOf(table, name)).toBe(OTHER);
      expect(table.size).toBe(1);
    },
  );

  it("numbers no more names than its limit, and goes on knowing those", () => {
    const table = new NameTable(3);
    const names = ["A", "B", "C", "D", "E"];

    expect(names.map((name) => numberOf(table, name))).toEqual([1, 2, 3, OTHER, OTHER]);
    expect(numberOf(table, "B")).toBe(2);
  });
});
