#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests what bash offers after the words so far. Usage: completion.sh HALLMARK COMPLETION_FILE
set -euo pipefail
program=$(realpath "$1")
. "$2"
hallmark() { "$program" "$@"; }
fail() { echo "completion.sh: $*" >&2; exit 1; }

# offers WANTED WORD...: all of WANTED, words with a space before and after, are offered for the last WORD.
offers() {
  local wanted=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _hallmark
  for word in $wanted; do
    [[ " ${COMPREPLY[*]} " == *" $word "* ]] || fail "'$*' does not offer $word but: ${COMPREPLY[*]}"
  done
}
only() {
  offers "$@"
  [ "${#COMPREPLY[@]}" = "$(wc -w <<<"$1")" ] || fail "'${*:2}' offers: ${COMPREPLY[*]}"
}

offers 'build smol-bin verify --help --version' hallmark ''
only 'smol-bin' hallmark smol
only 'build verify ls extract dump' hallmark smol-bin ''
only 'build' hallmark smol-bin bu
only 'init rotate show' hallmark trust ''
only 'write verify' hallmark origin ''
only 'ext4 exfat' hallmark mkfs e
only 'check' hallmark kernel-config ''
offers '--sdk-daemon --settings --key --passphrase-fd' hallmark smol-bin build --
only '--least-policy-sequence --least-sequence' hallmark smol-bin verify image --least
only '--from' hallmark mkfs exfat --fr
only '--full' hallmark verify --fu
cd "$(dirname "$2")"
only 'completion.bash' hallmark smol-bin verify completion
