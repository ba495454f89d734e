#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""image_test.py NAME HALLMARK IMAGE_FOLDER: boots what make_image.sh made, one named test a run: direct, firmware,
devices, session, tampered_file, tampered_tree, tampered_esp."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "guest"))
from guest_client import Guest  # noqa: E402
from machine import BootError, Machine, command_line, run  # noqa: E402


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


def greet(machine, image):
    """Waits for the guest's hello; what it says must be what the host started."""
    guest = Guest.connect(str(machine.socket), timeout=600)
    check(guest.hello["root_hash"] == image.root_hash, f"the guest runs another root: {guest.hello}")
    check(guest.hello["trouble"] == "", f"the guest is in trouble: {guest.hello}")
    return guest


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


def test_session(image, work):
    """The guest greets, installs the programs of smol-bin, makes a session and runs a command in its sandbox; after a
    power cut the session is there with the same uid."""
    sessions = work / "sessiondata.img"
    run("zstd", "-dq", "--sparse", image.bundle / "sessiondata.img.zst", "-o", sessions)

    def boot():
        machine = image.direct(work / "machine").sessions(sessions).smol_bin(image.bundle / "smol-bin.arm64.img")
        return machine.channel()

    with boot() as machine:
        guest = greet(machine, image)
        check(guest.hello["policy_digest"] != "", "no policy is in force")
        uid = guest.call("session.create", name="quiet-brave-turing", timeout=120)["uid"]
        ended, out, err = guest.run("quiet-brave-turing", "/bin/sh", "-c", "id -u; echo no >&2; exit 7", timeout=120)
        check((ended["exit_code"], out, err) == (7, f"{uid}\n".encode(), b"no\n"), f"{ended} {out} {err}")
        check(re.search(r"\[updater\] mounted smol-bin device /dev/sd\w+ at /smol/bin", machine.said()), machine.tail())
        guest.run("quiet-brave-turing", "/bin/sh", "-c", "echo kept > ~/file; sync", timeout=120)
    with boot() as machine:
        guest = greet(machine, image)
        check(guest.call("session.resume", session="quiet-brave-turing", timeout=120)["uid"] == uid, "another uid")
        _, out, _ = guest.run("quiet-brave-turing", "/bin/cat", "file", timeout=120)
        check(out == b"kept\n", f"the session's file holds {out}")


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
        check("hallmark-init: starting /sbin/init" in machine.said(), "it ended too early\n" + machine.tail())
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
