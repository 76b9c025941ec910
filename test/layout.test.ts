import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/**
 * What each folder of src/ may import beside itself. A folder without a row fails: a new folder says where it stands.
 * The order is the life of a day; whoever reads an archive stands on `archive`, not on a step.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  model: [],
  bytes: ["model"],
  io: ["model"],
  html: ["model"],
  config: ["model", "io"],
  // config: what an option may be, such as a path or a secret, is declared once.
  plugin: ["model", "io", "config"],
  archive: ["model", "bytes", "io", "plugin"],
  plan: ["model", "io", "archive"],
  source: ["model", "bytes", "io", "plan", "config"],
  verify: ["model", "bytes", "io"],
  seal: ["model", "bytes", "io", "archive", "verify"],
  ledger: ["model", "bytes", "io", "archive"],
  deliver: ["model", "io", "archive", "ledger", "plugin"],
  restore: ["model", "bytes", "io", "archive", "ledger", "plugin", "deliver"],
  export: ["model", "archive"],
  audit: ["model", "bytes", "io", "archive", "verify", "ledger", "html"],
  proof: ["model", "bytes", "io", "archive", "ledger"],
  // A bag is an export with an archive in it, and is audited as one.
  bag: ["model", "bytes", "io", "html", "archive", "export", "audit"],
  retention: ["model", "io", "archive", "ledger", "plugin", "deliver"],
  // plugin: the columns of the lake are declared once.
  query: ["model", "io", "archive", "plugin", "html"],
  anchor: ["model", "bytes", "io", "archive", "ledger"],
  "pipeline.ts": ["model", "seal"],
  pass: [
    "model",
    "io",
    "plan",
    "source",
    "verify",
    "seal",
    "ledger",
    "archive",
    "deliver",
    "retention",
    "anchor",
    "pipeline.js",
  ],
  // source: when the certificate of the sign-in expires.
  view: ["model", "io", "plan", "source", "ledger", "archive", "deliver"],
  daemon: [
    "model",
    "io",
    "archive",
    "plan",
    "source",
    "ledger",
    "deliver",
    "retention",
    "pipeline.js",
    "pass",
    "view",
  ],
  // source: how the newest sign-in and preflight ended.
  serve: [
    "model",
    "io",
    "plan",
    "source",
    "ledger",
    "archive",
    "anchor",
    "audit",
    "daemon",
    "pass",
    "view",
    "html",
  ],
};

/** Folders that compose or command the others: they may import anything. */
const UNBOUND: readonly string[] = ["compose", "cli", "main.ts"];

/** Names of the outside world and of the container, and the one file or folder in src/ that may use them. */
const DOORS: readonly { readonly pattern: RegExp; readonly only: string | null }[] = [
  { pattern: /\bDate\.now\b|\bnew Date\(\)/, only: "src/io/clock.ts" },
  { pattern: /\bprocess\.exit\b/, only: "src/main.ts" },
  { pattern: /\bconsole\b/, only: null },
  { pattern: /["']node:fs(\/promises)?["']/, only: "src/io/node-files.ts" },
  { pattern: /(?:await|return|=>|=)\s*fetch\(/, only: "src/io/node-http.ts" },
  // The core decides by an error's kind and area; only the commands know exit codes.
  { pattern: /\.exitCode\b/, only: "src/cli/" },
  { pattern: /startsWith\("[A-Z]+_/, only: null },
  // Classes elsewhere take plain parts and are built with `new`; no folder but compose/ knows a container.
  { pattern: /from "(tsyringe|reflect-metadata)"/, only: "src/compose/" },
  {
    pattern:
      /\bnew (Daemon|DaemonView|StatusServer|AlertSender|TenantPass|TenantDaySteps|TenantDeliveries|SinkChecks|RetentionDesk|Anchoring)\(/,
    only: "src/compose/",
  },
  { pattern: /(?<!\bPromise)(?<!createRequire\(.*\))\.resolve\(/, only: "src/compose/" },
];

const sources = filesBelow("src");
const plugins = filesBelow("plugins");

function filesBelow(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return (
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      // A server test brings packages of its own.
      .filter((name) => name.endsWith(".ts") && !name.split("/").includes("node_modules"))
      .map((name) => ({ path: join(folder, name), text: readFileSync(join(root, folder, name), "utf8") }))
  );
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
}

/** Code without comments and without the text inside quotes and templates: prose may name what code may not. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}

describe("the layout", () => {
  it("lets a folder import only what comes before it", () => {
    const wrong = sources.flatMap(({ path, text }) => {
      const folder = relative("src", path).split("/")[0] ?? "";
      const allowed = ALLOWED[folder];
      if (UNBOUND.includes(folder)) return [];
      if (allowed === undefined) return [`${path} is in no folder with a rule`];
      return (
        importsOf(text)
          // The one table that knows where the bundled plugins lie.
          .filter((name) => name.startsWith(".") && path !== "src/deliver/bundled-plugins.ts")
          .map((name) => relative("src", join(dirname(path), name)).split("/")[0] ?? "")
          .filter((other) => other !== folder && !allowed.includes(other))
          .map((other) => `${path} imports ${other}/`)
      );
    });

    expect([...new Set(wrong)].toSorted()).toEqual([]);
  });

  it("keeps model/ free of packages", () => {
    const wrong = sources
      .filter(({ path }) => path.startsWith("src/model/"))
      .flatMap(({ path, text }) => importsOf(text).map((name) => `${path} imports ${name}`))
      .filter((line) => !/imports (\.\/|node:)/.test(line));

    expect(wrong).toEqual([]);
  });

  it("names each door to the outside in one file or nowhere", () => {
    const wrong = DOORS.flatMap(({ pattern, only }) =>
      sources
        .filter(({ path, text }) => (only === null || !path.startsWith(only)) && pattern.test(codeOf(text)))
        .map(({ path }) => `${path} has ${pattern.source}`),
    );

    expect(wrong).toEqual([]);
  });

  it("loads what tsyringe needs before tsyringe, wherever a process begins", () => {
    const wrong = sources
      .filter(({ text }) => /^import (?!type )[^;]*from "tsyringe"/m.test(text))
      .filter(({ text }) => !text.startsWith('import "reflect-metadata";\n'))
      .map(({ path }) => path);

    expect(wrong).toEqual([]);
  });

  it("lets a plugin import from Daybook only what a stranger's could", () => {
    const wrong = plugins.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(
          (name) =>
            name.startsWith("..") ||
            (name.startsWith("daybook") && !/^daybook\/plugin(\/contract)?$/.test(name)),
        )
        .map((name) => `${path} imports ${name}`),
    );

    expect(wrong).toEqual([]);
  });

  it("has no folder or file that is named after no concept", () => {
    const vague =
      /(^|[/-])(utils?|helpers?|common|managers?|handlers?|processors?|services?|info|data)(\.ts)?([/-]|$)/;

    expect([...sources, ...plugins].map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });

  it("keeps every file under 300 lines", () => {
    const long = [...sources, ...plugins, ...filesBelow("test")].filter(
      ({ text }) => text.split("\n").length > 301,
    );

    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
