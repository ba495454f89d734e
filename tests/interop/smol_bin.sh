#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# smol-bin images and policies through the command: checked with fsck.exfat and openssl, with flipped bits, built in
# other environments, killed, on a full disk. Usage: smol_bin.sh HALLMARK SETTINGS CROSS_COMPILER
set -euo pipefail
hallmark=$1
settings=$2
compiler=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/killed_after.sh"
. "$here/refused.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "smol_bin.sh: $*" >&2; exit 1; }
cd "$scratch"

printf 'int main(void) { return 0; }\n' >program.c
"$compiler" -x c -static -O1 -o daemon program.c
"$compiler" -x c -static -s -o helper program.c
"$compiler" -x c -o dynamic program.c
"$compiler" -x c -static-pie -s -o pie program.c
"$hallmark" keygen -o smol.key --no-passphrase >/dev/null
"$hallmark" keygen -o other.key --no-passphrase >/dev/null
"$hallmark" trust init --bundle-key other.key.pub --smol-key smol.key.pub --threshold 1 --sign-with other.key -o trust.json
cp "$settings" srt-settings.json

# build ARGUMENT...: the last of repeated options counts
build() {
  "$hallmark" smol-bin build -q --arch arm64 --sdk-daemon "${daemon:-daemon}" --sandbox-helper "${helper:-helper}" \
    --settings "${policy:-srt-settings.json}" --key "${key:-smol.key}" "$@"
}
verify() { "$hallmark" smol-bin verify "$1" --trust trust.json "${@:2}"; }

echo '== build, verify, extract'
export SOURCE_DATE_EPOCH=1793534400
build --sequence 3 --policy-sequence 2 --least-rootfs-sequence 7 -o smol-bin.arm64.img
fsck.exfat -n smol-bin.arm64.img >/dev/null || fail 'fsck.exfat is not content'
[ "$(stat -c %s smol-bin.arm64.img)" = 10485760 ] || fail 'not 10 MiB'
"$hallmark" origin verify smol-bin.arm64.img >/dev/null
[ "$(cat .smol-bin.arm64.img.origin)" = "$(sha1sum smol-bin.arm64.img | cut -c1-40)" ] || fail 'origin'
verify smol-bin.arm64.img --arch arm64 --rootfs-sequence 7 --least-sequence 3 --least-policy-sequence 2 |
  grep -q 'sequence 3, policy sequence 2: good'
"$hallmark" smol-bin extract -q smol-bin.arm64.img --trust trust.json -o extracted
cmp daemon extracted/sdk-daemon
cmp helper extracted/sandbox-helper
cmp srt-settings.json extracted/srt-settings.json
[ "$(stat -c %a extracted/sdk-daemon)$(stat -c %a extracted/srt-settings.json)" = 755644 ] || fail 'modes'
[ "$(ls extracted | wc -l)" = 5 ] || fail 'files'
# openssl checks the signature.
python3 - <<'PYTHON'
import base64, json
envelope = json.load(open("extracted/manifest.dsse.json"))
body = base64.b64decode(envelope["payload"])
kind = envelope["payloadType"].encode()
assert body == open("extracted/manifest.json", "rb").read()
open("signed", "wb").write(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body))
open("signature", "wb").write(base64.b64decode(envelope["signatures"][0]["sig"]))
PYTHON
openssl pkeyutl -verify -pubin -inkey smol.key.pub -rawin -in signed -sigfile signature >/dev/null
"$hallmark" smol-bin ls smol-bin.arm64.img | grep -q ' sdk-daemon$'
"$hallmark" smol-bin dump smol-bin.arm64.img | grep -q 'label SMOL-BIN'
"$hallmark" smol-bin dump --json smol-bin.arm64.img | python3 -m json.tool >/dev/null
"$hallmark" smol-bin verify --json smol-bin.arm64.img --trust trust.json | grep -q '"verdict": "good"'

