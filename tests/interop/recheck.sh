#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One fault after the other, in every region of every file of a bundle: `hallmark verify --full` and signing/recheck.sh,
# which share no line of code, must say the same of each, and what is expected.
# Usage: recheck.sh HALLMARK RECHECK
set -eu

hallmark=$1
recheck=$2
. "$(dirname "$0")/make_bundle.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cases=0
failed=0
# Both verifiers on ./bundle, which is made anew afterwards: expect NAME [VERDICT FILE]...
expect() {
  name=$1
  shift
  printf '%s %s\n' "$@" | sed '/^ *$/d' | sort >expected
  "$hallmark" verify bundle --trust trust.json --full --json --least-sequence "$least" >ours.json 2>ours.err || true
  jq -r '.findings[] | .verdict + " " + .file' ours.json >ours.txt 2>/dev/null || cat ours.err >ours.txt
  sort ours.txt >ours
  "$recheck" bundle trust.json "$least" 2>&1 | sed '/^good: /d; s/^table /table /' | sort >theirs
  # recheck.sh can't tell an image of another release from a changed table.
  sed 's/^wrong-release /table /' ours | sort | cmp -s - theirs && cmp -s expected ours || {
    echo "FAILED: $name: expected: $(cat expected); hallmark: $(cat ours); recheck: $(cat theirs)" >&2
    failed=$((failed + 1))
  }
  cases=$((cases + 1))
  rm -rf bundle
  cp -a good bundle
}
flip() { # FILE OFFSET: changes one bit of a byte
  byte=$(tail -c +$(($2 + 1)) "bundle/$1" | head -c 1 | od -An -tu1 | tr -d ' ')
  # shellcheck disable=SC2059 # an octal escape is what is wanted
  printf "\\$(printf %03o $((byte ^ 1)))" | dd of="bundle/$1" bs=1 seek="$2" conv=notrunc status=none
}
put() { printf %s "$3" | dd of="bundle/$1" bs=1 seek="$2" conv=notrunc status=none; } # FILE OFFSET TEXT
# Another digit of base64: FILE OFFSET
spoil() {
  if [ "$(tail -c +$(($2 + 1)) "bundle/$1" | head -c 1)" = A ]; then put "$1" "$2" B; else put "$1" "$2" A; fi
}
place() { grep -abo -e "$2" "bundle/$1" | head -n 1 | cut -d: -f1; } # FILE TEXT: its offset

"$hallmark" keygen -o a.key --no-passphrase >/dev/null
"$hallmark" keygen -o b.key --no-passphrase >/dev/null
"$hallmark" keygen -o stranger.key --no-passphrase >/dev/null
"$hallmark" trust init --bundle-key a.key.pub --bundle-key b.key.pub --smol-key a.key.pub --threshold 2 \
  --smol-threshold 1 --sign-with a.key -o trust.json
"$hallmark" trust init --bundle-key stranger.key.pub --smol-key a.key.pub --sign-with stranger.key -o foreign.json
make_bundle good
make_image other.img 33333333-3333-3333-3333-333333333333
"$hallmark" sign -q good --key a.key --key b.key --trust trust.json --sequence 5
cp -a good bundle
least=0

expect 'a good bundle'
least=5 expect 'the least sequence itself'
least=6
expect 'an older release' rolled-back manifest.json
least=0

for offset in 0 440 512 600 1024 1030 17407; do
  flip rootfs.img $offset
  expect "rootfs.img: table, byte $offset" table rootfs.img
done
for offset in 4177408 4194303; do
  flip rootfs.img $offset
  expect "rootfs.img: backup of the table, byte $offset" table rootfs.img
done
for offset in 1048576 1572863; do
  flip rootfs.img $offset
  expect "rootfs.img: ESP, byte $offset" partition rootfs.img
done
for offset in 17408 1572864 2097152 3145727 3145728; do
  flip rootfs.img $offset
  expect "rootfs.img: byte $offset" digest rootfs.img
done
cp other.img bundle/rootfs.img
expect 'rootfs.img of another release' wrong-release rootfs.img
truncate -s -1 bundle/rootfs.img
expect 'rootfs.img a byte short' truncated rootfs.img
: >bundle/rootfs.img
expect 'rootfs.img empty' truncated rootfs.img
truncate -s +1M bundle/rootfs.img
expect 'rootfs.img with a mebibyte more' extended rootfs.img
truncate -s 2147483648 bundle/rootfs.img
expect 'rootfs.img of 2 GiB' extended rootfs.img
truncate -s 4294967296 bundle/rootfs.img
expect 'rootfs.img of 4 GiB' extended rootfs.img
cp bundle/rootfs.img.zst bundle/rootfs.img
expect 'rootfs.img compressed' compressed rootfs.img
rm bundle/rootfs.img
expect 'rootfs.img not made yet'

