#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks keys, trust files and signatures with openssl, minisign, sha256sum and a PKCS#11 token.
# Usage: sign.sh HALLMARK
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
must_fail() { # STATUS TEXT COMMAND...: the command ends with that status and says that text
  status=$1
  text=$2
  shift 2
  actual=0
  "$@" >out.txt 2>err.txt || actual=$?
  [ "$actual" = "$status" ] || fail "$*: status $actual, not $status: $(cat err.txt)"
  grep -q -e "$text" err.txt || fail "$*: does not say '$text': $(cat err.txt)"
}
refused() { # VERDICT COMMAND...: the command prints that verdict and ends with status 3
  verdict=$1
  shift
  actual=0
  "$@" >out.txt || actual=$?
  [ "$actual" = 3 ] || fail "$*: status $actual, not 3"
  grep -q ": $verdict:" out.txt || fail "$*: not '$verdict': $(cat out.txt)"
}

# dsse_bytes: the signed bytes, made with common tools alone. dsse_signature: the signature of number $2.
dsse_bytes() { # DIRECTORY
  printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c <"$1/manifest.json" | tr -d ' ')"
  cat "$1/manifest.json"
}
dsse_signature() { # DIRECTORY NUMBER
  sed -n 's/.*"sig": "\(.*\)".*/\1/p' "$1/manifest.dsse.json" | sed -n "$2p" | base64 -d
}
openssl_accepts() { # DIRECTORY NUMBER KEY.pub
  dsse_bytes "$1" >pae.bin
  dsse_signature "$1" "$2" >pae.sig
  openssl pkeyutl -verify -rawin -pubin -inkey "$3" -in pae.bin -sigfile pae.sig
}

echo "== keys"
"$hallmark" keygen -o a.key --no-passphrase
echo 'correct horse' >pass
"$hallmark" keygen -o b.key --passphrase-fd 3 3<pass
must_fail 2 'exists already' "$hallmark" keygen -o a.key --no-passphrase
[ "$(stat -c %a a.key)" = 600 ] || fail 'a private key that others may read'
grep -q 'BEGIN ENCRYPTED PRIVATE KEY' b.key || fail 'b.key is not encrypted'
openssl pkey -in a.key -pubout -out a.pem
openssl pkey -in b.key -passin file:pass -pubout -out b.pem
openssl pkey -pubin -in a.key.pub -out a.again.pem
cmp a.pem a.again.pem
tail -n 3 b.key.pub | cmp - b.pem
must_fail 2 'wrong passphrase' "$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub \
  --sign-with b.key --passphrase-command 'echo wrong' -o t.json
# Keys made by openssl.
openssl genpkey -algorithm ed25519 -out c.key
openssl pkey -in c.key -pubout -out c.key.pub
# A key made by minisign.
minisign -G -W -f -p mini.pub -s mini.key >/dev/null

echo "== trust"
"$hallmark" trust init --bundle-key a.key.pub --bundle-key b.key.pub --bundle-key mini.pub --smol-key a.key.pub \
  --threshold 1 --sign-with a.key -o trust.json
"$hallmark" trust show trust.json

echo "== sign"
make_bundle bundle
must_fail 2 'has no sequence yet' "$hallmark" sign bundle --key a.key
must_fail 2 'may not sign bundles' "$hallmark" sign bundle --key c.key --trust trust.json --sequence 1
"$hallmark" sign bundle --key a.key --trust trust.json --sequence 1
openssl_accepts bundle 1 a.key.pub
minisign -Vm bundle/manifest.json -p a.key.pub
(cd bundle && sha256sum -c --strict SHA256SUMS)
cp bundle/manifest.json before.json
"$hallmark" sign bundle --key b.key --trust trust.json --passphrase-command 'cat pass'
cmp before.json bundle/manifest.json
openssl_accepts bundle 1 a.key.pub
openssl_accepts bundle 2 b.key.pub
minisign -Vm bundle/manifest.json -p a.key.pub
must_fail 2 'sequences start at 1' "$hallmark" sign bundle --key a.key --sequence 0
"$hallmark" sign bundle --key a.key --sequence 3 --least-sequence 2
must_fail 2 "can't go back" "$hallmark" sign bundle --key a.key --sequence 2
[ "$(grep -c '"sig"' bundle/manifest.dsse.json)" = 1 ] || fail 'signatures of sequence 1 stayed'
minisign -Vm bundle/manifest.json -p a.key.pub
must_fail 3 'origin: .rootfs.img.origin' sh -c "printf %040d 0 >bundle/.rootfs.img.origin
  '$hallmark' sign -q bundle --key a.key --sequence 4; '$hallmark' verify bundle --trust trust.json"
rm bundle/.rootfs.img.origin
"$hallmark" verify bundle --trust trust.json --full
must_fail 3 'rolled-back: manifest.json' "$hallmark" verify bundle --trust trust.json --least-sequence 5
"$hallmark" verify bundle --trust trust.json --json | grep -q '"verdict": "good"'
printf x >>bundle/rootfs.img.zst
must_fail 3 'extended by 1 bytes' "$hallmark" verify bundle --trust trust.json
must_fail 3 'bytes where the manifest says' "$hallmark" sign bundle --key a.key --sequence 5

echo "== origin"
printf abc >abc
refused missing "$hallmark" origin verify abc
"$hallmark" origin write abc
printf '%s' "$(sha1sum abc | cut -c1-40)" | cmp - .abc.origin
"$hallmark" origin verify abc | grep -q ': content:'
printf abd >abc
refused mismatch "$hallmark" origin verify abc
printf x >other
for file in abc other; do printf '%040d' 7 >".$file.origin"; done
refused stamp "$hallmark" origin verify abc

