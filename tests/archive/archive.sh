# SPDX-License-Identifier: Apache-2.0
# Sourced by tests that build from the archive of make_archive.py, which is $made. Copies the archive to a scratch
# directory and goes there. Requires $here.
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/hallmark-archive.XXXXXX")
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  chmod -R u+rwX "$scratch" 2>/dev/null || true
  rm -rf "$scratch" 2>/dev/null || in_namespace rm -rf "$scratch"
}
trap finish EXIT
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Runs a command as root of a mount namespace of its own. Without root, this is in the user namespace of a rootless
# build.
in_namespace() {
  if [ "$(id -u)" = 0 ]; then unshare --mount "$@"; else unshare --user --map-root-user --map-auto --mount "$@"; fi
}

cd "$scratch"
chmod 755 .  # another user builds here too
export HALLMARK_CACHE=$scratch/cache
cp -r "$made/." .
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$scratch/wheels PIP_CONFIG_FILE=/dev/null

# Serves the directory on a free port of this machine. Sets $url, and $server to kill.
serve() {
  python3 -u -m http.server --bind 127.0.0.1 0 >server.log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\).*/\1/p' server.log)
    [ -z "$port" ] || break
    sleep 0.1
  done
  [ -n "$port" ] || fail "the mirror does not start: $(cat server.log)"
  url=http://127.0.0.1:$port
}

# recipe NAME PACKAGES: the shipped recipe of Ubuntu with the mirror, key and packages of this archive. Leaves out what
# comes from elsewhere and the configuration of packages that are not in the archive.
recipe() {
  rm -rf "$1"
  mkdir "$1"
  cp -r "$here/../../recipes/common" .
  echo 'hallmark-probe==1.0' >"$1/requirements.txt"
  awk -v url="$url/archive" -v keyring="$scratch/keyring.gpg" -v fingerprint="$(cat fingerprint)" -v packages="$2" '
    /^mirrors = /{ print "mirrors = [\"" url "\"]"; next }
    /^snapshot_mirror = /{ print "snapshot_mirror = \"\""; next }
    /^keyring = /{ print "keyring = \"" keyring "\""; next }
    /^fingerprints = /{ print "fingerprints = [\"" fingerprint "\"]"; next }
    /^packages = \[/{ print "packages = [" packages "]"; skip = 1 }
    /^\[\[npm\]\]/{ skip = 1 }
    /^\[\[overlay\]\]/{ skip = 0 }
    /^size = /{ print "size = \"1GiB\""; next }
    !skip { print }
    skip && /^\]$/{ skip = 0 }
  ' "$here/../../recipes/ubuntu-22.04-arm64/recipe.toml" >"$1/recipe.toml"
  case $2 in *python3-pip*) ;; *) sed -i '/^\[python\]/,/^$/d' "$1/recipe.toml" ;; esac
  case $2 in *ubuntu-minimal*) ;; *) sed -i '/^\[systemd\]/,/^$/d' "$1/recipe.toml" ;; esac
}

# The smallest set of packages for an image, and a package that does what packages may do.
small='"linux-image-generic-hwe-22.04", "grub-efi-arm64-bin", "hallmark-probe"'

# fails STATUS WRONG NEXT COMMAND...: the command must end with that status, say what is wrong, say what to do next on a
# line of its own, and leave nothing behind.
fails() {
  local expected=$1 pattern=$2 next=$3 status=0
  shift 3
  "$@" >out.txt 2>err || status=$?
  cat err
  [ "$status" = "$expected" ] || fail "status $status: $*"
  tr '\n' ' ' <err | grep -q -- "$pattern" || fail "'$pattern' is not said: $*"
  tail -n 1 err | grep -q -- "^  .*$next" || fail "the next step, '$next', is not said: $*"
  nothing_left
}

# A build has left no mount, process or scratch directory. A killed one has a minute, because its directory holds a
# whole tree.
nothing_left() {
  for _ in $(seq 600); do
    if ! pgrep -f "$scratch/cache" >/dev/null && [ -z "$(ls "$HALLMARK_CACHE/work" 2>/dev/null)" ]; then break; fi
    sleep 0.1
  done
  ! grep -q "$scratch" /proc/self/mounts || fail 'mounts are left'
  ! pgrep -f "$scratch/cache" >/dev/null || fail "processes are left: $(pgrep -af "$scratch/cache")"
  [ -z "$(ls "$HALLMARK_CACHE/work" 2>/dev/null)" ] || fail "scratch directories are left: $(ls "$HALLMARK_CACHE/work")"
}
