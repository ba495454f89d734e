# SPDX-License-Identifier: Apache-2.0
# Completion for bash. Verbs, subcommands and options come from the help of the command itself, so they are always
# current.
_hallmark() {
  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} help words
  if [ "$COMP_CWORD" = 1 ]; then
    words="$(hallmark --help 2>/dev/null | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p') --help --version"
  else
    help=$(hallmark "$verb" --help 2>/dev/null)
    # "hallmark trust init|rotate|show", "hallmark kernel-config check FILE"
    words=$(sed -nE 's/^ *hallmark [a-z-]+ ([a-z][a-z0-9-]*(\|[a-z0-9-]+)*)([ :].*)?$/\1/p' <<<"$help" | tr '|' ' ')
    if [ "$COMP_CWORD" -gt 2 ] && [ -n "$words" ]; then
      help=$(hallmark "$verb" "${COMP_WORDS[2]}" --help 2>/dev/null)
      words=
    fi
    if [[ $word == -* ]]; then
      words=$(grep -oE -- '(^|[ ,])--[a-z][a-z0-9-]*' <<<"$help" | grep -oE -- '--.*' | sort -u)
    fi
  fi
  if [ -n "$words" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _hallmark hallmark
