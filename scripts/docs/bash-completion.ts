import { COMMANDS } from "../../src/cli/commands.js";
import { shownOptions } from "../../src/cli/global-options.js";
import type { OptionEntry } from "../../src/cli/global-options.js";

/**
 * systemd/daybook.bash-completion: commands, their options, and the choices of an option. The words are fixed: nothing is
 * started and no configuration is read while somebody types.
 */
export function bashCompletion(): string {
  return `# Completion of daybook's commands and options in bash. Generated from src/cli/commands.ts by \`npm run docs\`.

_daybook() {
  local at=$COMP_CWORD words=
  # The option that this word may belong to; \`--level=deep\` comes as three words.
  [[ \${COMP_WORDS[at]} == = ]] || ((at -= 1))
  [[ \${COMP_WORDS[at]} != = ]] || ((at -= 1))
  case \${COMP_WORDS[at]} in
${optionCases().join("\n")}
  *)
    case "$COMP_CWORD \${COMP_WORDS[1]} \${COMP_WORDS[2]-}" in
${commandCases().join("\n")}
    esac
    ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${2#=}")
}

# Where no word fits, bash offers the names of files.
complete -o default -F _daybook daybook
`;
}

/** What follows an option that takes a value. */
function optionCases(): readonly string[] {
  const takesValue = uniqueOptions().filter(({ flags }) => flags.includes("<"));
  const chosen = takesValue.filter(({ choices }) => choices !== undefined);
  const open = takesValue.filter(({ choices }) => choices === undefined);
  const files = open.filter(({ flags }) => /<(file|folder|path)>/.test(flags));
  const others = open.filter((option) => !files.includes(option));
  return [
    ...chosen.map(({ flags, choices = [] }) => `  ${pattern(flags)}) words="${choices.join(" ")}" ;;`),
    `  ${patterns(files)}) return ;;`,
    `  ${patterns(others)}) compopt +o default && return ;;`,
  ];
}

/** An option means the same wherever it is taken. */
function uniqueOptions(): readonly OptionEntry[] {
  return [
    ...new Map(
      COMMANDS.flatMap(({ options }) => shownOptions(options)).map((one) => [one.flags, one]),
    ).values(),
  ];
}

function patterns(options: readonly OptionEntry[]): string {
  return [...new Set(options.map(({ flags }) => pattern(flags)))].join(" | ");
}

/** `-c, --config <file>` as a pattern of bash: `-c | --config`. */
function pattern(flags: string): string {
  return flags.replace(/ <.*/, "").replace(", ", " | ");
}

/** The words that may stand in a place: the string has the place's number, the first and the second word. */
function commandCases(): readonly string[] {
  const groups = Map.groupBy(COMMANDS, ({ name }) => name.split(" ")[0] ?? "");
  const nested = [...groups].filter(([, entries]) => entries.some(({ name }) => name.includes(" ")));
  return [
    wordsCase(`"1 "*`, [...groups.keys(), "--help", "--version"]),
    ...nested.map(([group, entries]) =>
      wordsCase(`"2 ${group} "*`, [...entries.map(({ name }) => name.slice(group.length + 1)), "--help"]),
    ),
    ...COMMANDS.map(({ name, options }) =>
      wordsCase(name.includes(" ") ? `*" ${name}"` : `*" ${name} "*`, [
        ...shownOptions(options).map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? flags),
        "--help",
      ]),
    ),
  ];
}

function wordsCase(places: string, words: readonly string[]): string {
  return `    ${places}) words="${words.join(" ")}" ;;`;
}
