import type { CommandEntry } from "./command-entry.js";
import { COPY_OPTIONS, HEADS_OPTION } from "./global-options.js";
import type { OptionEntry } from "./global-options.js";

/** The commands that hand over what an archive holds. */
export function evidenceCommands(
  common: readonly OptionEntry[],
  range: readonly OptionEntry[],
): readonly CommandEntry[] {
  return [
    exportCommand(common),
    proveCommand([...common, ...range]),
    trailCommand([...common, ...range]),
    auditCommand([...common, ...range]),
    {
      name: "keys list",
      summary: "the public keys that sign each tenant's archive, with their fingerprints",
      options: common,
      examples: ["daybook keys list"],
      load: async () => (await import("./keys-list.js")).keysList,
    },
    witnessServeCommand(),
  ];
}

function proveCommand(options: readonly OptionEntry[]): CommandEntry {
  return {
    name: "prove",
    summary: "one event with its proof, a small file that is checked without the archive",
    arguments: [{ flags: "<id>", help: "the field Id of the event" }],
    options: [
      ...options,
      { flags: "-o, --out <file>", help: "a new file, readable by you alone (default: ID.tlog-proof)" },
      { flags: "--recipient <code>", help: "who gets it, as a code without a name: it stays in the ledger" },
      { flags: "--no-act", help: "do not record in the ledger that the event was handed over" },
      ...COPY_OPTIONS,
    ],
    examples: [
      "daybook prove 3fb82e1c-0000-4000-8000-000000000000 --day 2026-03-01",
      "daybook prove 3fb82e1c-0000-4000-8000-000000000000 --path /srv/daybook/contoso --out event.tlog-proof",
    ],
    load: async () => (await import("./prove.js")).prove,
  };
}

function trailCommand(options: readonly OptionEntry[]): CommandEntry {
  return {
    name: "trail",
    summary: "who did what to an archive, by its ledger: rules, holds, destruction, exports, losses, faults",
    options: [
      ...options,
      {
        flags: "--type <types...>",
        help: "only these types of docs/FORMAT.md section 5, with those of the daily work",
      },
      {
        flags: "--format <format>",
        help: "text, or csv for spreadsheets",
        choices: ["text", "csv"],
        fallback: "text",
      },
      ...COPY_OPTIONS,
    ],
    examples: [
      "daybook trail --from 2026-01 --to 2026-12",
      "daybook trail --type hold-placed,hold-released --path /srv/daybook/contoso",
    ],
    load: async () => (await import("./trail.js")).trail,
  };
}

function exportCommand(common: readonly OptionEntry[]): CommandEntry {
  return {
    name: "export",
    summary: "the events of a range, each byte checked before it leaves; any distance, any archive",
    options: [
      ...common,
      { flags: "--from <time>", help: "first UTC day, month or time, such as 2026-11-20T08:00" },
      { flags: "--to <time>", help: "last one, included whole (default: the day of --from)" },
      { flags: "--day <day>", help: "one UTC day or month" },
      { flags: "--activity <names...>", help: "only these values of Activity, in any case" },
      { flags: "--user <users...>", help: "only these values of UserId; - reads them from standard input" },
      { flags: "--workspace <names...>", help: "only these workspaces, by name or id" },
      {
        flags: "--format <format>",
        help: "ndjson: the record lines byte for byte; json: one array of them; csv: for spreadsheets",
        choices: ["ndjson", "json", "csv"],
        fallback: "ndjson",
      },
      { flags: "-o, --out <file>", help: "a new file, readable by you alone (default: standard output)" },
      {
        flags: "--bag <folder>",
        help: "a new folder: the days whole, byte for byte, as a bag (BagIt, RFC 8493) to hand over",
      },
      { flags: "--matter <text>", help: "bag: the matter, printed on its transmittal" },
      { flags: "--to-party <text>", help: "bag: who gets it, printed on its transmittal" },
      { flags: "--summary <file>", help: "a new file with range, filters, counts and hash as JSON" },
      { flags: "--fields <names...>", help: "csv: only these columns" },
      { flags: "--delimiter <character>", help: "csv: between the cells (default: a comma)" },
      { flags: "--no-bom", help: "csv: without the mark by which Excel knows UTF-8" },
      { flags: "--raw", help: "csv: do not defuse cells that a spreadsheet program would run" },
      { flags: "--pseudonymise", help: "replace people by codes that are the same within this export" },
      { flags: "--keep-key <file>", help: "keep the key of the codes in a new file; otherwise it is gone" },
      {
        flags: "--recipient <code>",
        help: "who gets it, as a code without a name: it stays in the ledger",
      },
      { flags: "--strict", help: "67 also when days of the range were destroyed under their schedule" },
      { flags: "--no-act", help: "do not record the export in the ledger" },
      ...COPY_OPTIONS,
      { flags: "--StartDateTime <time>", help: "--from", isHidden: true },
      { flags: "--EndDateTime <time>", help: "--to", isHidden: true },
      { flags: "--ActivityType <name>", help: "--activity", isHidden: true },
      {
        flags: "--ResultType <type>",
        help: "--format",
        choices: ["JsonString", "JsonObject"],
        isHidden: true,
      },
    ],
    examples: [
      "daybook export --from 2026-03-01 --to 2026-03-31 --user ana@contoso.com --format csv --out ana.csv",
      "daybook export --day yesterday --activity ViewReport,ExportReport | wc -l",
      "daybook export --from 2026-11-20T08:00 --to 2026-11-20T10:00 --path /srv/daybook/contoso",
      "daybook export --from 2026-03 --user ana@contoso.com --bag handover-7 --matter 'case 7'",
    ],
    load: async () => (await import("./export.js")).exportEvents,
  };
}

