#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The time to the guest's hello, under emulation: an image as its host boots it, and the same files booted by the
distribution's own initramfs and GRUB with their defaults. Also shows which stages take the time. Requires root.
Usage: boot.py HALLMARK WORK_DIRECTORY JSON DIRECTORY

DIRECTORY is the output of tests/boot/make_image.sh."""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "boot"), str(HERE.parent / "guest")]
import image_test  # noqa: E402
import measure  # noqa: E402
from guest_client import Guest  # noqa: E402
from machine import Machine  # noqa: E402

ROUNDS = 3
# The text on a console that ends a stage.
STAGES = {
    "firmware": r"GNU GRUB|Welcome to GRUB|EFI stub: ",
    "GRUB": r"EFI stub: |Booting Linux on physical CPU",
    "kernel": r"Run /init as init process",
    "init": r"hallmark-init: starting /sbin/init|systemd\[1\]: systemd .* running in system mode|Welcome to .*Debian",
    "systemd": r"\[guestd\] ",
}


def hello(machine):
    """Seconds until the guest greets. Its session disk must have no error."""
    guest = Guest.connect(str(machine.socket), timeout=300)
    if guest.hello["trouble"]:
        raise RuntimeError(f"the guest is in trouble: {guest.hello}")
    return machine.age()


def stages(machine):
    """Seconds of each stage up to the hello, as far as its text is on a console."""
    spent, before = {}, 0
    for stage, pattern in STAGES.items():
        if stage in ("firmware", "GRUB") and "-kernel" in machine.arguments:
            continue
        _, reached = machine.wait_for(pattern, 300)
        spent[stage], before = reached - before, reached
    spent["guestd"] = hello(machine) - before
    return spent


def peak_kib(machine):
    """Peak memory of the emulator so far."""
    status = pathlib.Path(f"/proc/{machine.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hallmark")
    parser.add_argument("work", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("json")
    parser.add_argument("directory")
    arguments = parser.parse_args()
    image_test.HALLMARK = arguments.hallmark
    image = image_test.Image(arguments.directory)
    work = arguments.work
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run([str(HERE / "distribution_disk.sh"), str(image.disk), str(work)], check=True, stdout=subprocess.DEVNULL)
    sessions = image.session_disk(work)
    smol_bin = image.bundle / "smol-bin.arm64.img"

    def ours():
        return image.direct(work / "machine").sessions(sessions).smol_bin(smol_bin).channel()

    def peer(menu):
        machine = Machine(work / "machine").firmware().root(work / f"{menu}.img", writable=True)
        return machine.sessions(sessions).smol_bin(smol_bin).channel()

    machines = {"hallmark": ours, "initramfs-tools and GRUB": lambda: peer("quiet")}
    comparison = measure.Comparison("time to the guest's hello, under emulation")
    for number in range(ROUNDS + 1):
        for label, make in machines.items():
            with make() as machine:
                seconds = hello(machine)
                if number > 0:  # the first boot installs smol-bin and makes the machine ID
                    comparison.add(label, seconds, peak_kib(machine))
    spent = {}
    for label, make in {"hallmark": ours, "initramfs-tools and GRUB": lambda: peer("talking")}.items():
        with make() as machine:
            spent[label] = stages(machine)
    measure.report([comparison], arguments.json)
    print("\nwhere the time goes, of one boot with all messages")
    print("  " + "".join(f"{stage:>10}" for stage in [*STAGES, "guestd"]))
    for label, seconds in spent.items():
        print("  " + "".join(f"{seconds[stage]:8.1f} s" if stage in seconds else " " * 10
                             for stage in [*STAGES, "guestd"]) + f"  {label}")
    shutil.rmtree(work)


main()
