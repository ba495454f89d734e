#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root and a user without rights, who has subordinate ids, build the same bundle: in different directories, time zones
# and locales, with different umasks and numbers of threads, from a cold cache and from a warm one. And `build
# --offline` opens no socket.
# Usage: rootless.sh HALLMARK ARCHIVE
set -euo pipefail
hallmark=$1
made=$2
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"

# Runs a command as another kind of user. If this is root: as a user that exists only in a mount namespace, so that the
# machine keeps its user database. Otherwise: as root of the user's own user namespace.
by_other_user() {
  if [ "$(id -u)" != 0 ]; then
    in_namespace "$@"
    return
  fi
  cp /etc/passwd passwd
  echo 'hallmark-test:x:47110:47110::/nonexistent:/bin/sh' >>passwd
  echo 'hallmark-test:100000:65536' >subids
  unshare --mount sh -euc 'mount --bind passwd /etc/passwd
    mount --bind subids /etc/subuid
    mount --bind subids /etc/subgid
    exec setpriv --reuid 47110 --regid 47110 --clear-groups "$@"' sh "$@"
}

serve
recipe ubuntu "$small"
"$hallmark" lock -q ubuntu
"$hallmark" fetch -q ubuntu
kill "$server"
server=
# In a place that the other user can read.
cp "$hallmark" .
cp -r "${HALLMARK_GUEST:-$(dirname "$hallmark")/../../guest}" guest
export HALLMARK_GUEST=$scratch/guest

echo "== as user $(id -u), without sockets"
in_namespace strace -f --seccomp-bpf -e trace=socket,connect -o sockets ./hallmark build ubuntu -o first --offline -j 2
# Allowed are AF_UNIX, for lookups in the user database, and AF_NETLINK, on which programs of the image write to the
# audit log in a network namespace of their own.
! grep -vE 'AF_UNIX|AF_NETLINK|resumed>|^[0-9]+ +(---|\+\+\+)' sockets || fail 'sockets were opened'

echo '== otherwise'
mkdir 'elsewhere, and' 'elsewhere, and/recipes' 'elsewhere, and/cache'
cp -r ubuntu common 'elsewhere, and/recipes/'
cp -r cache/blobs 'elsewhere, and/cache/'
[ "$(id -u)" != 0 ] || chown -R 47110:47110 'elsewhere, and'
export HALLMARK_CACHE="$scratch/elsewhere, and/cache"
differently() {
  by_other_user env TZ=Pacific/Chatham LC_ALL=tr_TR.UTF-8 USER=someone HOME=/nonexistent \
    sh -euc 'umask 077; cd "$0"; id -u; exec ../hallmark build recipes/ubuntu -o "$1" --offline -j "$2"' 'elsewhere, and' "$@"
}
differently cold 1
diff -r first 'elsewhere, and/cold' || fail 'cold, the bundle is another one'
echo '== warm'
differently warm 2
diff -r first 'elsewhere, and/warm' || fail 'warm, the bundle is another one'
[ "$(stat -c %u first/rootfs.img)" != "$(stat -c %u 'elsewhere, and/cold/rootfs.img')" ] || [ "$(id -u)" != 0 ] ||
  fail 'it was the same user'
nothing_left
echo 'rootless: good'
