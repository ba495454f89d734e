#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A smol-bin in a bundle: packed, signed, verified, and refused if it does not fit the bundle or was changed.
# Usage: smol_bin_bundle.sh HALLMARK SETTINGS CROSS_COMPILER RECHECK
set -eu
hallmark=$(realpath "$1")
settings=$(realpath "$2")
compiler=$3
recheck=$(realpath "$4")
. "$(dirname "$0")/make_bundle.sh"
. "$(dirname "$0")/refused.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
fail() { echo "smol_bin_bundle.sh: $*" >&2; exit 1; }

printf 'int main(void) { return 0; }\n' | "$compiler" -x c -static -s -o program -
make_image rootfs.img 11111111-1111-1111-1111-111111111111
for key in bundle smol other; do "$hallmark" keygen -o "$key.key" --no-passphrase >/dev/null; done
"$hallmark" trust init --bundle-key bundle.key.pub --smol-key smol.key.pub --threshold 1 --sign-with bundle.key -o trust.json
smol_bin() { # KEY SEQUENCE LEAST_ROOTFS_SEQUENCE POLICY_SEQUENCE OUTPUT
  "$hallmark" smol-bin build -q --sdk-daemon program --sandbox-helper program --settings "$settings" --key "$1" \
    --sequence "$2" --least-rootfs-sequence "$3" --policy-sequence "$4" -o "$5"
}
pack() { rm -rf bundle && "$hallmark" pack -q rootfs.img -o bundle --smol-bin "$1"; }
sign() { "$hallmark" sign -q bundle --key bundle.key --trust trust.json --sequence "$1"; }
verify() { "$hallmark" verify bundle --trust trust.json "$@"; }

echo '== it goes along'
smol_bin smol.key 4 7 3 smol.img
pack smol.img
cmp smol.img bundle/smol-bin.arm64.img
"$hallmark" origin verify bundle/smol-bin.arm64.img >/dev/null
grep -q '"smolBinLeastSequence": 4' bundle/manifest.json || fail 'the least sequence of a smol-bin'
grep -q '"policyLeastSequence": 3' bundle/manifest.json || fail 'the least sequence of a policy'
grep -q '"role": "smol-bin"' bundle/manifest.json || fail 'its role'
sign 7
verify >/dev/null
verify --full >/dev/null
(cd bundle && sha256sum -c --strict --quiet SHA256SUMS)
"$recheck" bundle trust.json >/dev/null
"$hallmark" smol-bin verify bundle/smol-bin.arm64.img --trust trust.json --rootfs-sequence 7 >/dev/null

echo '== the two must fit'
pack smol.img
refused 3 'rootfs-too-old: manifest.json: needs a rootfs of sequence 7, and this one has 6' sign 6
grep -qF -- '--least-rootfs-sequence' out.txt || fail "no next step: $(cat out.txt)"
[ ! -e bundle/manifest.dsse.json ] || fail 'signed what it refused'
refused 3 'rootfs-too-old' "$hallmark" sign -q bundle --key bundle.key --sequence 6
sign 8
# The manifest asks for higher sequences than those of the smol-bin.
pack smol.img
sed -i 's/"smolBinLeastSequence": 4/"smolBinLeastSequence": 5/' bundle/manifest.json
refused 3 'rolled-back: manifest.json: sequence 4, and the least is 5' sign 7
sed -i 's/"smolBinLeastSequence": 5/"smolBinLeastSequence": 4/; s/"policyLeastSequence": 3/"policyLeastSequence": 9/' bundle/manifest.json
refused 3 'policy-rolled-back' sign 7
smol_bin other.key 4 0 3 other.img
pack other.img
refused 3 'untrusted: manifest.dsse.json' sign 7
"$hallmark" smol-bin build -q --arch amd64 --sdk-daemon "$hallmark" --sandbox-helper program --settings "$settings" \
  --key smol.key --sequence 1 -o no.img 2>/dev/null && fail 'took a dynamic program'
head -c 4194304 /dev/zero >zeros
refused 1 'this is not an exFAT filesystem' pack zeros
printf 'not there' >short
refused 1 'exFAT takes 1 MiB at least' pack short
truncate -s 3G large
refused 1 'larger than 2 GiB' pack large
[ ! -e bundle ] || fail 'half a bundle is left'

echo '== what was changed is named'
pack smol.img
sign 7
size=$(stat -c %s bundle/smol-bin.arm64.img)
flipped() { # OFFSET
  python3 - bundle/smol-bin.arm64.img "$1" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ 4]))
PYTHON
}
# Offsets in the boot sector, the FAT, the root directory, a program, and the last byte.
for offset in 70 12290 40960 262144 $((size - 1)); do
  flipped "$offset"
  for full in '' --full; do
    # shellcheck disable=SC2086
    refused 3 'digest: smol-bin.arm64.img: holds other bytes than signed' verify $full
  done
  refused 3 'smol-bin.arm64.img' "$recheck" bundle trust.json
  refused 3 'holds other bytes than the manifest says' sign 8
  flipped "$offset"
done
verify >/dev/null
truncate -s $((size - 512)) bundle/smol-bin.arm64.img
refused 3 'truncated: smol-bin.arm64.img' verify
cp smol.img bundle/smol-bin.arm64.img
printf x >>bundle/smol-bin.arm64.img
refused 3 'extended: smol-bin.arm64.img' verify
# Another smol-bin with a valid signature.
smol_bin smol.key 3 0 3 bundle/smol-bin.arm64.img
refused 3 'digest: smol-bin.arm64.img' verify --full
rm bundle/smol-bin.arm64.img
refused 3 'missing: smol-bin.arm64.img' verify
ln -s ../smol.img bundle/smol-bin.arm64.img
refused 3 'not-a-file: smol-bin.arm64.img' verify
echo 'smol_bin_bundle: good'
