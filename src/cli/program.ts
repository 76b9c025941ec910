import { Command as Commander, Option } from "commander";
import { VERSION } from "../io/version.js";
import type { Command, CommandResult, Surroundings, Terminal } from "./command.js";
import { COMMANDS, GROUPS } from "./commands.js";
import type { CommandEntry } from "./command-entry.js";

/**
 * The command tree, made from the table of commands. `ended` gets what the command that was called ends with; a wrong command
 * line is explained on `usage`.
 */
export function buildProgram(
  surroundings: Surroundings,
  usage: Terminal,
  ended: (result: CommandResult) => void,
): Commander {
  const program = new Commander("daybook")
    .description("Compliance archive for the Power BI activity log.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nHelp of one command: daybook help <command>\n\nStart here:\n  daybook demo                 a whole run on a simulated tenant\n  daybook config init          write a first daybook.yaml\n",
    );
  for (const entry of COMMANDS) {
    const command = commandAt(program, entry.name).description(entry.summary);
    addEntry(command, entry, surroundings, ended);
  }
  addEntry(program.command(COMPLETE.name, { hidden: true }), COMPLETE, surroundings, ended);
  return quiet(program, surroundings.stdout, usage);
}

/** Shells ask it; people do not. */
const COMPLETE: CommandEntry = {
  name: "complete",
  summary: "what may stand in place of the last word of a command line",
  arguments: [{ flags: "[words...]", help: "the words after daybook" }],
  options: [],
  examples: ["daybook complete -- verify --level ''"],
  load: async () => (await import("./complete.js")).complete,
};

/**
 * The arguments as commander takes them: `help config check` is `config check --help`. Beside an unknown command the help
 * flag goes, or commander would print the general help and end with 0.
 */
export function commandArguments(program: Commander, argv: readonly string[]): readonly string[] {
  const words = withDaysAsValues(argv[0] === "help" ? [...argv.slice(1), "--help"] : argv);
  let group = program;
  for (const word of words) {
    if (word.startsWith("-") || group.commands.length === 0) return words;
    const next = group.commands.find((command) => command.name() === word);
    if (next === undefined) return words.filter((one) => one !== "--help" && one !== "-h");
    group = next;
  }
  return words;
}

/** `daybook show -2d`: commander would take the day for an unknown option. A day that is an option's value stays. */
function withDaysAsValues(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex(
    (word, index) => /^-\d+d$/.test(word) && !(argv[index - 1] ?? "").startsWith("-"),
  );
  return at === -1 ? argv : [...argv.slice(0, at), ...argv.slice(at + 1), "--", argv[at] ?? ""];
}

/** `config check` is the command `check` below the group `config`. */
function commandAt(program: Commander, name: string): Commander {
  const [first = "", second] = name.split(" ");
  if (second === undefined) return program.command(first);
  const group =
    program.commands.find((command) => command.name() === first) ?? program.command(first).helpCommand(false);
  if (group.description() === "") group.description(GROUPS[first] ?? first);
  // A group may be a command itself, as `restore`: what stands behind `drill` is for `restore drill`.
  return group.enablePositionalOptions().command(second);
}

function addEntry(
  command: Commander,
  entry: CommandEntry,
  surroundings: Surroundings,
  ended: (result: CommandResult) => void,
): void {
  for (const argument of entry.arguments ?? []) command.argument(argument.flags, argument.help);
  for (const option of entry.options) command.addOption(toOption(option));
  command.addHelpText("after", `\nExample:\n${entry.examples.map((line) => `  ${line}\n`).join("")}`);
  command.action(async (...received: unknown[]) => {
    const options = { ...command.opts(), arguments: received.slice(0, entry.arguments?.length ?? 0) };
    // Each command's type states what its entry declares: commander made these options from that entry.
    const run = (await entry.load()) as Command<unknown>;
    ended(await run(options, surroundings));
  });
}

function toOption({ flags, help, choices, fallback, isHidden }: CommandEntry["options"][number]): Option {
  const option = new Option(flags, help);
  if (isHidden === true) option.hideHelp();
  if (choices !== undefined) option.choices([...choices]);
  if (fallback !== undefined) option.default(fallback);
  return option;
}

/** No exit and no direct output from inside commander: main.ts alone ends the process. */
function quiet(command: Commander, stdout: Terminal, usage: Terminal): Commander {
  command.exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => usage.write(text),
    outputError: (text, write) => write(`daybook: ${text.replace(/^error: /, "")}`),
  });
  command.showHelpAfterError("  hint: run the command with --help");
  for (const child of command.commands) quiet(child, stdout, usage);
  return command;
}