echo '== the same bytes elsewhere'
mkdir -p elsewhere/deeper
cp daemon helper srt-settings.json smol.key elsewhere/deeper
(
  cd elsewhere/deeper
  touch -d '2001-02-03' daemon
  umask 077
  TZ=Asia/Kathmandu LC_ALL=C HOME=/nowhere \
    build --sequence 3 --policy-sequence 2 --least-rootfs-sequence 7 -o other-name.img
)
cmp smol-bin.arm64.img elsewhere/deeper/other-name.img
taskset -c "$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')" \
  "$hallmark" smol-bin build -q --sdk-daemon daemon --sandbox-helper helper --settings srt-settings.json --key smol.key \
  --sequence 3 --policy-sequence 2 --least-rootfs-sequence 7 -o one-core.img
cmp smol-bin.arm64.img one-core.img
unshare --user --map-user=4711 --map-group=4712 \
  "$hallmark" smol-bin build -q --sdk-daemon daemon --sandbox-helper helper --settings srt-settings.json --key smol.key \
  --sequence 3 --policy-sequence 2 --least-rootfs-sequence 7 -o other-user.img
cmp smol-bin.arm64.img other-user.img

echo '== the same bytes for ever'
# A key of known bytes, and the smallest static programs, so that nothing here depends on a compiler.
mkdir golden
python3 - <<'PYTHON'
import base64, struct
key = bytes.fromhex("302e020100300506032b657004220420") + bytes(range(32))
open("golden/key", "w").write("-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % base64.b64encode(key).decode())
header = struct.pack("<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 2, 183, 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 124, 124, 65536)
for name, size in [("daemon", 100000), ("helper", 124)]:
    open("golden/" + name, "wb").write((header + segment + b"\x00\x00\x00\xd4").ljust(size, b"d"))
open("golden/settings", "w").write('{"network": {"allowedDomains": ["example.com"], "deniedDomains": []},\n'
                                   ' "filesystem": {"denyRead": [], "allowWrite": ["/tmp"], "denyWrite": []}}\n')
PYTHON
chmod 600 golden/key
daemon=golden/daemon helper=golden/helper policy=golden/settings key=golden/key build --sequence 5 --policy-sequence 4 \
  --least-rootfs-sequence 3 --image-version 1.5 -o golden/image
[ "$(sha256sum golden/image | cut -c1-64)" = 97deeec8b305fca6982cb40a17ec602d52aeec3948e52a11142b099e0e887484 ] ||
  fail "the golden image is another one: $(sha256sum golden/image)"

echo '== one flipped bit in each structure'
cp smol-bin.arm64.img flipped.img
"$here/smol_bin_flips.py" "$hallmark" flipped.img trust.json || fail 'bits are not named'
cmp smol-bin.arm64.img flipped.img

echo '== other things that do not hold'
head -c 10485248 smol-bin.arm64.img >short.img
refused 3 'filesystem: ' verify short.img
truncate -s 3G large.img
refused 3 'extended: image: is larger than 2 GiB' verify large.img
(cat smol-bin.arm64.img; head -c 512 /dev/zero) >long.img
refused 3 'filesystem: unused space: ' verify long.img
: >empty.img
refused 3 'filesystem: ' verify empty.img
refused 3 'wrong-architecture: ' verify smol-bin.arm64.img --arch amd64
refused 3 'rolled-back: ' verify smol-bin.arm64.img --least-sequence 4
refused 3 'policy-rolled-back: ' verify smol-bin.arm64.img --least-policy-sequence 3
refused 3 'rootfs-too-old: ' verify smol-bin.arm64.img --rootfs-sequence 6
refused 2 '--trust FILE is required' "$hallmark" smol-bin verify smol-bin.arm64.img
key=other.key build --sequence 3 -o untrusted.img
refused 3 'untrusted: manifest.dsse.json: not signed by a trusted key' verify untrusted.img
refused 3 'untrusted: ' "$hallmark" smol-bin extract untrusted.img --trust trust.json -o no
[ ! -e no ] || fail 'extract wrote what it refused'
refused 2 'exists already' "$hallmark" smol-bin extract smol-bin.arm64.img --trust trust.json -o extracted
mkdir -p victim real/deep
echo precious >victim/file
ln -s real/deep link
refused 2 'exists already' "$hallmark" smol-bin extract smol-bin.arm64.img --trust trust.json -o absent/../victim
refused 2 'exists already' "$hallmark" smol-bin extract smol-bin.arm64.img --trust trust.json -o link
"$hallmark" smol-bin extract -q smol-bin.arm64.img --trust trust.json -o link/../victim
cmp daemon real/victim/sdk-daemon
[ "$(cat victim/file)" = precious ] || fail 'extract replaced a directory'
refused 2 'empty' "$hallmark" smol-bin extract smol-bin.arm64.img --trust trust.json -o ''
refused 2 'empty' verify smol-bin.arm64.img --arch ''
# Boot regions with a correct checksum, but with another start of the filesystem.
python3 - <<'PYTHON'
image = bytearray(open("smol-bin.arm64.img", "rb").read())
for region in (0, 12 * 512):
    image[region + 64] = 8
    checksum = 0
    for at, byte in enumerate(image[region:region + 11 * 512]):
        if at not in (106, 107, 112):
            checksum = ((checksum << 31 | checksum >> 1) + byte) & 0xffffffff
    image[region + 11 * 512:region + 12 * 512] = checksum.to_bytes(4, "little") * 128
open("elsewhere.img", "wb").write(image)
PYTHON
refused 3 'filesystem: boot sector: says that the filesystem begins elsewhere' verify elsewhere.img
# Many names: the reader must use little memory for them, because it has not checked any signature yet.
mkdir many
(cd many && seq 50000 | xargs touch)
"$hallmark" mkfs exfat --from many --label SMOL-BIN --size 10M -o many.img
refused 3 'filesystem: directory: directories and names of more than 4.0 MiB' verify many.img
refused 1 'directories and names of more than 4.0 MiB' "$hallmark" smol-bin ls many.img
# An unsigned image can't send control characters to the terminal.
steered() { # TEXT: verify quotes a name of steered/ as TEXT, on one line, without control characters
  "$hallmark" mkfs exfat --from steered --label SMOL-BIN --size 10M -o steered.img
  refused 3 "$1" verify steered.img
  [ "$(grep -cF -- "$1" out.txt)" = 1 ] || fail "not one line: $(cat -v out.txt)"
  LC_ALL=C grep -q $'\033\|\302\233' out.txt && fail "control characters: $(cat -v out.txt)"
  return 0
}
mkdir steered
cp extracted/* steered
touch steered/$'\302\233extra'
steered 'unexpected: \xc2\x9bextra'
rm steered/*extra
sed 's|"payloadType": "[^"]*"|"payloadType": "\\u001b[2J\\ngood"|' extracted/manifest.dsse.json >steered/manifest.dsse.json
steered "signed as '\\x1b[2J\\x0agood' and not"

echo '== what build does not take'
SOURCE_DATE_EPOCH=4354819200 refused 2 'up to the end of 2107' build --sequence 3 -o no.img
SOURCE_DATE_EPOCH=123abc refused 2 'is not a number of seconds' build --sequence 3 -o no.img
cp smol.key .no.img.origin
key=.no.img.origin refused 2 'is what the image is made of' build --sequence 3 -o no.img
cmp smol.key .no.img.origin
rm .no.img.origin
mkfifo pipe
ln -s pipe to-pipe
refused 2 'is not a regular file' build --sequence 3 -o pipe
refused 2 'is not a regular file' build --sequence 3 -o to-pipe
[ -p pipe ] && [ -L to-pipe ] || fail 'a pipe is gone'
refused 2 'is a directory' build --sequence 3 -o extracted
refused 2 'an empty name: does not name a file to write' build --sequence 3 -o ''
refused 2 'is for amd64, not for arm64' build --sequence 3 -o no.img --sdk-daemon /bin/true
daemon=dynamic refused 2 'needs shared libraries' build --sequence 3 -o no.img
daemon=srt-settings.json refused 2 'is not an ELF file' build --sequence 3 -o no.img
head -c 100 daemon >cut
daemon=cut refused 2 'a damaged ELF file' build --sequence 3 -o no.img
refused 2 'has a symbol table' build --sequence 3 --stripped -o no.img
helper=daemon refused 2 'sequences start at 1' build --sequence 0 -o no.img
refused 2 'has no symbol table' build --sequence 3 --not-stripped -o no.img
refused 2 'whole number of sectors' build --sequence 3 --size 1000001 -o no.img
refused 1 'are missing' build --sequence 3 --size 1M -o no.img
echo '{"network": {"allowedDomains": [], "deniedDomains": [], "alowLocalBinding": true},' \
  '"filesystem": {"denyRead": [], "allowWrite": [], "denyWrite": []}}' >bad.json
policy=bad.json refused 2 'bad.json:1:' build --sequence 3 -o no.img
[ ! -e no.img ] && [ ! -e .no.img.origin ] || fail 'half an image is left'
sha256sum daemon helper srt-settings.json smol.key >inputs
for input in daemon ./helper srt-settings.json smol.key; do
  refused 2 'is what the image is made of' build --sequence 3 -o "$input"
done
sha256sum -c --strict --quiet inputs
# Unusual output names. If the name of the origin would be invalid, no image is made either.
mkdir odd
for name in 'a,b' $'new\nline' ' a b ' "$(printf 'n%.0s' $(seq 247))"; do
  build --sequence 3 -o "odd/$name"
  verify "odd/$name" >/dev/null
  "$hallmark" origin verify "odd/$name" >/dev/null
  rm "odd/$name" "odd/.$name.origin"
done
refused 1 'File name too long' build --sequence 3 -o "odd/$(printf 'n%.0s' $(seq 248))"
[ -z "$(ls -A odd)" ] || fail "left behind: $(ls -A odd)"
# Several builds at once to one path: each writes a complete image, and the last one stays.
for _ in 1 2 3; do build --sequence 3 --policy-sequence 2 --least-rootfs-sequence 7 -o at-once.img & done
wait
cmp at-once.img smol-bin.arm64.img
daemon=pie build --sequence 3 --stripped -o pie.img
verify pie.img >/dev/null

echo '== policy'
"$hallmark" policy check srt-settings.json | grep -q "22 allowed"
refused 2 'bad.json:1:57: network.alowLocalBinding: unknown here, the nearest key is "allowLocalBinding"' \
  "$hallmark" policy check bad.json
explain() { "$hallmark" policy explain --settings srt-settings.json "$1"; }
[ "$(explain GitHub.com:443)" = 'allow: allowed by allowedDomains entry "github.com" (line 22)' ] || fail explain
refused 3 'deny: only ports 80 and 443' explain github.com:22
refused 3 'deny: no entry of allowedDomains covers it' explain evil-github.com:443
refused 3 'deny: the host ends in a dot' explain github.com.:443
refused 3 'deny: the host holds a percent sign' explain github%2ecom:443
refused 3 'deny: the host holds a character that is not ASCII' explain gïthub.com:443
for asked in github.com github.com: github.com:0 github.com:70000 github.com:x https://github.com:443 ::1:443 :443 '' junk; do
  refused 2 'it is HOST:PORT, as in example.com:443' explain "$asked"
done
# Addresses to which the proxy never connects, whatever the settings say.
sed 's/"github.com",/"127.0.0.1", "10.1.2.3", "169.254.169.254", "169.254.1.1", "[fd00::1]", "140.82.112.3",/' \
  srt-settings.json >addresses.json
reach() { "$hallmark" policy explain --settings addresses.json "$@"; }
refused 3 'deny: not a public address: loopback; not opened by allowedDomains entry "127.0.0.1"' reach 127.0.0.1:80
refused 3 'deny: not a public address: private' reach 10.1.2.3:443
refused 3 'deny: not a public address: metadata service' reach 169.254.169.254:80
refused 3 'deny: not a public address: link-local' reach 169.254.1.1:443
refused 3 '"verdict": "address"' reach --json '[fd00::1]:443'
reach 140.82.112.3:443 >/dev/null
refused 3 '"verdict": "bad-host"' "$hallmark" policy explain --json --settings srt-settings.json 0x7f.1:443
: >empty.json
refused 2 'empty.json:1:1: empty' "$hallmark" policy explain --settings empty.json github.com:443
refused 1 'missing.json' "$hallmark" policy explain --settings missing.json github.com:443

echo '== kills'
# The kill must hit the program itself, not a shell that runs it.
building=("$hallmark" smol-bin build -q --sdk-daemon daemon --sandbox-helper helper --settings srt-settings.json
  --key smol.key --sequence 4 -o)
extracting=("$hallmark" smol-bin extract -q new.img --trust trust.json -o)
cp smol-bin.arm64.img old.img
cp .smol-bin.arm64.img.origin old.origin
"${building[@]}" new.img
milliseconds() { # COMMAND...: the milliseconds that it takes
  local start
  start=$(date +%s%N)
  "$@"
  echo $((($(date +%s%N) - start) / 1000000))
}
build_time=$(milliseconds "${building[@]}" timed.img)
extract_time=$(milliseconds "${extracting[@]}" timed)
moment() { awk -v i="$1" -v n="$2" -v t="$3" 'BEGIN { printf "%.6f", 1.5 * t / 1e3 * i / n }'; }
cmp timed.img new.img
mkdir built killed
old=0 new=0 none=0 whole=0 i=0
while kills_remain "$i" 40 "$new" || kills_remain "$i" 40 "$whole"; do
  i=$((i + 1))
  cp old.img built/image
  cp old.origin built/.image.origin
  killed_after "$(moment "$i" 40 "$build_time")" "${building[@]}" built/image
  if cmp -s built/image old.img; then
    old=$((old + 1))
  elif cmp -s built/image new.img; then
    new=$((new + 1))
  else
    fail 'half an image'
  fi
  # A kill between the two renames leaves the new image and the old origin. A temporary name that it leaves has complete
  # content.
  for file in $(find built -name '.*.tmp'); do rm "$file"; done
  [ "$(ls -A built | sort | tr '\n' ' ')" = '.image.origin image ' ] || fail "left behind: $(ls -A built)"

  killed_after "$(moment "$i" 40 "$extract_time")" "${extracting[@]}" killed/files
  for _ in $(seq 200); do # the reaper removes these once the program is dead
    [ -n "$(find killed -mindepth 1 -maxdepth 1 -name '.*')" ] || break
    sleep 0.05
  done
  case $(ls -A killed) in
    '') none=$((none + 1)) ;;
    files)
      whole=$((whole + 1))
      [ "$(ls killed/files | wc -l)" = 5 ] && cmp killed/files/sdk-daemon daemon || fail 'half a directory'
      rm -r killed/files
      ;;
    *) fail "left behind: $(ls -A killed)" ;;
  esac
done
[ "$old" -gt 0 ] && [ "$new" -gt 0 ] || fail "the kills did not reach from start to end: $old old, $new new"
[ "$none" -gt 0 ] && [ "$whole" -gt 0 ] || fail "the kills did not reach from start to end: $none none, $whole whole"
echo "   built: $old old, $new new; extracted: $none not, $whole whole"

echo '== a full disk'
unshare --user --map-root-user --mount bash -euc '
  mkdir small
  mount -t tmpfs -o size=12m none small
  dd if=/dev/zero of=small/filler bs=64k 2>/dev/null || true
  if "$0" smol-bin build -q --arch arm64 --sdk-daemon daemon --sandbox-helper helper --settings srt-settings.json \
      --key smol.key --sequence 4 -o small/image 2>err.txt; then
    echo "built on a full disk" >&2
    exit 1
  fi
  grep -q "No space left" err.txt
  [ "$(ls -A small)" = filler ]
  if "$0" smol-bin extract -q old.img --trust trust.json -o small/out 2>err.txt; then
    echo "extracted to a full disk" >&2
    exit 1
  fi
  grep -q "No space left" err.txt
  [ "$(ls -A small)" = filler ]
' "$hallmark"
echo 'smol_bin: good'
