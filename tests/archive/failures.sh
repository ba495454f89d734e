#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Failures of a lock or a build: each has its exit status, a message that names the thing, and the next step, and leaves
# nothing behind.
# Usage: failures.sh HALLMARK ARCHIVE
set -euo pipefail
hallmark=$1
made=$2
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"
serve

echo '== another key'
recipe good "$small"
recipe bad "$small"
sed -i "s/^fingerprints = .*/fingerprints = [\"$(tr 0-9A-F 1-9A-F0 <fingerprint)\"]/" bad/recipe.toml
fails 1 'jammy InRelease: The following signatures.*key' "recipe's keys" "$hallmark" lock bad
recipe bad "$small"
sed -i "s|^keyring = .*|keyring = \"$PWD/other.gpg\"|" bad/recipe.toml
fails 1 "jammy InRelease: The following signatures couldn't be verified.*NO_PUBKEY" "recipe's keys" "$hallmark" lock bad
echo '== a signature that does not hold'
recipe bad "$small"
cp -r archive/dists dists
sed -i 's/^Label: Ubuntu/Label: Ubuntv/' archive/dists/jammy/InRelease
fails 1 'jammy InRelease: The following signatures were invalid: BADSIG' "recipe's keys" "$hallmark" lock bad
echo '== a list that is not what was signed'
rm -r archive/dists
cp -r dists archive/dists
sed -i '0,/Version: 1.1/s//Version: 1.2/' archive/dists/jammy-updates/main/binary-arm64/Packages
gzip -kf archive/dists/jammy-updates/main/binary-arm64/Packages
HALLMARK_CACHE=$PWD/cache-2 fails 1 'jammy-updates.*Hash Sum mismatch\|jammy-updates.*size' 'check the network' "$hallmark" lock bad
rm -r archive/dists cache-2
mv dists archive/dists
[ ! -e bad/recipe.lock ] || fail 'a lock was written'

echo '== packages'
recipe bad '"no-such-package"'
fails 1 'Unable to locate package no-such-package' 'packages of \[apt\]' "$hallmark" lock bad
recipe bad '"hallmark-probe", "hallmark-conflict"'
fails 1 'hallmark-conflict.*Conflicts.*hallmark-probe\|hallmark-probe.*Conflicts.*hallmark-conflict' 'packages of \[apt\]' \
  "$hallmark" lock bad

echo '== a package that is not what was locked'
"$hallmark" lock good -q
deb=$(cd archive && find pool -name 'hallmark-watcher_*')
cp "archive/$deb" good.deb
printf x | dd of="archive/$deb" bs=1 seek=200 conv=notrunc status=none
fails 1 'package hallmark-watcher 1.0:.*hallmark-watcher_.*its digest is [0-9a-f]*, and [0-9a-f]* was locked' \
  'hallmark lock --update' "$hallmark" build good -o out
[ ! -e out ] || fail 'a bundle is left'
digest=$(sed -n 's/.*name = "hallmark-watcher".*sha256 = "\([0-9a-f]*\)".*/\1/p' good/recipe.lock)
[ ! -e "cache/partial/$digest" ] && [ ! -e "cache/blobs/sha256/${digest:0:2}/$digest" ] || fail 'what was wrong is kept'
mv good.deb "archive/$deb"
"$hallmark" fetch good -q

echo '== a blob of the cache that was changed later'
blob=cache/blobs/sha256/${digest:0:2}/$digest
cp "$blob" good.deb
printf x | dd of="$blob" bs=1 seek=200 conv=notrunc status=none
fails 1 'package hallmark-watcher: .*has changed since it was fetched' 'remove the file; hallmark fetch' "$hallmark" build good -o out --offline
cp good.deb "$blob"

echo '== a recipe that its lock does not fit'
cp good/recipe.toml recipe.toml
sed -i 's/"hallmark-probe"/&, "hallmark-replaced"/' good/recipe.toml
fails 2 'recipe.lock: made from another state of .*recipe.toml' 'hallmark lock .*good --update' "$hallmark" build good -o out
mv recipe.toml good/recipe.toml

echo '== an image too small'
# The ESP takes 101 MiB of this.
sed 's/^size = .*/size = "200MiB"/' good/recipe.toml >good/small.toml
fails 1 'too small' 'size of \[image\]' "$hallmark" build good/small.toml -o out --offline
grep -qE '[0-9]+ MiB too small' err || fail 'it is not said how much is missing'
[ "$(sed -n '/the largest packages/,/^  make size/p' err | grep -cE '^ +[0-9.]+ (KiB|MiB) +[a-z0-9.+-]+$')" = 10 ] ||
  fail 'the ten largest packages are not named'
grep -q ' libc6$' err || fail 'libc6 is not among the largest'
sed 's/^max_used = .*/max_used = "10%"/' good/recipe.toml >good/small.toml
fails 1 'max_used.*10' 'largest\|max_used\|leave' "$hallmark" build good/small.toml -o out --offline
grep -q ' libc6$' err || fail 'the largest packages are not named'

echo '== scripts that fail'
recipe bad '"hallmark-broken"'
"$hallmark" lock bad -q
fails 1 'hallmark-broken.*flux capacitor\|flux capacitor.*hallmark-broken' 'shows all' "$hallmark" build bad -o out
printf '#!/bin/sh\necho no warp core >&2\nexit 4\n' >good/hook
chmod +x good/hook
{ cat good/recipe.toml; printf '\n[[hook]]\nscript = "hook"\n'; } >good/hook.toml
fails 1 'hook .*good/hook.*no warp core' 'shows all' "$hallmark" build good/hook.toml -o out --offline

echo '== no emulation'
# In a namespace of its own, so that the machine's registrations stay.
case $(dpkg --print-architecture) in arm64) foreign=amd64 ;; *) foreign=arm64 ;; esac
sed "s/^architecture = .*/architecture = \"$foreign\"/" good/recipe.toml >good/foreign.toml
without_emulation() {
  in_namespace sh -c 'mount -t tmpfs none /proc/sys/fs/binfmt_misc && if [ "$1" = empty ]; then
      echo enabled >/proc/sys/fs/binfmt_misc/status; fi; shift; exec "$@"' sh "$@"
}
fails 1 'binfmt_misc is not mounted' 'update-binfmts --enable' without_emulation none "$hallmark" build good/foreign.toml -o out
fails 1 'binfmt_misc has no handler' 'update-binfmts --enable' without_emulation empty "$hallmark" build good/foreign.toml -o out
without_emulation none "$hallmark" doctor --arch "$foreign" >doctor && fail 'doctor finds nothing missing'
grep -q "running $foreign programs.*missing\|missing.*running $foreign programs" doctor || fail "doctor does not name it: $(cat doctor)"
grep -q 'update-binfmts --enable' doctor || fail 'doctor does not tell how to mend it'

echo '== no mirror'
kill "$server"
server=
rm -rf cache-2
HALLMARK_CACHE=$PWD/cache-2 fails 1 "127.0.0.1.*refused\|connect to 127.0.0.1" 'check the network' "$hallmark" lock good --update
HALLMARK_CACHE=$PWD/cache-2 fails 1 "fetching package .*$url" 'check the network' "$hallmark" fetch good
HALLMARK_CACHE=$PWD/cache-2 fails 1 'the cache lacks package .* and [0-9]* more' 'without --offline' "$hallmark" build good -o out --offline
[ ! -e out ] || fail 'a bundle is left'
echo 'failures: good'
