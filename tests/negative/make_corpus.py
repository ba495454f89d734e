#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the negative corpus: bundles that a verifier must refuse, with the reason. It has a bundle for each fault of
the threats that concern bundles. Usage: make_corpus.py DIRECTORY

DIRECTORY/trust.json     the trust file to verify with
DIRECTORY/bundles/NAME   a bundle with one fault
DIRECTORY/cases.json     a list with an entry for each case: "name"; "threat", the kind of fault; "change", the change
                         to a good bundle; "leastSequence", the high-water mark to verify with; and what a verifier must
                         report. This is "findings" of a full check, each with "verdict" (hallmark-verify(1)), "file"
                         and "message"; if there are none, the bundle is accepted. Or it is "restore", the error of
                         making rootfs.img, if only decompression shows the fault.

Keys and content are fixed, so every byte is the same on every machine. Faults in time (a change between check and use,
a kill, a full disk, two processes at once) are not faults of bundles, and have tests of their own in tests/interop."""
import concurrent.futures
import os
import pathlib
import shutil
import sys

import bundle_writer
from cases import CASES, RESTORE_CASES


def make(directory):
    """Writes the bundles. Returns the directory of each case."""
    directory = pathlib.Path(directory)
    good = directory / "good"
    bundle = bundle_writer.write_bundle(good)
    shutil.copyfile(bundle.path("trust.json"), directory / "trust.json")
    (directory / "bundles").mkdir()

    def make_one(case):
        target = directory / "bundles" / case.name
        # The holes of rootfs.img are part of the case.
        bundle_writer.copy_bundle(good, target)
        case.fault(bundle_writer.Bundle(target))
        return target

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(make_one, CASES + RESTORE_CASES))
    shutil.rmtree(good)
    return made


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True)
    make(directory)
    shutil.copyfile(pathlib.Path(__file__).parent / "cases.json", directory / "cases.json")


if __name__ == "__main__":
    main()
