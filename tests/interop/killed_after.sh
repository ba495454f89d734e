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
