import type { CommandEntry } from "./command-entry.js";
import type { OptionEntry } from "./global-options.js";

const SIGNING: readonly OptionEntry[] = [
  { flags: "--as <role>", help: "the person who signs, by the role in `people`" },
  { flags: "--key <file...>", help: "sign now with this OpenSSH key (or its .pub, when an agent has it)" },
  {
    flags: "--signature <file...>",
    help: "the .sig file that `ssh-keygen -Y sign` wrote beside the statement",
  },
];

/** The commands about people, retention, holds and disposal. */
export function retentionCommands(
  common: readonly OptionEntry[],
  range: readonly OptionEntry[],
): readonly CommandEntry[] {
  return [
    ...peopleCommands(common),
    ...ruleCommands(common, range),
    ...holdCommands(common),
    ...planCommands(common),
    ...standingCommands(common),
    ...runCommands(common),
  ];
}

/** Who may sign. */
function peopleCommands(common: readonly OptionEntry[]): readonly CommandEntry[] {
  return [
    {
      name: "people apply",
      summary: "record the people of the configuration in the archive; a change needs their signatures",
      options: [
        ...common,
        ...SIGNING,
        {
          flags: "--break-glass",
          help: "nobody can sign: record it by login; it counts after 30 days, and every report says so",
        },
      ],
      examples: [
        "daybook people apply",
        "daybook people apply --signature daybook-people-apply-1a2b3c4d.json.sig",
      ],
      load: async () => (await import("./people.js")).peopleApply,
    },
    {
      name: "people show",
      summary: "who may place holds and approve disposals, by the ledger",
      options: common,
      examples: ["daybook people show"],
      load: async () => (await import("./people.js")).peopleShow,
    },
  ];
}

/** How long days are kept. */
function ruleCommands(
  common: readonly OptionEntry[],
  range: readonly OptionEntry[],
): readonly CommandEntry[] {
  return [
    {
      name: "retention show",
      summary: "rule, end of retention and holds of each archived day",
      options: [...common, ...range],
      examples: ["daybook retention show --day 2026-03-01"],
      load: async () => (await import("./retention.js")).retentionShow,
    },
    {
      name: "retention overdue",
      summary: "days past their retention without a hold; exit 68 when there are any",
      options: common,
      examples: ["daybook retention overdue"],
      load: async () => (await import("./retention.js")).retentionOverdue,
    },
    {
      name: "retention check",
      summary: "locks and holds as each store says them now, against what was promised",
      options: [...common, ...range],
      examples: ["daybook retention check --from 2026-01-01 --to 2026-03-31"],
      load: async () => (await import("./retention.js")).retentionCheck,
    },
    {
      name: "retention shorten",
      summary: "apply the rule in force also to days sealed under a longer one; needs a signature",
      options: [...common, ...SIGNING],
      examples: ["daybook retention shorten --as records-manager"],
      load: async () => (await import("./retention.js")).retentionShorten,
    },
  ];
}

/** Legal holds. */
function holdCommands(common: readonly OptionEntry[]): readonly CommandEntry[] {
  return [
    {
      name: "hold place",
      summary: "a legal hold: no copy of the days is destroyed while it stands",
      options: [
        ...common,
        { flags: "--matter <code>", help: "the matter's number or code; no name: it stays in the ledger" },
        { flags: "--reason <text>", help: "why, for the register in the state folder" },
        { flags: "--from <day>", help: "first UTC day" },
        { flags: "--to <day>", help: "last UTC day, included" },
        { flags: "--all", help: "every day that is archived" },
        { flags: "--including-future", help: "also days that are archived later" },
        ...SIGNING,
      ],
      examples: [
        'daybook hold place --matter M-2026-014 --reason "litigation, letter of 3 March" --from 2026-01-01 --to 2026-03-31',
      ],
      load: async () => (await import("./hold.js")).holdPlace,
    },
    {
      name: "hold release",
      summary: "end a hold; other holds on the same days stay",
      arguments: [{ flags: "<hold>", help: "its name, such as H0001" }],
      options: [
        ...common,
        { flags: "--reason <text>", help: "why, for the register in the state folder" },
        ...SIGNING,
      ],
      examples: ['daybook hold release H0001 --reason "matter closed"'],
      load: async () => (await import("./hold.js")).holdRelease,
    },
    {
      name: "hold list",
      summary: "the holds that stand, and what each has reached",
      options: [
        ...common,
        { flags: "--history", help: "also those that were released" },
        { flags: "--privileged", help: "also the reasons, from the register in the state folder" },
      ],
      examples: ["daybook hold list --history"],
      load: async () => (await import("./hold.js")).holdList,
    },
    {
      name: "hold test",
      summary: "whether a hold stands on a day; exit 68 when one does",
      arguments: [{ flags: "<day>", help: "the UTC day, YYYY-MM-DD" }],
      options: common,
      examples: ["daybook hold test 2026-03-01"],
      load: async () => (await import("./hold.js")).holdTest,
    },
  ];
}

