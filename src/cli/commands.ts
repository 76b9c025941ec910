import type { CommandEntry } from "./command-entry.js";
import {
  COPY_OPTIONS,
  WITNESS_OPTIONS,
  GLOBAL_OPTIONS,
  HEADS_OPTION,
  JSON_OPTION,
} from "./global-options.js";
import type { OptionEntry } from "./global-options.js";
import { queryCommands } from "./query-commands.js";
import { evidenceCommands } from "./evidence-commands.js";
import { retentionCommands } from "./retention-commands.js";
import { SETUP_METHODS } from "./setup-methods.js";

const COMMON: readonly OptionEntry[] = [...GLOBAL_OPTIONS, JSON_OPTION];
const RANGE: readonly OptionEntry[] = [
  { flags: "--from <day>", help: "first UTC day: 2026-11-01, today, yesterday, -7d, or a month: 2026-11" },
  { flags: "--to <day>", help: "last UTC day, included; of a month its last day" },
  { flags: "--day <day>", help: "this UTC day alone, or this whole month" },
];

/** What the commands below a first word are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  operations: "the activities of Fabric, and what kind each one is: list, show, diff",
  people: "who may place holds and approve disposals: show, apply",
  retention: "how long days are kept, and by which locks: show, check, overdue, shorten",
  hold: "legal holds: place, release, list, test",
  dispose: "the destruction of days: plan, approve, refuse, run, list, report, standing, withdraw",
  config: "the configuration: check, schema, init",
  sinks: "where sealed days go: list, check, new",
  alerts: "the receivers of alarms: test",
  keys: "the keys that sign the archive: list",
  witness: "a witness of archives that other people keep: serve",
};

/** Every command there is, in the order of the help page. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "a whole run on a simulated tenant: archive, verify, report, in ./daybook-demo",
    options: [{ flags: "--folder <path>", help: "where to work", fallback: "daybook-demo" }, JSON_OPTION],
    examples: ["daybook demo"],
    load: async () => (await import("./demo.js")).demo,
  },
  {
    name: "setup",
    summary: "from nothing to a checked configuration; asks, or takes the answers as options; starts nothing",
    options: [
      {
        flags: "-c, --config <file>",
        help: "the configuration to write",
        fallback: "/etc/daybook/daybook.yaml",
      },
      { flags: "--name <name>", help: "short name for the tenant, used in paths and reports" },
      { flags: "--tenant-id <id>", help: "directory (tenant) id in Entra ID" },
      { flags: "--method <method>", help: "how to sign in", choices: [...SETUP_METHODS] },
      { flags: "--client-id <id>", help: "application (client) id" },
      { flags: "--secret-file <file>", help: "file with the client secret; - reads standard input" },
      { flags: "--certificate <file>", help: "certificate, PEM" },
      { flags: "--private-key <file>", help: "the certificate's private key, PEM" },
      { flags: "--token-file <file>", help: "federated token of the platform" },
      { flags: "--archive <folder>", help: "folder for the archive" },
      { flags: "--schedule <text>", help: "retention rule, in your organisation's words" },
      { flags: "--keep <duration>", help: "how long a day is kept, such as 7y" },
      { flags: "--api <url>", help: "base of the API, for a proxy or the simulator" },
      { flags: "--no-check", help: "do not run `config check --online` and `sinks check` at the end" },
      JSON_OPTION,
    ],
    examples: [
      "sudo daybook setup",
      'sudo daybook setup --tenant-id 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11 --client-id 5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1 --secret-file ./secret --schedule "FIN-07 audit trails"',
    ],
    load: async () => (await import("./setup.js")).setup,
  },
  {
    name: "run",
    summary:
      "the daemon: keep every tenant's archive complete, until stopped; SIGHUP reads the configuration again",
    options: COMMON.filter((option) => option !== JSON_OPTION),
    examples: ["daybook run --config /etc/daybook/daybook.yaml"],
    load: async () => (await import("./run-daemon.js")).runDaemon,
  },
  {
    name: "archive",
    summary: "one pass: plan, read what is due, prove, seal, deliver; then exit",
    options: [
      ...COMMON,
      ...RANGE,
      { flags: "--dry-run", help: "print the plan; sign in nowhere and write nothing" },
      { flags: "--reread", help: "read the days of the range again although nothing is due" },
      { flags: "--backfill-sink <sink>", help: "read nothing; deliver to this sink what it lacks" },
    ],
    examples: [
      "daybook archive",
      "daybook archive --dry-run",
      "daybook archive --day yesterday",
      "daybook archive --from 2026-11-01 --to 2026-11-07",
    ],
    load: async () => (await import("./archive.js")).archive,
  },
  {
    name: "status",
    summary: "one line a tenant: newest sealed day, gaps and their deadline, requests left, sinks behind",
    options: [...COMMON, { flags: "--days", help: "one line a day of the horizon" }],
    examples: ["daybook status", "daybook status --days --tenant contoso"],
    load: async () => (await import("./status.js")).status,
  },
  {
    name: "coverage",
    summary: "the calendar of the days asked for: state, revision, events, reason",
    options: [...COMMON, ...RANGE, ...COPY_OPTIONS],
    examples: [
      "daybook coverage --from 2026-01 --to 2026-03",
      "daybook coverage --day 2026-03-01 --json",
      "daybook coverage --path /srv/daybook/contoso",
    ],
    load: async () => (await import("./coverage.js")).coverage,
  },
  {
    name: "show",
    summary: "the revisions of a day",
    arguments: [{ flags: "<day>", help: "the UTC day: 2026-03-01, today, yesterday or -2d" }],
    options: [
      ...COMMON,
      { flags: "--proof", help: "the page chains and counts that prove the day complete" },
      { flags: "--diff", help: "what changed between its revisions" },
      { flags: "--activities", help: "how many records of each activity, with what it is and what kind" },
    ],
    examples: ["daybook show 2026-03-01", "daybook show 2026-03-01 --proof"],
    load: async () => (await import("./show.js")).show,
  },
  {
    name: "verify",
    summary: "check an archive against itself",
    options: [
      ...COMMON,
      ...RANGE,
      { flags: "--sink <sink>", help: "the archive in this record sink (default: every record sink)" },
      { flags: "--path <folder>", help: "an archive in a folder; needs no configuration" },
      {
        flags: "--level <level>",
        help: "structure: names, chain, signatures; content: every byte's hash; deep: the record lines derived again",
        choices: ["structure", "content", "deep"],
        fallback: "content",
      },
      {
        flags: "--sample <size>",
        help: "the level for 20 days or 5% of them alone, drawn by a seed; structure for the others",
      },
      { flags: "--seed <text>", help: "draw the same sample again (default: a new seed, which is printed)" },
      {
        flags: "--all-sinks",
        help: "view sinks too, each day by count and event set; a sink that is down ends nothing",
      },
      { flags: "--key <file>", help: "trust only this public key (PEM)" },
      HEADS_OPTION,
      ...WITNESS_OPTIONS,
      {
        flags: "--proof <file>",
        help: "the proof of one event, as `daybook prove` wrote it; needs no archive",
      },
    ],
    examples: [
      "daybook verify",
      "daybook verify --proof 3fb82e1c-0000-4000-8000-000000000000.tlog-proof --key contoso.pem",
      "daybook verify --all-sinks --sample 5%",
      "daybook verify --path /srv/daybook/contoso --level deep",
    ],
    load: async () => (await import("./verify.js")).verify,
  },
  ...queryCommands(COMMON, RANGE),
  ...evidenceCommands(COMMON, RANGE),
  ...retentionCommands(COMMON, RANGE),
  {
    name: "restore",
    summary: "rebuild a lost state folder from a record sink; never over an archive that is there",
    options: [
      ...COMMON,
      { flags: "--from <sink>", help: "the record sink to read" },
      { flags: "--dry-run", help: "read and prove everything, put nothing in place" },
    ],
    examples: ["daybook restore --from vault", "daybook restore --from vault --tenant contoso --dry-run"],
    load: async () => (await import("./restore.js")).restore,
  },
  {
    name: "restore drill",
    summary: "restore days from one record sink into a temporary folder, compare them, and remove them again",
    options: [
      ...COMMON,
      { flags: "--from <sink>", help: "the record sink to read, alone" },
      { flags: "--sample <size>", help: "20 days or 5% of them, drawn by a seed (default: every day)" },
      { flags: "--seed <text>", help: "draw the same sample again (default: a new seed, which is printed)" },
      { flags: "--no-act", help: "do not record the drill in the ledger" },
    ],
    examples: ["daybook restore drill --from vault --sample 10"],
    load: async () => (await import("./restore-drill.js")).restoreDrill,
  },
  {
    name: "config check",
    summary: "every error of the configuration, its secrets, folders and sinks; changes nothing on disk",
    options: [
      ...COMMON,
      { flags: "--online", help: "also sign in and make one request, and explain a refusal" },
    ],
    examples: ["daybook config check --config /etc/daybook/daybook.yaml", "daybook config check --online"],
    load: async () => (await import("./config-check.js")).configCheck,
  },
  {
    name: "config schema",
    summary: "the JSON Schema of the configuration, for completion in an editor",
    options: [],
    examples: ["daybook config schema > daybook.schema.json"],
    load: async () => (await import("./config-schema.js")).configSchema,
  },
  {
    name: "config init",
    summary: "write a first configuration; never over an existing file",
    arguments: [{ flags: "[file]", help: "where to write it (default ./daybook.yaml)" }],
    options: [
      { flags: "--full", help: "every key with its meaning, in place of the few that are needed" },
      JSON_OPTION,
    ],
    examples: ["daybook config init /etc/daybook/daybook.yaml", "daybook config init --full"],
    load: async () => (await import("./config-init.js")).configInit,
  },
  {
    name: "sinks list",
    summary: "the sinks there are, with their options, and those configured",
    options: COMMON,
    examples: ["daybook sinks list"],
    load: async () => (await import("./sinks-list.js")).sinksList,
  },
  {
    name: "sinks check",
    summary: "prove each configured sink by writing, reading back and removing a probe",
    options: COMMON,
    examples: ["daybook sinks check"],
    load: async () => (await import("./sinks-check.js")).sinksCheck,
  },
  {
    name: "sinks new",
    summary: "a working plugin package for another storage, with its test",
    arguments: [{ flags: "<name>", help: "name of the plugin and its folder" }],
    options: [
      {
        flags: "--kind <kind>",
        help: "store: keeps the archive itself; sink: keeps the current view",
        choices: ["store", "sink"],
        fallback: "store",
      },
      {
        flags: "--language <language>",
        help: "of the plugin's code: js (JavaScript) or ts (TypeScript)",
        choices: ["js", "ts"],
        fallback: "js",
      },
      JSON_OPTION,
    ],
    examples: [
      "daybook sinks new our-tape --kind store",
      "daybook sinks new our-feed --kind sink --language ts",
    ],
    load: async () => (await import("./sinks-new.js")).sinksNew,
  },
  {
    name: "alerts test",
    summary: "send a test message to each receiver under alerts, and say what came back",
    options: [
      ...COMMON.filter(({ flags }) => !flags.startsWith("-t,")),
      { flags: "--to <receiver>", help: "only to this receiver" },
    ],
    examples: ["daybook alerts test", "daybook alerts test --to ops"],
    load: async () => (await import("./alerts-test.js")).alertsTest,
  },
  {
    name: "completion",
    summary: "a script with which bash, zsh or fish completes commands, options and configured names",
    arguments: [{ flags: "<shell>", help: "bash, zsh or fish" }],
    options: [],
    examples: [
      "daybook completion bash > /etc/bash_completion.d/daybook",
      "daybook completion fish | source",
    ],
    load: async () => (await import("./completion-scripts.js")).completion,
  },
  {
    name: "simulate",
    summary: "a simulated Power BI tenant on loopback, until stopped",
    options: [
      { flags: "--port <number>", help: "port on 127.0.0.1; 0 takes a free one", fallback: "8080" },
      { flags: "--seed <number>", help: "the same seed gives the same events", fallback: "1" },
      { flags: "--events <number>", help: "events a day", fallback: "3000" },
      { flags: "--page-size <number>", help: "events a page", fallback: "5000" },
      { flags: "--requests-per-hour <number>", help: "answered before 429", fallback: "200" },
      JSON_OPTION,
    ],
    examples: ["daybook simulate --port 8080 --events 100000"],
    load: async () => (await import("./simulate.js")).simulate,
  },
];
