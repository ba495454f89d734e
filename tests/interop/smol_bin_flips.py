#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Flips bits in each structure of a smol-bin image, found by the exFAT specification alone, and expects the exact
verdict: smol_bin_flips.py HALLMARK IMAGE TRUST. Changes the image in place, and restores it."""
import json
import random
import struct
import subprocess
import sys

BITS = 4  # flipped in each structure


def places_of(image):
    """(start, end, "VERDICT|VERDICT WHERE|WHERE") of each structure, in bytes."""
    sector = 1 << image[108]
    cluster = sector << image[109]
    fat, _, heap = (value * sector for value in struct.unpack_from("<III", image, 80))
    clusters, root = struct.unpack_from("<II", image, 92)
    at = lambda number: heap + (number - 2) * cluster
    places = [
        (0, sector, "filesystem boot sector"),
        (sector, sector * 11, "filesystem boot region"),
        (sector * 11, sector * 12, "filesystem boot checksum"),
        (sector * 12, sector * 24, "filesystem backup boot region"),
        (fat, fat + 4 * (clusters + 2), "filesystem FAT"),
    ]
    sets = {}
    offset = at(root)
    while image[offset] != 0:
        kind = image[offset]
        first, size = struct.unpack_from("<IQ", image, offset + 20)
        if kind == 0x81:
            places.append((at(first), at(first) + (clusters + 7) // 8, "filesystem allocation bitmap"))
        elif kind == 0x82:
            places.append((at(first), at(first) + size, "filesystem up-case table"))
        elif kind == 0x83:
            places.append((offset + 2, offset + 2 + 2 * image[offset + 1], "filesystem volume label"))
        elif kind == 0x85:
            count = image[offset + 1]
            stream, names = offset + 32, offset + 64
            length = image[stream + 3]
            text = b"".join(image[names + 32 * i + 2:names + 32 * (i + 1)] for i in range(count - 1))
            name = text[:2 * length].decode("utf-16-le")
            first, = struct.unpack_from("<I", image, stream + 20)
            size, = struct.unpack_from("<Q", image, stream + 24)
            sets[name] = (at(first), size)
            places.append((offset + 4, offset + 32, "filesystem directory entry set"))
            # The set's checksum covers the name too; see below.
            places.append((names + 2, names + 2 + 2 * min(length, 15), "filesystem directory entry set|file name"))
            offset += 32 * count
        offset += 32
    for name, verdict in [("sdk-daemon", "digest"), ("sandbox-helper", "digest"), ("srt-settings.json", "digest"),
                          ("manifest.json", "untrusted"), ("manifest.dsse.json", "untrusted|malformed")]:
        start, size = sets[name]
        places.append((start, start + size, f"{verdict} {name}"))
        if size % cluster:
            places.append((start + size, start + (size + cluster - 1) // cluster * cluster, "filesystem unused space"))
    places.append((len(image) - cluster, len(image), "filesystem unused space"))
    return places


def verdict_of(hallmark, image, trust):
    done = subprocess.run([hallmark, "smol-bin", "verify", "--json", image, "--trust", trust], capture_output=True,
                          text=True, check=False)
    if done.returncode != 3:
        return f"status {done.returncode}", done.stderr
    first = json.loads(done.stdout)["findings"][0]
    return first["verdict"], first["where"]


def main():
    hallmark, path, trust = sys.argv[1:]
    with open(path, "r+b", buffering=0) as file:
        image = file.read()
        chosen = random.Random(1)
        flips = wrong = 0
        for start, end, expected in places_of(image):
            verdicts, wheres = (part.split("|") for part in expected.split(" ", 1))
            for _ in range(BITS):
                byte, bit = chosen.randrange(start, end), chosen.randrange(8)
                file.seek(byte)
                file.write(bytes([image[byte] ^ 1 << bit]))
                verdict, where = verdict_of(hallmark, path, trust)
                file.seek(byte)
                file.write(image[byte:byte + 1])
                flips += 1
                if verdict not in verdicts or where not in wheres:
                    wrong += 1
                    print(f"byte {byte} bit {bit}: {verdict}: {where}, and not {expected}", file=sys.stderr)
    print(f"   {flips} bits flipped, {wrong} of them not named as they must be")
    sys.exit(wrong != 0)


main()
