#compdef daybook

_daybook() {
  local -a offered
  offered=("${(@f)$("$words[1]" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ $words[CURRENT] != --*=* ]] || compset -P '*='
  if [[ $offered[1] == :files ]]; then _files; elif [[ -n $offered[1] ]]; then compadd -- "${offered[@]}"; fi
}

if [[ $funcstack[1] == _daybook ]]; then _daybook "$@"; else compdef _daybook daybook; fi
