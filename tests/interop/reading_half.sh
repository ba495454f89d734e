#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Libraries of hosts and guests must not require code that writes images. Usage: reading_half.sh LIBRARY...
set -eu
status=0
for library in "$@"; do
  nm --demangle --undefined-only "$library" >symbols.$$
  if grep -E ' U (archive_|ext2fs_|curl_|p11_kit_|C_GetFunctionList)' symbols.$$; then
    echo "FAILED: $library needs them" >&2
    status=1
  fi
done
rm -f symbols.$$
exit $status