flip rootfs.img.zst 0
expect 'rootfs.img.zst: first byte' digest rootfs.img.zst
flip rootfs.img.zst 200
expect 'rootfs.img.zst: byte 200' digest rootfs.img.zst
flip vmlinuz 3
expect 'vmlinuz' digest vmlinuz
rm bundle/vmlinuz
expect 'vmlinuz missing' missing vmlinuz
mv bundle/vmlinuz bundle/elsewhere
ln -s elsewhere bundle/vmlinuz
expect 'vmlinuz a link' not-a-file vmlinuz
rm bundle/vmlinuz
mkdir bundle/vmlinuz
expect 'vmlinuz a folder' not-a-file vmlinuz

for text in '"sequence": 5' '"version": "1"' '"size": ' '"sha256": "' '}'; do
  flip manifest.json $(($(place manifest.json "$text") + ${#text} - 1))
  expect "manifest.json: $text" untrusted manifest.json
done
printf '\n' >>bundle/manifest.json
expect 'manifest.json with a line more' untrusted manifest.json
rm bundle/manifest.json
expect 'manifest.json missing' missing manifest.json
rm bundle/manifest.dsse.json
expect 'manifest.dsse.json missing' missing manifest.dsse.json
for text in '"payload": "AAAA' '"sig": "AAAA'; do
  offset=$(($(place manifest.dsse.json "${text%AAAA}") + ${#text}))
  spoil manifest.dsse.json $offset
  expect "manifest.dsse.json: $text" untrusted manifest.dsse.json
  put manifest.dsse.json $offset .
  expect "manifest.dsse.json: no base64 in $text" malformed manifest.dsse.json
done
# One signature under two ids is one key, and two are required.
"$hallmark" sign -q bundle --key a.key --sequence 6
jq --indent 2 '.signatures += [.signatures[0] | .keyid = "another"]' bundle/manifest.dsse.json >envelope
cp envelope bundle/manifest.dsse.json
expect 'one key under two ids' untrusted manifest.dsse.json
"$hallmark" sign -q bundle --key stranger.key --sequence 6
expect 'a key that is not trusted' untrusted manifest.dsse.json

offset=$(($(sed -n 1p bundle/manifest.json.minisig | wc -c) + 20))
spoil manifest.json.minisig $offset
expect 'minisig: signature' untrusted manifest.json.minisig sums SHA256SUMS
put manifest.json.minisig $offset .
expect 'minisig: no base64' malformed manifest.json.minisig sums SHA256SUMS
sed -i 4d bundle/manifest.json.minisig
expect 'minisig: three lines' malformed manifest.json.minisig sums SHA256SUMS
flip manifest.json.minisig $(($(place manifest.json.minisig 'trusted comment: shell') + 20))
expect 'minisig: trusted comment' untrusted manifest.json.minisig sums SHA256SUMS
rm bundle/manifest.json.minisig
expect 'minisig missing' sums SHA256SUMS

printf '%040d' 1 >bundle/.rootfs.img.zst.origin
expect 'origin: another digest' origin .rootfs.img.zst.origin
for name in rootfs.img rootfs.img.zst; do printf '%040d' 1 >"bundle/.$name.origin"; done
expect 'origin: a stamp' origin-stamp .rootfs.img.origin origin-stamp .rootfs.img.zst.origin
printf 'x' >bundle/.rootfs.img.origin
expect 'origin: no digest' malformed .rootfs.img.origin
rm bundle/.rootfs.img.origin bundle/.rootfs.img.zst.origin
expect 'origins missing'
flip vmlinuz 0
printf %s "$(sha1 bundle/vmlinuz)" >bundle/.vmlinuz.origin
expect 'an origin made for a changed file' origin .vmlinuz.origin digest vmlinuz

sed -i 2d bundle/SHA256SUMS
expect 'SHA256SUMS: a line less' sums SHA256SUMS
sed -i '1s/^..../0000/' bundle/SHA256SUMS
expect 'SHA256SUMS: another digest' sums SHA256SUMS
echo 'no digest' >>bundle/SHA256SUMS
expect 'SHA256SUMS: no digest' malformed SHA256SUMS
rm bundle/SHA256SUMS
expect 'SHA256SUMS missing'

cp foreign.json bundle/trust.json
expect 'a foreign trust file' untrusted trust.json sums SHA256SUMS
rm bundle/trust.json bundle/SHA256SUMS
expect 'no trust file'
"$hallmark" trust rotate trust.json --bundle-key a.key.pub --threshold 1 --sign-with a.key -o bundle/trust.json
"$hallmark" sign -q bundle --key a.key --sequence 6
expect 'a trust file that grew out of the known one'

echo "$cases cases, $failed on which somebody disagrees"
[ "$failed" = 0 ]
