#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a seekable zstd file by the published layout alone ("Zstandard Seekable Format", version 0.1.1, in the contrib
directory of zstd's source) and the stock zstd program, and compares it with the raw file, frame by frame and at random
offsets. Usage: seekable.py FILE.zst RAW"""
import pathlib
import random
import struct
import subprocess
import sys

SKIPPABLE_MAGIC = 0x184D2A5E
FOOTER_MAGIC = 0x8F92EAB1
FRAME_MAGIC = 0xFD2FB528


def decompress(frame):
    return subprocess.run(["zstd", "-q", "-d", "-c"], input=frame, check=True, capture_output=True).stdout


def main():
    compressed = pathlib.Path(sys.argv[1]).read_bytes()
    raw = pathlib.Path(sys.argv[2]).read_bytes()
    count, descriptor, magic = struct.unpack("<IBI", compressed[-9:])
    assert magic == FOOTER_MAGIC, "no footer"
    assert descriptor & 0x7C == 0, "reserved bits are set"
    entry_size = 12 if descriptor & 0x80 else 8
    table_size = 8 + count * entry_size + 9
    table = compressed[-table_size:]
    assert struct.unpack_from("<II", table) == (SKIPPABLE_MAGIC, table_size - 8), "not a skippable frame of that size"
    frames = []
    offset = raw_offset = 0
    for index in range(count):
        size, raw_size = struct.unpack_from("<II", table, 8 + index * entry_size)
        frames.append((offset, size, raw_offset, raw_size))
        offset += size
        raw_offset += raw_size
    assert offset == len(compressed) - table_size, "the entries do not cover the file"
    assert raw_offset == len(raw), "the entries do not cover the content"
    for offset, size, raw_offset, raw_size in frames:
        frame = compressed[offset:offset + size]
        assert struct.unpack_from("<I", frame)[0] == FRAME_MAGIC, "not a frame"
        assert decompress(frame) == raw[raw_offset:raw_offset + raw_size], f"frame at {offset}"
    source = random.Random(4)
    for _ in range(20):  # as a reader that seeks: the frame that holds a byte, and that byte
        place = source.randrange(len(raw))
        offset, size, raw_offset, _ = next(f for f in frames if f[2] <= place < f[2] + f[3])
        assert decompress(compressed[offset:offset + size])[place - raw_offset] == raw[place], f"byte {place}"
    print(f"{count} frames, {len(raw)} bytes: as the seekable format says")


main()
