import { DaybookError } from "../model/errors.js";
import type { Command } from "./command.js";
import { EXIT } from "./exit-codes.js";

// Each script asks `daybook complete` for every word, so that it knows the commands of the version that is installed and the
// names in its configuration.

const BASH = `_daybook() {
  local words=() word offered
  # \`--level=deep\` comes as three words.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do [[ $word == = ]] || words+=("$word"); done
  [[ \${COMP_WORDS[COMP_CWORD]} != = ]] || words+=("")
  mapfile -t offered < <("$1" complete -- "\${words[@]}" 2>/dev/null)
  COMPREPLY=()
  if [[ \${offered[0]-} == :files ]]; then compopt -o default; else COMPREPLY=("\${offered[@]}"); fi
}

complete -F _daybook daybook
`;

const ZSH = `#compdef daybook

_daybook() {
  local -a offered
  offered=("\${(@f)$("$words[1]" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ $words[CURRENT] != --*=* ]] || compset -P '*='
  if [[ $offered[1] == :files ]]; then _files; elif [[ -n $offered[1] ]]; then compadd -- "\${offered[@]}"; fi
}

if [[ $funcstack[1] == _daybook ]]; then _daybook "$@"; else compdef _daybook daybook; fi
`;

const FISH = `function __daybook_offered
    set -l typed (commandline -opc)
    set -l offered ($typed[1] complete -- $typed[2..-1] (commandline -ct) 2>/dev/null)
    if test "$offered[1]" = :files
        __fish_complete_path (commandline -ct)
    else
        string join -- \\n $offered
    end
end

complete -c daybook -f -a "(__daybook_offered)"
`;

/** By shell. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Prints the script that makes a shell complete the words of a command line. */
export const completion: Command<{ readonly arguments: readonly [string] }> = async ({
  arguments: [shell],
}) => {
  const text = COMPLETION_SCRIPTS[shell];
  if (text !== undefined) return { exit: EXIT.ok, text, json: undefined };
  throw new DaybookError("USAGE", { message: `completion: expected bash, zsh or fish, found ${shell}` });
};
