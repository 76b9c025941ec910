import { COMMANDS } from "../../src/cli/commands.js";
import type { CommandEntry } from "../../src/cli/command-entry.js";
import { shownOptions } from "../../src/cli/global-options.js";
import type { OptionEntry } from "../../src/cli/global-options.js";
import { VARIABLES } from "../../src/config/environment.js";
import { newestRelease } from "../changelog.js";
import { EXIT, EXIT_MEANING } from "../../src/cli/exit-codes.js";

/** An entry of a list: what it is called, and what it is. */
type Term = readonly [name: string, text: string];

const DESCRIPTION = `Microsoft keeps the activity log of Power BI for 28 days. Daybook reads every UTC day of it, proves the reading complete,
seals it with hashes and a signature, delivers it to sinks, and keeps it for as long as a retention schedule says. As a
daemon (daybook run) it finds and fills every gap by itself.`;

const ENVIRONMENT: readonly Term[] = [
  ...Object.entries(VARIABLES).map(([name, meaning]): Term => [name, meaning.replaceAll("`", "")]),
  ["STATE_DIRECTORY", "the state folder, where the configuration does not name one; systemd sets it"],
  [
    "CREDENTIALS_DIRECTORY",
    "where systemd puts the secrets that the configuration names as { credential: NAME }",
  ],
  ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "the way to the network; also in lower case"],
];

const FILES: readonly Term[] = [
  ["/etc/daybook/daybook.yaml", "the configuration of the daemon"],
  ["/var/lib/daybook", "its state: ledgers, the signing key, days that are not delivered yet"],
  [
    "/usr/share/doc/daybook",
    "every key of the configuration, every error, operations, audit, the archive's format",
  ],
];

const SIGNALS: readonly Term[] = [
  ["SIGTERM, SIGINT", "end within 30 seconds with nothing half done"],
  ["SIGHUP", "daybook run reads its configuration again; a wrong one is refused, and the old one goes on"],
];

/** Told once, and named by each command that takes them. */
const COMMON: ReadonlyMap<string, OptionEntry> = new Map(
  COMMANDS.flatMap(({ options }) => shownOptions(options))
    .filter(({ flags }, at, all) => all.findIndex((other) => other.flags === flags) < at)
    .map((option) => [option.flags, option]),
);

/** docs/daybook.1: the manual page, in the macros of man(7). */
export function manualPage(): string {
  // The day of the release, not of the build: the same commit gives the same page.
  const { version, date } = newestRelease();
  const exits = Object.entries(EXIT).map(([name, code]): Term => {
    return [String(code), EXIT_MEANING[name as keyof typeof EXIT]];
  });
  return [
    '.\\" Generated from src/cli/commands.ts by `npm run docs`.',
    // Paths and options stay whole: no hyphenation, ragged right.
    `.TH DAYBOOK 1 "${date}" "Daybook ${version}"\n.nh\n.ad l`,
    section("NAME", "daybook \\- compliance archive for the Power BI activity log"),
    section(
      "SYNOPSIS",
      ".B daybook\n.I command\n[options]\n.br\n.B daybook\n[\\fIcommand\\fR]\n.B \\-\\-help",
    ),
    section("DESCRIPTION", escaped(DESCRIPTION)),
    section("OPTIONS", [...COMMON.values()].map(optionTerm).join("\n")),
    section("COMMANDS", COMMANDS.map(command).join("\n")),
    section("EXIT STATUS", terms(exits)),
    section("ENVIRONMENT", terms(ENVIRONMENT)),
    section("FILES", terms(FILES)),
    section("SIGNALS", terms(SIGNALS)),
    section("SEE ALSO", ".BR journalctl (1),\n.BR systemctl (1),\n.BR systemd.exec (5)"),
    "",
  ].join("\n");
}

function section(name: string, body: string): string {
  return `.SH ${name}\n${body}`;
}

function command({ name, summary, arguments: positional = [], options, examples }: CommandEntry): string {
  const words = positional.map(({ flags }) => ` ${variable(flags)}`).join("");
  const common = options.filter(({ flags }) => COMMON.has(flags)).map(({ flags }) => longName(flags));
  return [
    `.SS daybook ${escaped(name)}${words}`,
    sentence(escaped(summary)),
    ...positional.map(({ flags, help }) => term(flags, help)),
    ...shownOptions(options)
      .filter(({ flags }) => !COMMON.has(flags))
      .map(optionTerm),
    ...(common.length === 0 ? [] : [`.PP\nAlso ${escaped(common.join(", "))}.`]),
    `.PP\n.EX\n${examples.map((line) => escaped(`    $ ${line}`)).join("\n")}\n.EE`,
  ].join("\n");
}

function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

function optionTerm({ flags, help, choices, fallback }: OptionEntry): string {
  const notes = [
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
  ];
  return term(flags, notes.length === 0 ? help : `${help} (${notes.join("; ")})`);
}

function terms(entries: readonly Term[]): string {
  return entries.map(([name, text]) => term(name, text)).join("\n");
}

/** What is typed as it stands is bold, what the reader puts in its place is italic. */
function term(name: string, text: string): string {
  const [, fixed = "", place = ""] = /^([^<[]*)(.*)$/.exec(name) ?? [];
  const bold = fixed === "" ? "" : `\\fB${escaped(fixed)}\\fR`;
  return `.TP\n${bold}${place === "" ? "" : variable(place)}\n${sentence(escaped(text))}`;
}

/** `<day>` and `[file]`: what the reader puts in its place. */
function variable(flags: string): string {
  const word = `\\fI${escaped(flags.slice(1, -1))}\\fR`;
  return flags.startsWith("[") ? `[${word}]` : word;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Text as roff takes it literally: a hyphen that can be copied, and no line that begins a request. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^(?=[.'])/gm, "\\&");
}
