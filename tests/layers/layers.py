#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the include lines of the source against the arrows of docs/architecture.md: one row for each room, with the
rooms that it may include; for each wrapped library, its only user; and that readers of signed files include no writer.
Before it reads the source, it plants an include across each forbidden arrow and must find it. Usage: layers.py
SOURCE_DIRECTORY"""
import pathlib
import re
import sys

# room: the rooms that it may include besides itself. Each room is listed below the rooms that it may include.
ALLOWED = {
    "lib/base": "",
    "lib/json": "lib/base",
    "lib/crypto": "lib/base",
    "lib/compress": "lib/base",
    "lib/archive": "lib/base",
    "lib/http": "lib/base",
    "lib/policy": "lib/base lib/json",
    "lib/gpt": "lib/base",
    "lib/verity": "lib/base lib/crypto",
    "lib/fat": "lib/base",
    "lib/exfat": "lib/base",
    "lib/ext4": "lib/base",
    "kernel-config": "",
    "lib/rootfs/recipe": "lib/base lib/crypto",
    "lib/rootfs/packages": "lib/base lib/crypto lib/archive lib/http lib/rootfs/recipe",
    "lib/rootfs/tree": "lib/base lib/crypto lib/archive lib/rootfs/recipe lib/rootfs/packages",
    "lib/rootfs/image": "lib/base lib/crypto lib/archive lib/gpt lib/verity lib/fat lib/ext4 kernel-config lib/rootfs/recipe "
                        "lib/rootfs/packages",
    "lib/rootfs/inspect": "lib/base lib/crypto lib/archive lib/gpt lib/verity lib/fat lib/ext4 lib/rootfs/recipe "
                          "lib/rootfs/packages lib/rootfs/tree lib/rootfs/image",
    "signing/document": "lib/base lib/json lib/crypto",
    "signing/bundle": "lib/base lib/json lib/crypto lib/compress lib/gpt lib/http signing/document",
    "signing/smol_bin": "lib/base lib/json lib/crypto lib/policy lib/exfat signing/document",
    "signing/seal": "lib/base lib/json lib/crypto lib/compress lib/archive lib/policy lib/gpt lib/exfat signing/document "
                    "signing/bundle signing/smol_bin",
    "guestd/protocol": "lib/base lib/json",
    "guestd/common": "lib/base guestd/protocol",
    "guestd/init": "lib/base lib/gpt lib/verity lib/fat lib/exfat lib/ext4",
    "guestd/update": "lib/base lib/crypto guestd/common signing/document signing/smol_bin",
    "guestd/sandbox-helper": "lib/base lib/policy guestd/common",
    "guestd/sdk-daemon": "lib/base lib/json guestd/common guestd/protocol",
    "guestd/guestd": "lib/base lib/exfat signing/document signing/smol_bin guestd/common guestd/protocol guestd/init "
                     "guestd/update",
    "tools/cli": "lib/base lib/json lib/crypto signing/document signing/bundle signing/seal",
    "tools/hallmark": "lib/base lib/json lib/crypto lib/compress lib/archive lib/http lib/policy lib/gpt lib/verity lib/fat "
                      "lib/exfat lib/ext4 lib/rootfs/recipe lib/rootfs/packages lib/rootfs/tree lib/rootfs/image "
                      "lib/rootfs/inspect signing/document signing/bundle signing/smol_bin signing/seal tools/cli",
}
ALLOWED = {room: set(rooms.split()) for room, rooms in ALLOWED.items()}

# A wrapped library's headers: the only rooms that may include them.
WRAPPED = {
    "openssl/": ("lib/crypto",),
    "zstd": ("lib/compress",),
    "archive.h": ("lib/archive",),
    "archive_entry.h": ("lib/archive",),
    "ext2fs/": ("lib/ext4",),
    "e2p/": ("lib/ext4",),
    "curl/": ("lib/http",),
    "toml++": ("lib/rootfs/recipe",),
    "cxxopts": ("tools/cli",),
}

# Hosts and guests link these rooms, so they include no header of a writer.
READERS = ("guestd/", "signing/document", "signing/bundle", "signing/smol_bin")

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]')
SOURCES = ("lib", "signing", "guestd", "tools", "kernel-config")


def room_of(path):
    """The room of a file, which is the longest row that matches."""
    return max((room for room in ALLOWED if path.startswith(room + "/")), key=len, default=None)


def violations(name, text):
    room = room_of(name)
    if room is None:
        yield f"{name}: its directory has no row in {pathlib.Path(__file__).name}"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(1)
        target = room_of(header)
        if target is not None and target != room and target not in ALLOWED[room]:
            yield f"{name}:{number}: {room} may not include {header}"
        if room.startswith(READERS) and re.fullmatch(r"lib/\w+/\w*writer\.h", header):
            yield f"{name}:{number}: {room} reads, and may not include {header}"
        for prefix, owners in WRAPPED.items():
            if header.startswith(prefix) and room not in owners:
                yield f"{name}:{number}: only {' and '.join(owners)} may include <{header}>"


def check_arrows():
    """Checks that every row is below the rooms that it may include, so there is no circle."""
    above = set()
    for room, rooms in ALLOWED.items():
        if not rooms <= above:
            yield f"{room}: may include {sorted(rooms - above)}, whose rows do not stand above its own"
        above.add(room)


def check_planted():
    """Checks that an include across each arrow is found if it is forbidden, and only then."""
    for room in ALLOWED:
        for target in ALLOWED:
            found = list(violations(f"{room}/planted.cc", f'#include "{target}/planted.h"\n'))
            if bool(found) != (target != room and target not in ALLOWED[room]):
                yield f"a planted include of {target} in {room} gives {found}"
        for prefix, owners in WRAPPED.items():
            if bool(list(violations(f"{room}/planted.cc", f"#include <{prefix}>\n"))) != (room not in owners):
                yield f"a planted include of <{prefix}> in {room} is judged wrongly"
        if room.startswith(READERS) and not list(violations(f"{room}/planted.cc", '#include "lib/gpt/writer.h"\n')):
            yield f"a planted include of a writer in {room} is not found"
    if not list(violations("lib/planted/planted.cc", "")):
        yield "a room without a row is not found"


def check_source(top):
    for directory in SOURCES:
        for source in sorted(p for end in ("*.cc", "*.h") for p in (top / directory).rglob(end)):
            yield from violations(source.relative_to(top).as_posix(), source.read_text())


def main():
    found = [*check_arrows(), *check_planted(), *check_source(pathlib.Path(sys.argv[1]).resolve())]
    print("\n".join(found) or "every include follows the arrows")
    return 1 if found else 0


sys.exit(main())
