import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { FINDING_CATALOGUE } from "../../src/model/finding-catalogue.js";
import { ENTRY_FIELDS } from "../../src/model/ledger-entry.js";

const page = readFileSync(new URL("../../docs/AUDIT.md", import.meta.url), "utf8");
const matrix = page.slice(page.indexOf("## Controls, and how far each goes"));

/** Every text between backticks. */
const quoted = [...matrix.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);

/** Options of the command that the words begin with; undefined where there is no such command. */
function optionsOf(words: readonly string[]): readonly string[] | undefined {
  const entry = COMMANDS.filter(({ name }) => words.join(" ").startsWith(name)).toSorted(
    (a, b) => b.name.length - a.name.length,
  )[0];
  return entry?.options.flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []);
}

describe("the controls in docs/AUDIT.md", () => {
  it("cover the four bodies of rules, and leave something to the reader in each", () => {
    for (const rules of [
      "SEC Rule 17a-4(f)",
      "21 CFR Part 11",
      "ISO 15489-1:2016",
      "GDPR, storage limitation",
    ])
      expect(matrix).toContain(`**${rules}**`);
    expect(matrix.match(/\| nothing/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it.each(quoted.filter((text) => text.startsWith("daybook ")))(
    "name a command that is there: %s",
    (text) => {
      const words = text.split(" ").slice(1);

      expect(optionsOf(words)).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith("--"))));
    },
  );

  it.each(quoted.filter((text) => /^[A-Z]+_[A-Z_]+$/.test(text)))(
    "name a finding that is there: %s",
    (code) => {
      expect(Object.keys(FINDING_CATALOGUE)).toContain(code);
    },
  );

  it("name acts that are there", () => {
    const acts = [...matrix.matchAll(/\bacts? ((?:`[\w-]+`(?:, )?)+)/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/`([\w-]+)`/g)].map(([, act = ""]) => act),
    );

    expect(acts.length).toBeGreaterThan(4);
    expect(Object.keys(ENTRY_FIELDS)).toEqual(expect.arrayContaining(acts));
  });
});
