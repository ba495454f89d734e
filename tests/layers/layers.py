#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the include lines of the source to the arrows of the design: base <- json, crypto, compress, archive, http <- policy,
disk, ext4 <- signing, rootfs <- guestd, tools; and each wrapped library to its one user. Usage: layers.py SOURCE_DIRECTORY"""
import pathlib
import re
import sys

# directory: the directories of this project that it may include, beside itself.
ALLOWED = {
    "lib/base": set(),
    "lib/json": {"lib/base"},
    "lib/policy": {"lib/base", "lib/json"},
    "lib/crypto": {"lib/base"},
    "lib/compress": {"lib/base"},
    "lib/archive": {"lib/base"},
    "lib/http": {"lib/base"},
    "lib/disk": {"lib/base", "lib/crypto"},
    "lib/ext4": {"lib/base"},
    "signing": {"lib/base", "lib/json", "lib/crypto", "lib/compress", "lib/archive", "lib/disk", "lib/http", "lib/policy"},
    "lib/rootfs": {"lib/base", "lib/crypto", "lib/compress", "lib/archive", "lib/disk", "lib/ext4", "lib/http",
                   "kernel-config"},
    "guestd": {"lib/base", "lib/json", "lib/crypto", "lib/compress", "lib/policy", "signing"},
    "tools/hallmark": {"lib/base", "lib/crypto", "lib/compress", "lib/archive", "lib/disk", "lib/ext4", "lib/policy",
                       "lib/rootfs", "signing"},
}

# A wrapped library's headers: the only directory that may include them.
WRAPPED = {
    r"openssl/": "lib/crypto",
    r"zstd": "lib/compress",
    r"archive(_entry)?\.h": "lib/archive",
    r"ext2fs/": "lib/ext4",
    r"e2p/": "lib/ext4",
    r"curl/": "lib/http",
    r"toml\+\+": "lib/rootfs",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]')


def directory_of(path):
    return next((directory for directory in ALLOWED if path.startswith(directory + "/")), None)


def violations(top):
    for source in sorted(p for end in ("*.cc", "*.h") for p in top.rglob(end)):
        name = source.relative_to(top).as_posix()
        directory = directory_of(name)
        if directory is None:
            continue
        for number, line in enumerate(source.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header = match.group(1)
            target = directory_of(header)
            if target is not None and target != directory and target not in ALLOWED[directory]:
                yield f"{name}:{number}: {directory} may not include {header}"
            for pattern, owner in WRAPPED.items():
                if re.match(pattern, header) and directory != owner:
                    yield f"{name}:{number}: only {owner} may include <{header}>"


def main():
    found = list(violations(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) or "every include follows the arrows")
    return 1 if found else 0


sys.exit(main())
