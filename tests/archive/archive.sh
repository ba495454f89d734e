# SPDX-License-Identifier: Apache-2.0
# To be sourced by tests that build from the archive of make_archive.py: makes a scratch folder, goes there and makes the
# archive. Needs $here, $lock and $packages (a lock and the cache that holds its packages).
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/hallmark-archive.XXXXXX")
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  chmod -R u+rwX "$scratch" 2>/dev/null || true
  rm -rf "$scratch" 2>/dev/null || unshare --map-root-user --map-auto rm -rf "$scratch"
}
trap finish EXIT
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
cd "$scratch"
export HALLMARK_CACHE=$scratch/cache
python3 "$here/make_archive.py" "$lock" "$packages" made >/dev/null 2>&1 || python3 "$here/make_archive.py" "$lock" "$packages" made-again
mv made/* .
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$scratch/wheels PIP_CONFIG_FILE=/dev/null

# Serves the folder on a free port of this machine: $url, and $server to kill.
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

# recipe NAME PACKAGES: the shipped recipe of Ubuntu, with this archive's mirror, key and packages, and without what
# comes from elsewhere.
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
    /^size = /{ print "size = \"2GiB\""; next }
    !skip { print }
    skip && /^\]$/{ skip = 0 }
  ' "$here/../../recipes/ubuntu-22.04-arm64/recipe.toml" >"$1/recipe.toml"
  case $2 in *python3-pip*) ;; *) sed -i '/^\[python\]/,/^$/d' "$1/recipe.toml" ;; esac
}

# fails PATTERN COMMAND...: it must end with status 1 (could not) and say what.
fails() {
  local pattern=$1 status=0
  shift
  "$@" >out.txt 2>err || status=$?
  cat err
  [ "$status" = 1 ] || [ "$status" = 3 ] || fail "status $status: $*"
  tr '\n' ' ' <err | grep -q "$pattern" || fail "'$pattern' is not said: $*"
}

# No mount, process or scratch folder of a build is left.
nothing_left() {
  ! grep -q "$scratch" /proc/self/mounts || fail 'mounts are left'
  ! pgrep -f "$scratch/cache" >/dev/null || fail "processes are left: $(pgrep -af "$scratch/cache")"
  [ -z "$(ls "$HALLMARK_CACHE/work" 2>/dev/null)" ] || fail "scratch folders are left: $(ls "$HALLMARK_CACHE/work")"
}
