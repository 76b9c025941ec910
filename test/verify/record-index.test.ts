import { describe, expect, it } from "vitest";
import { RecordTable } from "../../src/verify/record-index.js";

const bytes = (text: string): Uint8Array => Buffer.from(text);

function tableOf(records: readonly (readonly [line: string, id: string | undefined])[]): RecordTable {
  const table = new RecordTable(records.length);
  for (const [line, id] of records) table.add(bytes(line), id === undefined ? undefined : bytes(id));
  return table;
}

describe("a table of record lines", () => {
  it("takes a line once, and says which was new", () => {
    const table = new RecordTable(3);

    const isNew = [
      table.add(bytes("one"), bytes("a")),
      table.add(bytes("one"), bytes("a")),
      table.add(bytes("two"), bytes("a")),
    ];

    expect(isNew).toEqual([true, false, true]);
    expect(table.distinct).toBe(2);
  });

  it("does not take another line, or the same line under another Id, for one that it has", () => {
    const table = tableOf([["one", "a"]]);

    expect(table.has(bytes("one"), bytes("a"))).toBe(true);
    expect(table.has(bytes("onE"), bytes("a"))).toBe(false);
    expect(table.has(bytes("one"), bytes("b"))).toBe(false);
    expect(table.has(bytes("one"), undefined)).toBe(false);
    expect(table.has(bytes(""), bytes("a"))).toBe(false);
  });

  it("finds no line that it was not given, nor misses one that it was, among many", () => {
    const count = 20_000;
    const table = new RecordTable(count);
    for (let n = 0; n < count; n++) table.add(bytes(`line ${n}`), bytes(`id ${n}`));

    const found = Array.from({ length: 2 * count }, (_, n) =>
      table.has(bytes(`line ${n}`), bytes(`id ${n}`)),
    );

    expect(found.slice(0, count)).not.toContain(false);
    expect(found.slice(count)).not.toContain(true);
    expect(table.distinct).toBe(count);
  });

  it("is usable when it is full, and when it holds nothing", () => {
    const full = tableOf([["only", "a"]]);
    const empty = new RecordTable(0);

    expect(full.has(bytes("other"), bytes("b"))).toBe(false);
    expect(empty.has(bytes("other"), undefined)).toBe(false);
    expect(empty.hasId(bytes("a"))).toBe(false);
    expect(empty.conflictingIds()).toBe(0);
  });

  it("takes a line that is longer than its buffer, and short ones after it", () => {
    const long = "x".repeat(100_000);
    const table = tableOf([
      [long, "a"],
      ["short", "b"],
    ]);

    expect(table.has(bytes(long), bytes("a"))).toBe(true);
    expect(table.has(bytes(`${long}x`), bytes("a"))).toBe(false);
    expect(table.has(bytes("short"), bytes("b"))).toBe(true);
  });
});

describe("the Ids of a table", () => {
  it("are known, whatever their lines", () => {
    const table = tableOf([
      ["one", "a"],
      ["two", "b"],
      ["none", undefined],
    ]);

    expect(["a", "b", "c", ""].map((id) => table.hasId(bytes(id)))).toEqual([true, true, false, false]);
  });

  it("conflict where one stands on several lines, counted once however many these are", () => {
    const table = tableOf([
      ["a1", "a"],
      ["a2", "a"],
      ["a3", "a"],
      ["b1", "b"],
      ["c1", "c"],
      ["c2", "c"],
    ]);

    expect(table.conflictingIds()).toBe(2);
  });

  it("do not conflict where there is none", () => {
    const table = tableOf([
      ["one", undefined],
      ["two", undefined],
      ["three", "a"],
    ]);

    expect(table.conflictingIds()).toBe(0);
  });
});
