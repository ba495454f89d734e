#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""image_test.py NAME HALLMARK IMAGE_FOLDER: boots what make_image.sh made, one named test a run."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from machine import BootError, Machine, command_line, run


class Image:
    """A bundle, and what the host would boot of it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.bundle = self.folder / "out"
        self.disk = self.bundle / "rootfs.img"
        self.trust = self.folder / "trust.json"
        self.predicate = json.loads((self.bundle / "manifest.json").read_text())["predicate"]
        self.root_hash = self.predicate["verity"]["rootHash"]

    def copy(self, work):
        run("cp", "--sparse=always", self.disk, work / "rootfs.img")
        return work / "rootfs.img"

    def direct(self, work, disk=None, extra=""):
        words = command_line(self.disk) + (" " + extra if extra else "")
        return Machine(work).kernel(self.bundle / "vmlinuz", self.bundle / "initrd.img", words).root(disk or self.disk)

    def partition(self, number):
        return next(p for p in self.predicate["disk"]["partitions"] if p["number"] == number)

    def file_offset(self, path):
        """Where in the disk the first block of a file of the root is."""
        root = self.partition(1)["offset"]
        said = run("debugfs", "-R", f"blocks {path}", f"{self.disk}?offset={root}")
        return root + int(re.search(r"^(\d+)", said, re.M).group(1)) * 4096


def check(condition, what):
    if not condition:
        raise BootError(what)


def flip(disk, offset):
    """The lowest bit of one byte."""
    with open(disk, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def reached(machine, image):
    """Waits until all services were started; the root must be the one that was built, under dm-verity."""
    machine.wait_for("hallmark-init: setting up dm-verity", 300)
    machine.wait_for("Reached target.*multi-user.target", 600)
    check(f"roothash={image.root_hash}" in machine.said(), "the kernel was told another root hash")


def test_direct(image, work):
    """Kernel and initramfs of the bundle, as a host boots them that has no firmware to."""
    with image.direct(work) as machine:
        reached(machine, image)


def test_firmware(image, work):
    """UEFI finds GRUB on the EFI system partition, GRUB finds kernel and initramfs there."""
    with Machine(work).firmware().root(image.disk) as machine:
        reached(machine, image)


def test_devices(image, work):
    """With the devices of the design, none of which may keep the root from being found."""
    sessions = work / "sessiondata.img"
    run("zstd", "-dq", "--sparse", image.bundle / "sessiondata.img.zst", "-o", sessions)
    with image.direct(work / "machine").sessions(sessions).channel() as machine:
        reached(machine, image)
        machine.wait_for("nvme0n1|nvme nvme0")


def test_tampered_file(image, work):
    """A file of the root with one bit flipped is not read, and the configured reaction follows."""
    disk = image.copy(work)
    flip(disk, image.file_offset("/usr/lib/systemd/systemd"))
    with image.direct(work / "error", disk) as machine:
        machine.wait_for(r"device-mapper: verity: .* data block \d+ is corrupted")
        machine.wait_for("hallmark-init: failed: starting /sbin/init")
        machine.wait_end()
    with image.direct(work / "restart", disk, "systemd.verity_root_options=restart-on-corruption") as machine:
        machine.wait_end()  # -no-reboot: the restart ends it
        check("hallmark-init: starting /sbin/init" in machine.said(), "it ended before the corrupted block\n" + machine.tail())
        check("systemd[1]" not in machine.said(), "systemd ran from a corrupted block")
    with image.direct(work / "panic", disk, "systemd.verity_root_options=panic-on-corruption panic=1") as machine:
        machine.wait_for("Kernel panic - not syncing: dm-verity device corrupted")
        machine.wait_end()


def test_tampered_tree(image, work):
    """A hash tree with one bit flipped in its top level: no block under it is read."""
    disk = image.copy(work)
    flip(disk, image.partition(2)["offset"] + 4096)
    with image.direct(work / "machine", disk) as machine:
        machine.wait_for("hallmark-init: failed: mounting the root filesystem")
        machine.wait_end()


def test_tampered_esp(image, work):
    """The host's quick check refuses an EFI system partition with one bit flipped, before anything boots."""
    bundle = work / "out"
    run("cp", "-r", "--sparse=always", image.bundle, bundle)
    command = [HALLMARK, "verify", bundle, "--trust", image.trust]
    run(*command)
    flip(bundle / "rootfs.img", image.partition(15)["offset"] + 50_000_000)
    refused = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    check(refused.returncode == 3, f"exit status {refused.returncode}: {refused.stdout}{refused.stderr}")
    check(re.search("partition 15|EFI system partition|esp", refused.stderr), f"another reason: {refused.stderr}")


def main():
    global HALLMARK
    name, HALLMARK, folder = sys.argv[1:]
    test = globals()["test_" + name]
    with tempfile.TemporaryDirectory(prefix="hallmark-boot.", dir="/var/tmp") as work:
        test(Image(folder), pathlib.Path(work))
    print(f"{name}: good")


if __name__ == "__main__":
    main()
