#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A directory to an exFAT image, beside mkfs.exfat, a mount by exfat-fuse, cp and umount. There are two directories:
three files of 7 MB in 10 MiB, like a smol-bin (mkfs.exfat leaves 8 MiB of those), and 2,000 small ones in 64 MiB. Then
a whole smol-bin beside the hashing that it requires: the SHA-256 of each file, and the SHA-1 of the image for its
origin. Work of milliseconds is repeated several times for one figure, for us and for the peers: after an idle time, the
first program on a virtual machine waits longer for its host than it works (an idle `true` takes 7 ms instead of 0.8).
Requires root.
Usage: exfat.py HALLMARK WORK_DIRECTORY JSON [ROUNDS]"""
import os
import pathlib
import shutil
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import measure  # noqa: E402


def large_files(tree):
    tree.mkdir(parents=True)
    (tree / "sdk-daemon").write_bytes(os.urandom(5_000_000))
    (tree / "sandbox-helper").write_bytes(os.urandom(2_000_000))
    (tree / "srt-settings.json").write_text("{}\n")


def small_files(tree):
    for number in range(2000):
        directory = tree / f"directory-{number % 20}"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"a file of some name, {number}").write_text(f"{number}\n" * 500)


def in_a_row(count, script):
    """A shell command line that runs a script `count` times."""
    return f"set -e; for i in $(seq {count}); do (\n{script}\n) done"


# The driver continues after umount; the device is free once the driver has closed it.
PEER = """set -e
truncate -s {size} {image}
mkfs.exfat {image}
device=$(losetup -f --show {image})
trap 'umount {mount} 2>/dev/null || true; losetup -d $device' EXIT
mount.exfat-fuse $device {mount}
cp -r --preserve=timestamps {tree}/. {mount}/
umount {mount}
"""


def compare(name, hallmark, make, size, count, work, rounds):
    """Makes `count` images for each figure."""
    tree, ours, peer, mount = (work / part for part in ("tree", "ours.img", "peer.img", "mount"))
    make(tree)
    mount.mkdir()
    comparison = measure.Comparison(f"{name}: directory to exFAT, {count} in a row")

    def clean(_):
        for path in (ours, peer):
            path.unlink(missing_ok=True)

    comparison.run({
        "hallmark mkfs exfat": in_a_row(count, f"rm -f {ours}; {hallmark} mkfs exfat --from {tree} -o {ours} --size {size}"),
        "mkfs.exfat, exfat-fuse, cp, umount": in_a_row(
            count, f"rm -f {peer}\n" + PEER.format(size=size, image=peer, mount=mount, tree=tree)),
    }, rounds, clean)
    shutil.rmtree(tree)
    clean("")
    mount.rmdir()
    return comparison


def static_program(path, size):
    """An ELF header of a static program for arm64, and then incompressible bytes up to `size`."""
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 183, 1, 0x400000, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x10000)
    path.write_bytes(header + load + os.urandom(size - len(header) - len(load)))


def smol_bin(hallmark, work, rounds):
    directory = work / "smol-bin"
    directory.mkdir()
    programs = [directory / name for name in ("sdk-daemon", "sandbox-helper")]
    for program in programs:
        static_program(program, 4_700_000)
    settings, key, image = (directory / name for name in ("srt-settings.json", "key.pem", "smol-bin.img"))
    shutil.copyfile(pathlib.Path(__file__).parents[2] / "recipes/common/srt-settings.json", settings)
    measure.run_once([hallmark, "keygen", "--no-passphrase", "-o", key])
    build = [hallmark, "smol-bin", "build", "--quiet", "--sdk-daemon", programs[0], "--sandbox-helper", programs[1],
             "--settings", settings, "--key", key, "--sequence", "1", "-o", image]
    measure.run_once(build)
    comparison = measure.Comparison("smol-bin of 10 MiB, signed, and its hashing alone")
    comparison.run({
        "hallmark smol-bin build": build,
        "openssl dgst of its files and of the image": f"openssl dgst -sha256 {programs[0]} {programs[1]}; openssl dgst -sha1 {image}",
    }, rounds)
    shutil.rmtree(directory)
    return comparison


def main():
    hallmark, work, json_file = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 11
    work.mkdir(parents=True, exist_ok=True)
    measure.report([compare("three files, 7 MB in 10 MiB", hallmark, large_files, 10 << 20, 20, work, rounds),
                    compare("2,000 files in 64 MiB", hallmark, small_files, 64 << 20, 3, work, max(1, rounds // 2)),
                    smol_bin(hallmark, work, rounds)], json_file)


main()
