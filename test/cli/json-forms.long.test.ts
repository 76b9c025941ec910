import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { JSON_FORMS } from "../../src/cli/json-forms.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { ACT_ANSWERS, FIRST_STEP_ANSWERS, answer } from "../support/json-answers.js";
import type { JsonAnswers } from "../support/json-answers.js";
import { BEN, rigPastRetention, rigWithDestroyedDay, succeed } from "../support/retention-rig.js";

type Json = Readonly<Record<string, unknown>>;

/** The schema as published, but no object may have a field that it does not name. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strictly(value)]));
  const isClosed = "properties" in inner && !("additionalProperties" in inner);
  return isClosed ? { ...inner, additionalProperties: false } : inner;
}

/** What is wrong with the value by the published file; empty when nothing is. */
function problems(name: string, value: unknown): readonly string[] {
  const url = new URL(`../../docs/json/${name}.schema.json`, import.meta.url);
  const schema = strictly(JSON.parse(readFileSync(url, "utf8"))) as Json;
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ""} ${JSON.stringify(params)}`,
  );
}

const archived = preparedRig(async () => {
  const rig = await e2eRig({
    horizon: "5d",
    scenario: { eventsPerDay: 30 },
    more: "  lake: { use: parquet, to: { use: local-files, path: @/lake } }\n",
  });
  await succeed(rig, "archive");
  return rig;
});
const pastRetention = preparedRig(rigPastRetention);
const withDestroyedDay = preparedRig(rigWithDestroyedDay);

const RANGE = ["--from", "2026-11-19", "--to", "2026-11-20"];

async function someId(rig: E2eRig): Promise<string> {
  const line = (await succeed(rig, "export", "--day", "2026-11-20", "--no-act")).split("\n")[0] ?? "";
  return (JSON.parse(line) as { readonly Id: string }).Id;
}

/** Real answers of each form, whole and wrong. */
const ANSWERS: JsonAnswers = {
  ...ACT_ANSWERS,
  ...FIRST_STEP_ANSWERS,
  verify: async (rig) => [
    await answer(rig, "verify", "--all-sinks", "--sample", "50%"),
    await answer(rig, "verify", ...RANGE, "--level", "deep"),
    await answer(rig, "verify", "--path", rig.vault, "--from", "2026-11-01"),
    await afterBag(rig, "verify", "--path", "bag"),
    await afterDamage(rig, "verify"),
  ],
  audit: async (rig) => [
    await answer(rig, "audit"),
    await answer(rig, "audit", "--path", rig.vault, "--for", "internal audit"),
    await afterDamage(rig, "audit", "--path", rig.vault),
    await answer(await withDestroyedDay(), "audit"),
  ],
  certificate: async () => [await answer(await withDestroyedDay(), "dispose", "report", "P0001")],
  overdue: async (rig) => [
    await answer(rig, "retention", "overdue"),
    await answer(await pastRetention(), "retention", "overdue"),
  ],
  holds: async (rig) => [
    await answer(rig, "hold", "list"),
    await answer(await pastRetention(), "hold", "list", "--history"),
  ],
  coverage: async (rig) => [
    await answer(rig, "coverage"),
    await answer(rig, "coverage", "--from", "2026-10-01", "--to", "2026-12-31"),
    await afterLoss(rig, "coverage"),
  ],
  keys: async (rig) => [await answer(rig, "keys", "list")],
  trail: async (rig) => [
    await answer(rig, "trail"),
    await answer(rig, "trail", "--type", "day-sealed", "--path", rig.vault),
  ],
  prove: async (rig) => [await answer(rig, "prove", await someId(rig), "--out", "one.tlog-proof")],
  "proof-check": async (rig) => {
    await succeed(rig, "prove", await someId(rig), "--out", "two.tlog-proof");
    return [await answer(rig, "verify", "--proof", "two.tlog-proof")];
  },
  drill: async (rig) => [
    await answer(rig, "restore", "drill", "--from", "vault"),
    await answer(rig, "restore", "drill", "--from", "vault", "--sample", "1"),
    await answer(rig, "restore", "drill", "--from", "vault", "--sample", "40%"),
  ],
  export: async (rig) => [
    await answer(rig, "export", ...RANGE, "--user", "a@b.example", "--format", "csv", "--out", "a.csv"),
    await answer(rig, "export", ...RANGE, "--out", "a.ndjson", "--no-act"),
    await answer(rig, "export", ...RANGE, "--bag", "bag-of-export"),
  ],
  transmittal: async (rig) => {
    await succeed(rig, "export", ...RANGE, "--activity", "ViewReport", "--bag", "filtered", "--matter", "M");
    await afterBag(rig, "keys", "list");
    return ["filtered", "bag"].map((bag) => parsed(join(rig.folder, bag, "data/transmittal.json")));
  },
  status: async (rig) => [
    await answer(rig, "status"),
    await answer(await pastRetention(), "status"),
    await afterLoss(rig, "status"),
  ],
  archive: async (rig) => [
    await answer(rig, "archive"),
    await answer(rig, "archive", ...RANGE, "--reread"),
    await answer(rig, "archive", "--backfill-sink", "lake"),
    await afterLoss(rig, "archive", "--from", "2026-11-10", "--to", "2026-11-20"),
    await whileDown(rig, "archive", "--day", "2026-11-28", "--reread"),
  ],
  "archive-plan": async (rig) => [
    await answer(rig, "archive", "--dry-run"),
    await answer(rig, "archive", "--dry-run", ...RANGE),
    await answer(rig, "archive", "--dry-run", ...RANGE, "--reread"),
  ],
  checks: async (rig) => [
    await answer(rig, "config", "check"),
    await answer(rig, "config", "check", "--online"),
    await answer(rig, "sinks", "check"),
    await answer(rig, "alerts", "test"),
    await whileDown(rig, "config", "check", "--online"),
  ],
  show: async (rig) => [
    await answer(rig, "show", "2026-11-20"),
    await answer(rig, "show", "2026-11-20", "--proof", "--diff", "--activities"),
    await answer(rig, "show", "2026-01-01"),
  ],
  sinks: async (rig) => [await answer(rig, "sinks", "list")],
  restore: async (rig) => {
    const kept = await answer(rig, "restore", "--from", "vault");
    renameSync(join(rig.folder, "state", "contoso"), join(rig.folder, "lost"));
    return [
      kept,
      await answer(rig, "restore", "--from", "vault", "--dry-run"),
      await answer(rig, "restore", "--from", "vault"),
    ];
  },
  query: async (rig) => [
    await answer(rig, "query", "SELECT Activity, count(*) AS events FROM events GROUP BY ALL", ...RANGE),
    await answer(rig, "query", "SELECT Id FROM events WHERE false"),
  ],
  retention: async () => {
    const rig = await pastRetention();
    return [await answer(rig, "retention", "show"), await answer(rig, "retention", "show", ...RANGE)];
  },
  "retention-check": async (rig) => [
    await answer(rig, "retention", "check"),
    await answer(await pastRetention(), "retention", "check"),
  ],
  "hold-test": async () => {
    const rig = await pastRetention();
    return [await answer(rig, "hold", "test", "2026-11-19"), await answer(rig, "hold", "test", "2026-11-20")];
  },
  hold: async () => {
    const rig = await pastRetention();
    const place = ["hold", "place", "--matter", "M-3", "--reason", "a third", "--all", ...BEN];
    return [
      await answer(rig, ...place),
      await answer(rig, "hold", "release", "H0001", "--reason", "over", ...BEN),
    ];
  },
  people: async (rig) => [
    await answer(rig, "people", "show"),
    await answer(await pastRetention(), "people", "show"),
  ],
  plans: async (rig) => [
    await answer(rig, "dispose", "list"),
    await answer(await withDestroyedDay(), "dispose", "list"),
  ],
  "to-sign": async () => [
    await answer(await pastRetention(), "hold", "release", "H0001", "--reason", "over", ...BEN.slice(0, 2)),
  ],
  report: async (rig) => [await answer(rig, "report", "views"), await answer(rig, "report", "all", ...RANGE)],
  "report-list": async (rig) => [await answer(rig, "report")],
  operations: async (rig) => [
    await answer(rig, "operations", "list"),
    await answer(rig, "operations", "list", "--kind", "export"),
  ],
  operation: async (rig) => [
    await answer(rig, "operations", "show", "viewreport"),
    await answer(rig, "operations", "show", "NoSuchThing"),
  ],
  "operations-diff": async (rig) => [await answer(rig, "operations", "diff")],
  error: async (rig) => [
    await answer(rig, "verify", "--path", "nowhere"),
    await answer(rig, "coverage", "--day", "2026-02-30"),
  ],
};

async function afterBag(rig: E2eRig, ...argv: readonly string[]): Promise<unknown> {
  await succeed(rig, "export", ...RANGE, "--bag", "bag");
  return answer(rig, ...argv);
}

async function afterDamage(rig: E2eRig, ...argv: readonly string[]): Promise<unknown> {
  writeFileSync(join(rig.vault, "days/2026/11/19/r0001/pages.jsonl"), "{}\n");
  return answer(rig, ...argv);
}

async function afterLoss(rig: E2eRig, ...argv: readonly string[]): Promise<unknown> {
  rig.clock.advance(9 * 86_400_000);
  await rig.run("archive");
  return answer(rig, ...argv);
}

/** The source answers nothing but 503. */
async function whileDown(rig: E2eRig, ...argv: readonly string[]): Promise<unknown> {
  rig.simulator.injectFault({ when: () => true, times: 1_000_000, respond: { status: 503 } });
  return answer(rig, ...argv);
}

function parsed(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

describe("the published forms of answers", () => {
  it.each(JSON_FORMS.map(({ name }) => name))(
    "%s is what the command really answers",
    async (name) => {
      const answers = await ANSWERS[name]?.(await archived());

      expect(answers?.length).toBeGreaterThan(0);
      expect((answers ?? []).map((value) => problems(name, value))).toEqual((answers ?? []).map(() => []));
    },
    600_000,
  );

  it("name their version, and refuse an answer with a field that is not theirs or without one that is", () => {
    const good = { format: "daybook.keys/1", tenants: [] };

    expect(problems("keys", good)).toEqual([]);
    expect(problems("keys", { ...good, format: "daybook.keys/2" })).toHaveLength(1);
    expect(problems("keys", { ...good, more: 1 })).toHaveLength(1);
    expect(problems("keys", { format: good.format })).toHaveLength(1);
  });
});
