#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch_kernel.sh FOLDER: Debian's arm64 kernel, unpacked at FOLDER/tree with depmod run, by this machine's apt sources.
# apt's state is in FOLDER too, so the machine's own architectures and lists stay as they are.
set -eu
folder=$1
[ ! -e "$folder/tree/done" ] || exit 0
mkdir -p "$folder/state/lists/partial" "$folder/cache/archives/partial"
: > "$folder/state/status"
apt() {
  program=$1
  shift
  "$program" -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$folder/state" \
    -o Dir::State::status="$folder/state/status" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root "$@"
}
if ! ls "$folder"/linux-image-*_arm64.deb > /dev/null 2>&1; then
  apt apt-get update
  package=$(apt apt-cache depends linux-image-arm64 | sed -n 's/^ *Depends: \(linux-image-.*\)$/\1/p' | head -n 1)
  (cd "$folder" && apt apt-get download "$package:arm64")
fi
rm -rf "$folder/tree"
dpkg-deb -x "$folder"/linux-image-*_arm64.deb "$folder/tree"
version=$(ls "$folder/tree/lib/modules")
depmod -b "$folder/tree" "$version"
touch "$folder/tree/done"
