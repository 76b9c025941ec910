export interface OptionEntry {
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  /** Another spelling for scripts that move over: it works, and no help shows it. */
  readonly isHidden?: true;
}

/** Which archive is read, for commands that read the own one unless they are told of a copy. */
export const COPY_OPTIONS: readonly OptionEntry[] = [
  { flags: "--sink <sink>", help: "the archive in this record sink (default: the own archive)" },
  { flags: "--path <folder>", help: "an archive in a folder, or a bag; needs no configuration" },
];

export const HEADS_OPTION: OptionEntry = {
  flags: "--heads <path...>",
  help: "heads kept elsewhere, in files or folders of any text, - for standard input: the ledger must contain each",
};

/** What an auditor demands of witnesses. */
export const WITNESS_OPTIONS: readonly OptionEntry[] = [
  {
    flags: "--witness <key...>",
    help: "public keys of the witnesses that you trust (default: those that the archive names)",
  },
  {
    flags: "--quorum <number>",
    help: "how many of them must have confirmed the ledger (default: all, or as many as the archive promises)",
  },
  {
    flags: "--require-anchor-within <duration>",
    help: "witnesses must have confirmed every entry older than this, such as 48h",
  },
];

/** The options that help, manual page and completion show. */
export function shownOptions(options: readonly OptionEntry[]): readonly OptionEntry[] {
  return options.filter(({ isHidden }) => isHidden !== true);
}

export function takesValue({ flags }: OptionEntry): boolean {
  return flags.includes("<");
}

/** Whether the word is the option, in its short or its long form. */
export function isNamed({ flags }: OptionEntry, word: string | undefined): boolean {
  return word !== undefined && flags.replace(/ <.*/, "").split(", ").includes(word);
}

/** The options that may stand before the command too, as in `daybook -c daybook.yaml status`. */
export const GLOBAL_OPTIONS: readonly OptionEntry[] = [
  {
    flags: "-c, --config <file>",
    help: "configuration file (else $DAYBOOK_CONFIG, ./daybook.yaml, /etc/daybook/daybook.yaml)",
  },
  { flags: "-t, --tenant <tenant>", help: "only this tenant of the configuration" },
  { flags: "-q, --quiet", help: "no progress, and only errors in the log" },
  { flags: "-v, --verbose", help: "log everything, also to a terminal" },
  {
    flags: "--log-level <level>",
    help: "the least that is logged (else $DAYBOOK_LOG_LEVEL; `run`: log.level; other commands: warn)",
    choices: ["debug", "info", "warn", "error"],
  },
  {
    flags: "--log-format <format>",
    help: "form of the log (else $DAYBOOK_LOG_FORMAT; `run`: json; other commands: text)",
    choices: ["text", "json"],
  },
];

/** Every command but `run` takes it. */
export const JSON_OPTION: OptionEntry = { flags: "--json", help: "answer as JSON, in a stable form" };

/** The words with the global options before the command, or within its two words, moved behind it, where commander takes them. */
export function globalsLast(argv: readonly string[]): readonly string[] {
  const begin = globalsAt(argv, 0);
  const afterFirst = Math.min(begin + 1, argv.length);
  const end = globalsAt(argv, afterFirst);
  const moved = [...argv.slice(0, begin), ...argv.slice(afterFirst, end)];
  const rest = [...argv.slice(begin, afterFirst), ...argv.slice(end)];
  const stop = rest.indexOf("--");
  if (moved.length === 0 || rest.length === 0) return argv;
  return stop === -1 ? [...rest, ...moved] : [...rest.slice(0, stop), ...moved, ...rest.slice(stop)];
}

/** Where the global options that begin at `from` end. */
function globalsAt(argv: readonly string[], from: number): number {
  let at = from;
  while (at < argv.length) {
    const [word = "", value] = (argv[at] ?? "").split("=", 2);
    const option = [...GLOBAL_OPTIONS, JSON_OPTION].find((one) => isNamed(one, word));
    if (option === undefined) break;
    at += takesValue(option) && value === undefined ? 2 : 1;
  }
  return Math.min(at, argv.length);
}
