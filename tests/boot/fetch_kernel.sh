#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch_kernel.sh FOLDER: Debian's arm64 kernel, unpacked at FOLDER/tree with depmod run, by this machine's apt sources.
set -eu
folder=$1
[ ! -e "$folder/tree/done" ] || exit 0
fetch=$(dirname "$0")/../../tools/fetch-packages
if ! ls "$folder"/linux-image-[0-9]*_arm64.deb > /dev/null 2>&1; then
  "$fetch" arm64 "$folder" linux-image-arm64
  package=$(dpkg-deb -f "$folder"/linux-image-arm64_*.deb Depends | sed -n 's/^\(linux-image-[^ ,]*\).*/\1/p')
  "$fetch" arm64 "$folder" "$package"
fi
rm -rf "$folder/tree"
dpkg-deb -x "$folder"/linux-image-[0-9]*_arm64.deb "$folder/tree"
version=$(ls "$folder/tree/lib/modules")
depmod -b "$folder/tree" "$version"
touch "$folder/tree/done"
