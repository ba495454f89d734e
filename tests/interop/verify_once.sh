#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What 'hallmark verify' does to the system, as strace sees it: it opens the bundle's directory once and each file of it
# once, below that directory, and has as many threads as --jobs says. Usage: verify_once.sh HALLMARK
set -eu

hallmark=$1
. "$(dirname "$0")/make_bundle.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
# Writes to `trace` which files it opens and which threads it starts. Leak detection uses ptrace too, so it is off.
verify() { # OPTION...
  ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=open,openat,openat2,clone,clone3 -o trace \
    "$hallmark" verify bundle --trust pinned.json "$@" >said
  grep -q ': good (' said || fail "$(cat said)"
}

"$hallmark" keygen -o a.key --no-passphrase
"$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub --threshold 1 --sign-with a.key -o pinned.json
make_bundle bundle
"$hallmark" sign bundle --key a.key --trust pinned.json --sequence 1

echo "== each file is opened once"
for options in '' --full; do
  verify $options
  [ "$(grep -c '"bundle"' trace)" = 1 ] || fail "the directory: $(grep '"bundle"' trace)"
  ! grep '"bundle/' trace || fail 'a path is opened anew from the working directory'
  for path in bundle/* bundle/.*.origin; do
    file=${path#bundle/}
    [ "$(grep -cF "\"$file\"" trace)" = 1 ] || fail "$file: $(grep -F "\"$file\"" trace)"
  done
done

echo "== --jobs is the number of threads"
for jobs in 1 3; do
  for options in '' --full; do
    verify --jobs $jobs $options
    threads=$(grep -cE 'clone3?\(.*CLONE_THREAD' trace)
    [ "$threads" = $jobs ] || fail "$threads threads where --jobs says $jobs"
  done
done
echo OK
