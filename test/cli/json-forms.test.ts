import { expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { JSON_OPTION } from "../../src/cli/global-options.js";
import { JSON_FORMS } from "../../src/cli/json-forms.js";

it("publishes the form of each command with --json", () => {
  const withJson = COMMANDS.filter(({ options }) => options.includes(JSON_OPTION)).map(({ name }) => name);
  const published = new Set(JSON_FORMS.flatMap(({ commands }) => commands));

  expect([...published].toSorted()).toEqual(withJson.toSorted());
});

it("gives each form a name and a format of its own", () => {
  const names = JSON_FORMS.map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
});