/** Plans of disposal and their approvals. */
function planCommands(common: readonly OptionEntry[]): readonly CommandEntry[] {
  return [
    {
      name: "dispose plan",
      summary: "draw a plan of every day that is due for destruction; changes nothing else",
      options: [...common, { flags: "--until <day>", help: "what is due by this UTC day (default: today)" }],
      examples: ["daybook dispose plan"],
      load: async () => (await import("./dispose.js")).disposePlan,
    },
    {
      name: "dispose approve",
      summary: "approve a plan",
      arguments: [{ flags: "<plan>", help: "its name, such as P0001" }],
      options: [...common, ...SIGNING],
      examples: ["daybook dispose approve P0001 --as records-manager --key ~/.ssh/id_ed25519"],
      load: async () => (await import("./dispose.js")).disposeApprove,
    },
    {
      name: "dispose refuse",
      summary: "refuse a plan for good",
      arguments: [{ flags: "<plan>", help: "its name, such as P0001" }],
      options: [...common, ...SIGNING],
      examples: ["daybook dispose refuse P0001 --as legal-counsel"],
      load: async () => (await import("./dispose.js")).disposeRefuse,
    },
  ];
}

/** Approvals in advance. */
function standingCommands(common: readonly OptionEntry[]): readonly CommandEntry[] {
  return [
    {
      name: "dispose standing",
      summary: "approve in advance, for at most a year, what the rule in force lets go",
      options: [
        ...common,
        { flags: "--until <day>", help: "the last UTC day on which it counts" },
        ...SIGNING,
      ],
      examples: ["daybook dispose standing --until 2027-06-30 --as records-manager --key ~/.ssh/id_ed25519"],
      load: async () => (await import("./standing.js")).disposeStanding,
    },
    {
      name: "dispose withdraw",
      summary: "take a person's approval in advance back",
      arguments: [{ flags: "<person>", help: "whose approval, by the role in `people`" }],
      options: [...common, ...SIGNING],
      examples: ["daybook dispose withdraw records-manager --as legal-counsel"],
      load: async () => (await import("./standing.js")).disposeWithdraw,
    },
  ];
}

/** Disposals and their proof. */
function runCommands(common: readonly OptionEntry[]): readonly CommandEntry[] {
  return [
    {
      name: "dispose run",
      summary: "destroy the days of an approved plan in every copy; goes on after an interruption",
      arguments: [{ flags: "<plan>", help: "its name, such as P0001" }],
      options: common,
      examples: ["daybook dispose run P0001"],
      load: async () => (await import("./dispose.js")).disposeRun,
    },
    {
      name: "dispose list",
      summary: "the plans and their states",
      options: common,
      examples: ["daybook dispose list"],
      load: async () => (await import("./dispose.js")).disposeList,
    },
    {
      name: "dispose report",
      summary: "the certificate of destruction, for paper or as JSON",
      arguments: [{ flags: "<plan>", help: "its name, such as P0001" }],
      options: [
        ...common,
        { flags: "--format <format>", help: "html or json", choices: ["html", "json"], fallback: "html" },
        { flags: "--out <file>", help: "where to write it; never over a file" },
      ],
      examples: ["daybook dispose report P0001 --out certificate.html"],
      load: async () => (await import("./dispose.js")).disposeReport,
    },
  ];
}
