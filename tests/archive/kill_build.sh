#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Interrupts and kills `hallmark build` at random moments. Each time, either no bundle, mount, process or scratch
# directory of it is left, or the bundle is complete. The next run succeeds and makes the same bytes as an undisturbed
# one.
# Usage: kill_build.sh HALLMARK ARCHIVE KILLS [SEED]
set -euo pipefail
hallmark=$1
made=$2
kills=$3
RANDOM=${4:-$$}
seed=${4:-$$}
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"
. "$here/../interop/killed_after.sh"

serve
recipe ubuntu "$small"
"$hallmark" lock -q ubuntu
"$hallmark" fetch -q ubuntu
kill "$server"
server=
start=$(date +%s%N)
"$hallmark" build -q ubuntu -o whole --offline
took=$((($(date +%s%N) - start) / 1000000))
forget() { in_namespace rm -rf cache/stages; }
forget
: >err
files=$(ls -A)
ended=0

echo "== $kills times, of $took ms, seed $seed"
for i in $(seq "$kills"); do
  # The moments are spread evenly over the time that a build takes.
  delay=$(awk -v i="$i" -v n="$kills" -v took="$took" -v r="$RANDOM" 'BEGIN { printf "%.3f", took / 1000 * (i - r / 32768) / n }')
  if [ $((i % 2)) = 0 ]; then
    killed_after "$delay" "$hallmark" build -q ubuntu -o out --offline
  else
    timeout --foreground -s INT "$delay" "$hallmark" build -q ubuntu -o out --offline || true
  fi
  nothing_left
  if [ -e out ]; then
    diff -r out whole || fail "what was there after $delay s is another bundle"
    rm -r out
    forget
    ended=$((ended + 1))
  fi
  [ "$(ls -A)" = "$files" ] || fail "files are left after $delay s: $(ls -A)"
done
[ "$ended" -lt $((kills / 2)) ] || fail "$ended of $kills builds ended before they were killed"
"$hallmark" build -q ubuntu -o out --offline
diff -r out whole || fail 'the bundle is another one'
nothing_left
echo "kill_build: good; $ended ended before they were killed"
