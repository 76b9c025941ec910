import type { CommandEntry } from "./command-entry.js";
import { isNamed, shownOptions, takesValue } from "./global-options.js";
import type { OptionEntry } from "./global-options.js";

/** The names that a configuration gives, by what a value is called in the help: `--sink <sink>`. */
export type Names = Readonly<Record<string, readonly string[]>>;

/** What may stand in place of the last word: words, or the name of any file. */
export type Offer = { readonly words: readonly string[] } | "files";

/** The words after `daybook`, the last one as far as it is typed. */
export function offerFor(entries: readonly CommandEntry[], words: readonly string[], names: Names): Offer {
  const last = words.at(-1) ?? "";
  // `--level=de` is one word to zsh, and three to bash, whose script leaves the sign out.
  const [, name, value] = /^(--[a-z-]+)=(.*)$/.exec(last) ?? [];
  const before = [...words.slice(0, -1), ...(name === undefined ? [] : [name])];
  const typed = value ?? last;
  const offer = fitting(entries, { before, isOption: typed.startsWith("-") }, names);
  if (offer === "files") return offer;
  return { words: offer.words.filter((word) => word.startsWith(typed)) };
}

/** What fits after these words, whatever is typed; `isOption`: no value begins with the sign that is typed. */
function fitting(
  entries: readonly CommandEntry[],
  { before, isOption }: { readonly before: readonly string[]; readonly isOption: boolean },
  names: Names,
): Offer {
  const { entry, depth } = entryOf(entries, before);
  if (entry === undefined)
    return {
      words: [...nextWords(entries, before), "--help", ...(before.length === 0 ? ["--version"] : [])],
    };
  const options = shownOptions(entry.options);
  const valued = options.find((option) => takesValue(option) && isNamed(option, before.at(-1)));
  if (valued !== undefined) return valuesOf(valued, names);
  const argument = entry.arguments?.[positionals(before.slice(depth), options).length];
  const values: Offer = argument === undefined || isOption ? { words: [] } : valuesOf(argument, names);
  if (values === "files") return values;
  const long = options.map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? flags);
  return { words: [...values.words, ...long, "--help"] };
}

/** The command that the words name, and how many of them name it. */
function entryOf(
  entries: readonly CommandEntry[],
  words: readonly string[],
): { readonly entry: CommandEntry | undefined; readonly depth: number } {
  for (const depth of [2, 1]) {
    const entry = entries.find(({ name }) => name === words.slice(0, depth).join(" "));
    if (entry !== undefined) return { entry, depth };
  }
  return { entry: undefined, depth: 0 };
}

/** The names of commands, or those below the group that was typed. */
function nextWords(entries: readonly CommandEntry[], before: readonly string[]): readonly string[] {
  const below = entries
    .map(({ name }) => name.split(" "))
    .filter((name) => before.every((word, index) => word === name[index]));
  return [...new Set(below.flatMap((name) => name[before.length] ?? []))];
}

/** The words that are neither options nor their values. */
function positionals(words: readonly string[], options: readonly OptionEntry[]): readonly string[] {
  const isValue = (index: number): boolean =>
    options.some((option) => takesValue(option) && isNamed(option, words[index - 1]));
  return words.filter((word, index) => !word.startsWith("-") && !isValue(index));
}

const FILES = /[<[](file|folder|path)(\.\.\.)?[>\]]/;

function valuesOf(
  one: { readonly flags: string; readonly choices?: readonly string[] },
  names: Names,
): Offer {
  if (one.choices !== undefined) return { words: one.choices };
  if (FILES.test(one.flags)) return "files";
  return { words: names[/[<[]([a-z]+)/.exec(one.flags)?.[1] ?? ""] ?? [] };
}
