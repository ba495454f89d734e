#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch_kernel.sh DIRECTORY: unpacks Debian's arm64 kernel from this machine's apt sources at DIRECTORY/tree, and runs
# depmod.
set -eu
directory=$1
[ ! -e "$directory/tree/done" ] || exit 0
fetch=$(dirname "$0")/../../tools/fetch-packages
if ! ls "$directory"/linux-image-[0-9]*_arm64.deb > /dev/null 2>&1; then
  "$fetch" arm64 "$directory" linux-image-arm64
  package=$(dpkg-deb -f "$directory"/linux-image-arm64_*.deb Depends | sed -n 's/^\(linux-image-[^ ,]*\).*/\1/p')
  "$fetch" arm64 "$directory" "$package"
fi
rm -rf "$directory/tree"
dpkg-deb -x "$directory"/linux-image-[0-9]*_arm64.deb "$directory/tree"
version=$(ls "$directory/tree/lib/modules")
depmod -b "$directory/tree" "$version"
touch "$directory/tree/done"
