# SPDX-License-Identifier: Apache-2.0
# To be sourced. killed_after SECONDS COMMAND... kills the command with SIGKILL and waits until the process is gone.
# `timeout -s KILL` would die with the command, and the next command would find its locks still held.
killed_after() {
  delay=$1
  shift
  "$@" &
  sleep "$delay"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || true
}

# For loops of kills whose delays grow with their number. kills_remain DONE WANTED ENDED: true until all wanted kills
# were done and one of them came after the command's end, which takes more kills if the machine has become slower.
kills_remain() {
  [ "$1" -lt "$2" ] || { [ "$3" = 0 ] && [ "$1" -lt $((8 * $2)) ]; }
}
