import { expect, it } from "vitest";
import { FindingList } from "../../src/audit/finding-list.js";

it("makes names from a hostile archive printable on one line", () => {
  const list = new FindingList();

  list.add("FILE_FOREIGN", { subject: "a\n\u001b[2J\u202eb", found: "x".repeat(9999), expected: "" });

  expect(list.kept).toMatchObject([{ subject: "a\\u000A\\u001B[2J\\u202Eb" }]);
  expect(list.kept[0]?.found.length).toBeLessThan(400);
});

it("keeps the first thousand findings and counts all of them", () => {
  const list = new FindingList();

  for (let index = 0; index < 1001; index++) {
    list.add("HEAD_BEHIND", { subject: `${index}`, found: "", expected: "" });
  }

  expect(list.kept).toHaveLength(1000);
  expect(list.counts).toEqual({ damage: 0, incomplete: 0, notice: 1001 });
});
