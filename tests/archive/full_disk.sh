#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For each stage that writes: the disk is full when that stage of `hallmark build` begins. The exit status is 1, the
# message says so and what to do next, and nothing is left behind.
# Usage: full_disk.sh HALLMARK ARCHIVE
set -euo pipefail
hallmark=$1
made=$2
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"

serve
recipe ubuntu "$small"
"$hallmark" lock -q ubuntu
HALLMARK_CACHE=$PWD/warm "$hallmark" build -q ubuntu -o whole
mkdir small

# STAGE CACHE: the part of the cache that CACHE names is on another disk, and stays.
build_on_full_disk() {
  local status=0
  in_namespace sh -eu -c '
    stage=$1 outside=$2 here=$3 hallmark=$4
    mount -t tmpfs -o size=4g none small
    for part in $outside; do mkdir -p "small/cache/$part"; mount --bind "warm/$part" "small/cache/$part"; done
    status=0
    HALLMARK_CACHE=$PWD/small/cache python3 "$here/full_disk.py" "$stage" small "$hallmark" build ubuntu -o small/out 2>err ||
      status=$?
    find small small/cache/work small/cache/stages -mindepth 1 -maxdepth 1 ! -name "*.lock" ! -name cache >left
    exit "$status"
  ' sh "$1" "$2" "$here" "$hallmark" || status=$?
  cat err
  [ "$status" = 1 ] || fail "status $status when the disk is full at '$1'"
  grep -q '^hallmark: .*' err || fail "no message when the disk is full at '$1'"
  grep -qi 'no space left' err || fail "it fails for another reason at '$1'"
  tail -n 1 err | grep -q '^  free some space' || fail "no next step when the disk is full at '$1'"
  case $2 in *stages*) sed -i '/stages/d' left ;; esac
  [ ! -s left ] || fail "left when the disk is full at '$1': $(cat left)"
}
for stage in 'Fetching packages'; do build_on_full_disk "$stage" ''; done
for stage in 'Unpacking packages' 'Configuring packages' 'Making caches'; do build_on_full_disk "$stage" blobs; done
for stage in 'Adding what' 'Writing the root' 'Compressing the image'; do
  build_on_full_disk "$stage" 'blobs stages'
done
echo 'full_disk: good'
