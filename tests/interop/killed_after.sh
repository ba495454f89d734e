# SPDX-License-Identifier: Apache-2.0
# For sourcing: killed_after SECONDS COMMAND... kills -9 and waits until the process has gone. `timeout -s KILL` would die
# with the command, and whatever comes next find its locks still held.
killed_after() {
  delay=$1
  shift
  "$@" &
  sleep "$delay"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || true
}

# For loops of kills whose delays grow with their number. kills_remain DONE WANTED ENDED: until all that were wanted were
# done, and then, where the machine is slower than when it was timed, until one came after the end.
kills_remain() {
  [ "$1" -lt "$2" ] || { [ "$3" = 0 ] && [ "$1" -lt $((8 * $2)) ]; }
}
