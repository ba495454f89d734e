#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Interrupts and kills `hallmark build` at many moments, and fills the disk under it at every stage. Afterwards there is no
# bundle, mount, process or scratch folder of it; the next run succeeds, with the same bytes as if nothing had happened.
# Usage: kill_build.sh HALLMARK LOCK CACHE KILLS
set -euo pipefail
hallmark=$1
lock=$2
packages=$3
kills=$4
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"
. "$here/../interop/killed_after.sh"

serve
known=$(ls -A | tr "\n" "|")"ubuntu|common|whole|out|err|left|small|cache"
recipe ubuntu '"linux-image-generic-hwe-22.04", "grub-efi-arm64-bin", "hallmark-probe"'
sed -i '/^\[systemd\]/,/^$/d' ubuntu/recipe.toml  # its packages are left out: a small tree does
own_namespace="unshare --mount"
[ "$(id -u)" = 0 ] || own_namespace="unshare --user --map-root-user --map-auto --mount"
"$hallmark" lock -q ubuntu
"$hallmark" fetch -q ubuntu
kill "$server"
forget() { $own_namespace rm -rf cache/stages; }
start=$(date +%s%N)
"$hallmark" build -q ubuntu -o whole --offline
took=$((($(date +%s%N) - start) / 1000000))

echo "== $kills times, of $took ms"
forget
for i in $(seq "$kills"); do
  delay=$(awk -v i="$i" -v n="$kills" -v took="$took" 'BEGIN { printf "%.3f", took / 1000 * i / n }')
  if [ $((i % 2)) = 0 ]; then
    killed_after "$delay" "$hallmark" build -q ubuntu -o out --offline
  else
    timeout --foreground -s INT "$delay" "$hallmark" build -q ubuntu -o out --offline || true
  fi
  ! grep -q "$scratch" /proc/self/mounts || fail "mounts are left after $delay s"
  for _ in $(seq 100); do
    pgrep -f "$scratch/cache" >/dev/null || break
    sleep 0.1
  done
  ! pgrep -f "$scratch/cache" >/dev/null || fail "processes are left after $delay s: $(pgrep -af "$scratch/cache")"
  if [ -e out ]; then
    diff -r out whole || fail "what was there after $delay s is another bundle"
    rm -r out
    forget
  fi
  [ -z "$(ls -A | grep -vxE "$known" || true)" ] || fail "files are left after $delay s: $(ls -A)"
done
"$hallmark" build -q ubuntu -o out --offline
diff -r out whole || fail 'the bundle is another one'
nothing_left
rm -r out

echo '== a full disk'
forget
full=0
for megabytes in 20 150 300 450 600 700 750 800 900 1000 1200 1400; do
  # The cache's blobs stay outside; what the build makes must fit.
  rm -f err left
  if $own_namespace sh -eu -c '
    mkdir -p small
    mount -t tmpfs -o "size=$2m" none small
    mkdir -p small/cache/blobs
    mount --rbind cache/blobs small/cache/blobs
    HALLMARK_CACHE=$PWD/small/cache "$1" build -q ubuntu -o small/out --offline 2>err || {
      status=$?
      ls -A small/cache/work small | grep -v "^\.lock$" >left || true
      exit $status
    }
    diff -r small/out whole >&2
  ' sh "$hallmark" "$megabytes"; then
    break
  fi
  full=$((full + 1))
  cat err
  grep -qi 'no space left' err || fail "with $megabytes MiB it fails for another reason"
  grep -q build- left && fail "scratch folders are left with $megabytes MiB: $(cat left)"
  grep -q '^out' left && fail "a bundle is left with $megabytes MiB"
done
echo "the disk was full $full times; $megabytes MiB are enough"
[ "$full" -gt 3 ] && [ "$megabytes" -lt 1400 ] || fail "full $full times"
echo 'kill_build: good'
