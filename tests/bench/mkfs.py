#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tree to ext4, with and without a dm-verity hash tree, beside mke2fs -d and veritysetup, and beside the lower bound:
`cat` of the same tree's tar archive into a file. The trees: that of a Debian image, the same with one directory of
18,000 files, only that directory, and ten files of 1 GiB. The first requires root.
Usage: mkfs.py HALLMARK WORK_DIRECTORY JSON TREE [ROUNDS]"""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import measure  # noqa: E402

# The features of our images: the peer should not spend time on others.
FEATURES = "none,ext_attr,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file," \
           "dir_nlink,extra_isize,metadata_csum"
FILES = 18_000


def directory_of_files(tree):
    directory = tree / "many"
    directory.mkdir(parents=True)
    for number in range(FILES):
        (directory / f"file-{number:05}").write_text(f"{number}\n")


def big_files(tree):
    tree.mkdir()
    block = os.urandom(1 << 20)
    for number in range(10):
        with (tree / f"big-{number}").open("wb") as file:
            for _ in range(1024):
                file.write(block)


def compare(name, hallmark, tree, work, rounds):
    archive, image, peer, hashes = work / "tree.tar", work / "ours.img", work / "peer.img", work / "hashes"
    subprocess.run(["tar", "-C", tree, "-cf", archive, "."], check=True)
    size = (archive.stat().st_size * 5 // 4 + (64 << 20)) >> 20 << 20
    comparison = measure.Comparison(f"{name}: tree to ext4, {archive.stat().st_size >> 20} MiB")

    def clean(_):
        for path in (image, peer, hashes, work / "copy"):
            path.unlink(missing_ok=True)
        os.sync()

    measure.run_once(["cat", archive])  # both read from memory
    ours = [hallmark, "mkfs", "ext4", "--from", tree, "-o", image, "--size", str(size)]
    mke2fs = f"truncate -s {size} {peer} && mke2fs -q -F -t ext4 -O {FEATURES} -d {tree} {peer}"
    comparison.run({
        "hallmark mkfs ext4": ours,
        "hallmark mkfs ext4 --verity": [*ours, "--verity", hashes],
        "floor: cat tar > file": f"cat {archive} > {work}/copy",
        "mke2fs -d": mke2fs,
        "mke2fs -d, veritysetup format": f"{mke2fs} && veritysetup format {peer} {hashes}",
    }, rounds, clean)
    clean("")
    archive.unlink()
    return comparison


def main():
    hallmark, work, json_file, tree = (pathlib.Path(a).resolve() for a in sys.argv[1:5])
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 5
    work.mkdir(parents=True, exist_ok=True)
    comparisons = [compare("Debian", hallmark, tree, work, rounds)]
    copy = work / "copy-of-tree"
    subprocess.run(["cp", "-a", tree, copy], check=True)
    directory_of_files(copy)
    comparisons.append(compare("Debian and a directory of 18,000 files", hallmark, copy, work, rounds))
    shutil.rmtree(copy)
    directory_of_files(work / "directory")
    comparisons.append(compare("a directory of 18,000 files alone", hallmark, work / "directory", work, rounds))
    shutil.rmtree(work / "directory")
    big_files(work / "big")
    comparisons.append(compare("ten files of 1 GiB", hallmark, work / "big", work, max(1, rounds // 2)))
    shutil.rmtree(work / "big")
    measure.report(comparisons, json_file)


main()
