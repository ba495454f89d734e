# SPDX-License-Identifier: Apache-2.0
# Completion for bash: verbs and options come from the command's own help, so they can't fall behind it.
_hallmark() {
  local word=${COMP_WORDS[COMP_CWORD]}
  local verb=${COMP_WORDS[1]}
  if [ "$COMP_CWORD" = 1 ]; then
    local verbs
    verbs=$(hallmark --help 2>/dev/null | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$verbs --help --version" -- "$word")
  elif [[ $word == -* ]]; then
    local options
    options=$(hallmark "$verb" --help 2>/dev/null | grep -oE -- '(^|[ ,])--[a-z][a-z0-9-]*' | grep -oE -- '--.*')
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _hallmark hallmark
