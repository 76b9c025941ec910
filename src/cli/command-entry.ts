import type { Command } from "./command.js";
import type { OptionEntry } from "./global-options.js";

/** One command: its name below `daybook`, its words, and where its code lies. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly { readonly flags: string; readonly help: string }[];
  readonly options: readonly OptionEntry[];
  readonly examples: readonly string[];
  readonly load: () => Promise<Command<never>>;
}