echo "== rotate"
cp trust.json old.json
must_fail 2 'version 2: by the keys of version 1: not signed' "$hallmark" trust rotate trust.json --sign-with c.key
cmp old.json trust.json
"$hallmark" trust rotate trust.json --root-key c.key.pub --sign-with a.key --sign-with c.key
"$hallmark" trust rotate trust.json --sign-with c.key
"$hallmark" trust show trust.json | grep -q '^version 3'

echo "== a trust file that expired is for boots, not for updates"
make_bundle old
"$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub --sign-with a.key -o short.json \
  --expires "$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)" | grep -q '^  bundle: 1 of 1'
"$hallmark" sign -q old --key a.key --trust short.json --sequence 1
"$hallmark" export -q old -o old.tar.gz
sleep 3
"$hallmark" verify -q old --trust short.json
must_fail 3 'untrusted: trust.json: version 1 expired at' "$hallmark" verify old --trust short.json --update
must_fail 3 'trust.json: version 1 expired at' "$hallmark" import old.tar.gz -o imported --trust short.json
[ ! -e imported ]

echo "== what can't be meant"
must_fail 1 'nowhere: no such directory' "$hallmark" verify nowhere --trust trust.json
must_fail 2 'from 0 to 1024' "$hallmark" verify old --trust trust.json --jobs 99999
must_fail 2 'is compressed' "$hallmark" pack old/rootfs.img.zst -o packed
must_fail 2 'name: not of letters' "$hallmark" pack old/rootfs.img -o packed --name 'a b'
[ ! -e packed ]
must_fail 2 'exclude each other' "$hallmark" keygen -o twice.key --no-passphrase --passphrase-command 'echo x'
[ ! -e twice.key ]
status=0
"$hallmark" keygen -o failed.key --passphrase-command 'echo hunter2; exit 1' 2>err.txt || status=$?
[ "$status" = 1 ] || fail "status $status of keygen whose command failed"
! grep hunter2 err.txt || fail 'a passphrase in a message'

echo "== a directory that is no bundle is not replaced"
mkdir project
echo '{"name": "web app"}' >project/manifest.json
echo x >project/thesis
must_fail 2 'is not what may be replaced' "$hallmark" pack old/rootfs.img -o project
must_fail 2 'lies in the directory' "$hallmark" pack old/rootfs.img -o old
[ -f project/thesis ] && [ -f old/rootfs.img ]

echo "== closed standard streams are no files of ours"
"$hallmark" pack old/rootfs.img -o closed --name closed 0<&- >&- 2>&-
"$hallmark" pack old/rootfs.img -o open --name closed -q
diff -r open closed

echo "== two who sign at once"
make_bundle both
cat >slow.sh <<'EOF'
touch started
sleep 2
exec sh signer.sh
EOF
"$hallmark" sign -q both --key a.key --sequence 1
cat >signer.sh <<'EOF'
cat >message.bin
openssl pkeyutl -sign -rawin -inkey c.key -in message.bin
EOF
"$hallmark" sign -q both --signer-command 'sh slow.sh' --signer-key c.key.pub &
while [ ! -e started ]; do sleep 0.1; done
must_fail 1 'in use' "$hallmark" sign both --key a.key
wait $!
grep -c '"sig"' both/manifest.dsse.json | grep -qx 2

echo "== a key that openssl keeps"
make_bundle external
cat >signer.sh <<'EOF'
cat >message.bin
openssl pkeyutl -sign -rawin -inkey c.key -in message.bin
EOF
"$hallmark" sign external --signer-command 'sh signer.sh' --signer-key c.key.pub --sequence 4
openssl_accepts external 1 c.key.pub
must_fail 3 'is not one of the public key' \
  "$hallmark" sign external --signer-command 'sh signer.sh' --signer-key a.key.pub --sequence 5
must_fail 1 'printed 3 bytes' "$hallmark" sign external --signer-command 'echo no' --signer-key a.key.pub --sequence 5

echo "== a key in a PKCS#11 token"
module=$(find /usr/lib /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
[ -n "$module" ] || fail 'no SoftHSM2'
mkdir tokens
echo "directories.tokendir = $work/tokens" >softhsm2.conf
SOFTHSM2_CONF=$work/softhsm2.conf
export SOFTHSM2_CONF
softhsm2-util --init-token --free --label release --pin 1234 --so-pin 5678 >/dev/null
token() { pkcs11-tool --module "$module" --token-label release --login --pin env:PIN "$@"; }
PIN=1234
export PIN
token --keypairgen --key-type EC:edwards25519 --label release --id 01 >/dev/null
token --read-object --type pubkey --id 01 -o token.pub
make_bundle token
uri="pkcs11:token=release;object=release?module-path=$module"
"$hallmark" sign token --sequence 1 --key "$uri" --passphrase-command 'echo 1234'
openssl_accepts token 1 token.pub
minisign -Vm token/manifest.json -P "$("$hallmark" trust init --bundle-key token.pub --smol-key token.pub --sign-with \
  "$uri" --passphrase-command 'echo 1234' -o token.json >/dev/null && "$hallmark" trust show token.json |
  sed -n 's/.*minisign -P //p' | head -n 1)"
must_fail 2 'wrong PIN' "$hallmark" sign token --key "$uri" --passphrase-command 'echo 4321'
must_fail 1 'no token that the URI fits' \
  "$hallmark" sign token --key "pkcs11:token=other?module-path=$module" --passphrase-command 'echo 1234'
must_fail 1 'no Ed25519 key pair' "$hallmark" sign token \
  --key "pkcs11:token=release;object=other?module-path=$module" --passphrase-command 'echo 1234'
must_fail 2 'a PIN in the URI' "$hallmark" sign token --key "$uri&pin-value=1234"  --passphrase-command 'echo 1234'

echo "all accepted"
