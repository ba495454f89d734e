# SPDX-License-Identifier: Apache-2.0
# To be sourced. refused STATUS TEXT COMMAND...: the command must end with that status and print TEXT. Requires `fail`;
# writes out.txt.
refused() {
  local want=$1 text=$2 status=0
  shift 2
  "$@" >out.txt 2>&1 || status=$?
  [ "$status" = "$want" ] || fail "status $status and not $want of: $* : $(cat out.txt)"
  grep -qF -- "$text" out.txt || fail "$* said: $(cat out.txt)"
}
