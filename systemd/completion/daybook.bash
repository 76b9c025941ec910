_daybook() {
  local words=() word offered
  # `--level=deep` comes as three words.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do [[ $word == = ]] || words+=("$word"); done
  [[ ${COMP_WORDS[COMP_CWORD]} != = ]] || words+=("")
  mapfile -t offered < <("$1" complete -- "${words[@]}" 2>/dev/null)
  COMPREPLY=()
  if [[ ${offered[0]-} == :files ]]; then compopt -o default; else COMPREPLY=("${offered[@]}"); fi
}

complete -F _daybook daybook
