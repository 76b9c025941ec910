import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

function read(path: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, "..", "..", path), "utf8"));
}

it("has for each alert a moment at which promtool sees it fire, and one at which it must not", () => {
  const rules = read("docs/alerts.yaml") as Rules;
  const { tests } = read("test/servers/status-page/alert-rules.yaml") as RuleTests;
  const checks = tests.flatMap(({ alert_rule_test: own }) => own);
  const tried = (fires: boolean): readonly string[] => [
    ...new Set(
      checks
        .filter(({ exp_alerts: expected }) => expected.length > 0 === fires)
        .map(({ alertname }) => alertname),
    ),
  ];
  const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert)).toSorted();

  expect(alerts.length).toBeGreaterThan(8);
  expect(tried(true).toSorted()).toEqual(alerts);
  expect(tried(false).toSorted()).toEqual(alerts);
});
