#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make_image.sh HALLMARK RECIPES GUEST CACHE DIRECTORY: makes the input of the boot tests. DIRECTORY/out is a signed
# bundle of the recipe debian-12-arm64, with a smol-bin of the programs in GUEST, built from packages that are in CACHE
# already. Keys and trust file are beside it.
set -euo pipefail
hallmark=$1 recipes=$2 guest=$3 directory=$5
export HALLMARK_CACHE=$(realpath "$4")
mkdir -p "$directory"
if [ ! -e "$directory/trust.json" ]; then
  "$hallmark" keygen -o "$directory/release.key" --no-passphrase
  "$hallmark" trust init --bundle-key "$directory/release.key.pub" --smol-key "$directory/release.key.pub" --threshold 1 \
    --sign-with "$directory/release.key" -o "$directory/trust.json"
fi
"$hallmark" smol-bin build --arch arm64 --sdk-daemon "$guest/sdk-daemon" --sandbox-helper "$guest/sandbox-helper" \
  --settings "$recipes/common/srt-settings.json" --key "$directory/release.key" --sequence 2 -o "$directory/smol-bin.img"
"$hallmark" build "$recipes/debian-12-arm64" -o "$directory/out" --offline --trust "$directory/trust.json" \
  --smol-bin "$directory/smol-bin.img"
"$hallmark" sign "$directory/out" --key "$directory/release.key" --trust "$directory/trust.json" --sequence 1
