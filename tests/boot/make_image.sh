#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make_image.sh HALLMARK RECIPE CACHE FOLDER: a signed bundle of a recipe at FOLDER/out, from packages that are in CACHE
# already, with the keys and the trust file beside it. What the boot tests boot.
set -euo pipefail
hallmark=$1 recipe=$2 folder=$4
export HALLMARK_CACHE=$(realpath "$3")
mkdir -p "$folder"
if [ ! -e "$folder/trust.json" ]; then
  "$hallmark" keygen -o "$folder/release.key" --no-passphrase
  "$hallmark" trust init --bundle-key "$folder/release.key.pub" --smol-key "$folder/release.key.pub" --threshold 1 \
    --sign-with "$folder/release.key" -o "$folder/trust.json"
fi
"$hallmark" build "$recipe" -o "$folder/out" --offline --trust "$folder/trust.json"
"$hallmark" sign "$folder/out" --key "$folder/release.key" --trust "$folder/trust.json" --sequence 1
