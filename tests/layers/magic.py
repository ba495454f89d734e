#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the magic number of each on-disk format occurs only in its own room, so that nobody writes a second
decoder. Before it reads the source, it plants each magic number in another room and must find it. Usage: magic.py
SOURCE_DIRECTORY"""
import pathlib
import re
import sys


def text(value, padding=""):
    """The ways to write a magic text in C++: as a string, as characters, as bytes."""
    string = re.escape(value) + padding
    characters = r",\s*".join(rf"'{re.escape(c)}'" for c in value)
    bytes_ = r",\s*".join(rf"0x{ord(c):02x}" for c in value)
    return [string, characters, bytes_]


def number(value, size):
    """The ways to write a magic number: as a number, as the bytes of a string, as bytes."""
    data = value.to_bytes(size, "little")
    digits = f"{value:0{2 * size}x}"
    return [rf"0x0*{digits}u?\b", "".join(rf"\\x{b:02x}" for b in data), r",\s*".join(rf"0x{b:02x}" for b in data)]


# (name, the room or the file that contains it, patterns that match it)
MAGIC = [
    ("the GPT header's signature", "lib/gpt/", text("EFI PART")),
    ("dm-verity's signature", "lib/verity/", [r"\"verity\\0", *text("verity")[1:]]),
    ("ext4's superblock magic", "lib/ext4/", number(0xEF53, 2)),
    ("exFAT's name", "lib/exfat/", text("EXFAT   ")),
    ("FAT32's type", "lib/fat/", text("FAT32   ")),
    ("FAT32's FSInfo signatures", "lib/fat/", number(0x41615252, 4) + number(0x61417272, 4)),
    # The first sectors of MBR, FAT and exFAT have the same end, so all three take it from lib/base.
    ("a boot sector's signature", "lib/base/boot_sector.h", number(0xAA55, 2) + [r"\b0x55aa"]),
    ("ext4's extent magic", "lib/ext4/", number(0xF30A, 2)),
    ("the EFI system partition's type", "lib/gpt/partition_types.h", ["c12a7328-f81f-11d2", *number(0xC12A7328, 4)]),
]
MAGIC = [(what, room, [re.compile(pattern, re.IGNORECASE) for pattern in patterns]) for what, room, patterns in MAGIC]

# The planted lines, in the order of MAGIC: each way to write the number.
PLANTED = [
    ['"EFI PART"', "{'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'}", "{0x45, 0x46, 0x49, 0x20, 0x50, 0x41, 0x52, 0x54}"],
    [r'"verity\0\0"', "{'v', 'e', 'r', 'i', 't', 'y', 0, 0}", "{0x76, 0x65, 0x72, 0x69, 0x74, 0x79, 0, 0}"],
    ["0xEF53", "0xef53u", r'"\x53\xef"', "{0x53, 0xef}"],
    ['"EXFAT   "', "{'E', 'X', 'F', 'A', 'T', ' ', ' ', ' '}"],
    ['"FAT32   "', "{'F','A','T','3','2',' ',' ',' '}"],
    ["0x41615252", "0x61417272U"],
    ["0xAA55", "0x55aa", "{0x55, 0xaa}", r'"\x55\xAA"'],
    ["0xF30A"],
    ['"c12a7328-f81f-11d2-ba4b-00a0c93ec93b"', "0xc12a7328"],
]

SOURCES = ("lib", "signing", "guestd", "tools")


def violations(name, content):
    for number_, line in enumerate(content.splitlines(), 1):
        for what, room, patterns in MAGIC:
            if not name.startswith(room) and any(pattern.search(line) for pattern in patterns):
                yield f"{name}:{number_}: {what} belongs to {room} alone"


def check_planted():
    """Checks that each magic number is found in another room but not in its own, and that similar words are not
    found."""
    for (what, room, _), lines in zip(MAGIC, PLANTED, strict=True):
        for line in lines:
            if not any(what in found for found in violations("tools/planted/planted.cc", line + "\n")):
                yield f"planted in another room, {what} is not found: {line}"
            own = room if room.endswith(".h") else room + "planted.cc"
            if any(what in found for found in violations(own, line + "\n")):
                yield f"planted in its own room, {what} is found: {line}"
    for line in ('"verity"', "0xEF530", "FAT32", "an exFAT filesystem", "0x55", "{0x55, 0xab}", "dm-verity"):
        yield from (f"taken for a magic number: {found}" for found in violations("tools/planted/planted.cc", line + "\n"))


def check_source(top):
    """Checks that no magic number is outside of its room, and that each is in its room: a pattern that matches nothing
    would pass otherwise."""
    seen = set()
    for directory in SOURCES:
        for source in sorted(p for end in ("*.cc", "*.h") for p in (top / directory).rglob(end)):
            name = source.relative_to(top).as_posix()
            content = source.read_text()
            yield from violations(name, content)
            seen |= {what for what, room, patterns in MAGIC
                     if name.startswith(room) and any(pattern.search(content) for pattern in patterns)}
    yield from (f"{room}: {what} is not there" for what, room, _ in MAGIC if what not in seen)


def main():
    found = [*check_planted(), *check_source(pathlib.Path(sys.argv[1]).resolve())]
    print("\n".join(found) or "every magic number is in its own room")
    return 1 if found else 0


sys.exit(main())
