import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleYaml } from "../../src/config/example.js";
import { generatedFiles } from "../../scripts/docs/generated-files.js";
import { jsonSchema } from "../../src/config/json-schema.js";
import type { JsonSchema } from "../../src/config/json-schema.js";
import { loadConfig } from "../../src/config/load.js";
import { configReference } from "../../src/config/reference.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { packageRoot } from "../../src/io/package-files.js";
import { ERROR_CATALOGUE } from "../../src/model/error-catalogue.js";
import { EXAMPLE_ID } from "../../src/config/schema/values.js";
import { load, problemsOf } from "../config/written.js";

const OWN_ID = "5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1";

const KEYS = [...new Set(keysOf(jsonSchema()))];

describe("generated files", () => {
  it.each(Object.entries(generatedFiles()))("%s is what npm run docs writes", async (name, text) => {
    expect(await readFile(join(packageRoot(), name), "utf8")).toBe(text);
  });

  it.each(KEYS)("explain the key %s in the reference and show it in the example", (key) => {
    expect(configReference()).toMatch(new RegExp(`^\\| \`([\\w.]+\\.)?${key}\` `, "m"));
    expect(exampleYaml()).toMatch(new RegExp(`^[ #]*${key}:`, "m"));
  });

  it("give help for every key", () => {
    expect(KEYS.length).toBeGreaterThan(40);
    expect(configReference()).not.toMatch(/\| +\|$/m);
  });

  it.each(Object.keys(ERROR_CATALOGUE))("explain the error %s", (code) => {
    expect(generatedFiles()["docs/ERRORS.md"]).toContain(`| \`${code}\` |`);
  });
});

describe("the configurations that come along", () => {
  it.each(["example.yaml", "minimal.yaml", "demo.yaml"])("%s passes every rule", async (name) => {
    const text = await written(name);

    await expect(load(text.replaceAll(EXAMPLE_ID, OWN_ID))).resolves.toBeDefined();
    expect(text).toMatch(/^# yaml-language-server: \$schema=daybook\.schema\.json\n/);
  });

  const FIRST = ["example.yaml", "minimal.yaml"];

  it.each(FIRST)("%s is refused until its ids are replaced, and nothing else", async (name) => {
    const problems = await problemsOf(await written(name));

    expect(problems.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      "tenants.contoso.tenantId must be your own id: this one is the example's",
      "tenants.contoso.auth.clientId must be your own id: this one is the example's",
    ]);
  });

  it.each(FIRST)("%s gives no rule of retention that would be signed", async (name) => {
    const { config } = await load((await written(name)).replaceAll(EXAMPLE_ID, OWN_ID));

    expect(config.retention.schedule).toBe("unassigned");
  });

  it("are found by their path, too", async () => {
    const config = join(packageRoot(), "config", "demo.yaml");

    await expect(loadConfig({ config, env: {}, cwd: "/" }, nodeFiles)).resolves.toMatchObject({
      path: config,
    });
  });

  it("list known activities once each, sorted", async () => {
    const names = (await readFile(join(packageRoot(), "config", "known-activities.txt"), "utf8"))
      .trimEnd()
      .split("\n");

    expect(names).toEqual([...new Set(names)].toSorted());
    expect(names.every((name) => /^[A-Za-z]+$/.test(name))).toBe(true);
  });
});

function written(name: string): Promise<string> {
  return readFile(join(packageRoot(), "config", name), "utf8");
}

function keysOf(schema: JsonSchema): readonly string[] {
  if (schema.title === "secret") return [];
  const named = typeof schema.additionalProperties === "object" ? keysOf(schema.additionalProperties) : [];
  const forms = (schema.oneOf ?? []).flatMap(keysOf);
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => [key, ...keysOf(child)]);
  return [...named, ...forms, ...own];
}