function auditCommand(common: readonly OptionEntry[]): CommandEntry {
  return {
    name: "audit",
    summary:
      "the audit report of a range: verdict, every day, losses, retention, copies, trail; for paper or as JSON",
    options: [
      ...common,
      { flags: "--sink <sink>", help: "the copy to audit (default: the first record sink)" },
      {
        flags: "--path <folder>",
        help: "an archive in a folder; needs no configuration, leaves no trace in it",
      },
      {
        flags: "--level <level>",
        help: "how thoroughly the copy is verified, as in `verify`",
        choices: ["structure", "content", "deep"],
        fallback: "content",
      },
      {
        flags: "--format <format>",
        help: "html: one page without script; json: the same facts; all: both, CSV lists, the head and hashes",
        choices: ["html", "json", "all"],
        fallback: "html",
      },
      {
        flags: "-o, --out <file>",
        help: "a new file; with --format all a new folder (default: standard output)",
      },
      { flags: "--for <text>", help: "who asked for it, printed on the report" },
      { flags: "--key <file>", help: "trust only this public key (PEM)" },
      HEADS_OPTION,
      { flags: "--no-act", help: "do not record in the ledger that the report was made" },
    ],
    examples: [
      "daybook audit --from 2026-07 --to 2026-09 --for 'internal audit' --out audit-2026-q3.html",
      "daybook audit --path /srv/daybook/contoso --level deep --format all --out audit-2026",
    ],
    load: async () => (await import("./audit.js")).audit,
  };
}

function witnessServeCommand(): CommandEntry {
  return {
    name: "witness serve",
    summary:
      "confirm the heads of archives that other people keep, and refuse a second history; until stopped",
    options: [
      { flags: "--name <name>", help: "the witness's name, which its signatures bear" },
      { flags: "--log-key <key...>", help: "keys of the archives, as their `daybook keys list` prints them" },
      { flags: "--state <file>", help: "the newest head of each archive; keep it: it is the whole memory" },
      {
        flags: "--key <file>",
        help: "the witness's private key, made at the first start (default: STATE.key)",
      },
      { flags: "--listen <address>", help: "address and port", fallback: "127.0.0.1:7676" },
    ],
    examples: [
      "daybook witness serve --name audit-dept --state /var/lib/witness/heads --log-key daybook/2696dce5-e5bc-4712-9600-8f4b0a4a298a+5e16dce2+AUxSb2hFkJkq0nVJZ8Qd4C0mXzq1cW8mKx7oVt3bN2aA",
    ],
    load: async () => (await import("./witness-serve.js")).witnessServe,
  };
}
