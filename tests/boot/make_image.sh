#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make_image.sh HALLMARK RECIPES GUEST CACHE FOLDER: a signed bundle of the recipe debian-12-arm64 at FOLDER/out, with a
# smol-bin of the programs in GUEST, from packages that are in CACHE already; keys and trust file are beside it. What
# the boot tests boot.
set -euo pipefail
hallmark=$1 recipes=$2 guest=$3 folder=$5
export HALLMARK_CACHE=$(realpath "$4")
mkdir -p "$folder"
if [ ! -e "$folder/trust.json" ]; then
  "$hallmark" keygen -o "$folder/release.key" --no-passphrase
  "$hallmark" trust init --bundle-key "$folder/release.key.pub" --smol-key "$folder/release.key.pub" --threshold 1 \
    --sign-with "$folder/release.key" -o "$folder/trust.json"
fi
"$hallmark" smol-bin build --arch arm64 --sdk-daemon "$guest/sdk-daemon" --sandbox-helper "$guest/sandbox-helper" \
  --settings "$recipes/common/srt-settings.json" --key "$folder/release.key" --sequence 2 -o "$folder/smol-bin.img"
"$hallmark" build "$recipes/debian-12-arm64" -o "$folder/out" --offline --trust "$folder/trust.json" \
  --smol-bin "$folder/smol-bin.img"
"$hallmark" sign "$folder/out" --key "$folder/release.key" --trust "$folder/trust.json" --sequence 1
