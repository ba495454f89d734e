#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""image_test.py NAME HALLMARK IMAGE_DIRECTORY: boots the output of make_image.sh. Each run does one test: direct,
firmware, session, update, killed, tampered_file, tampered_tree or tampered_esp. A boot takes half a minute, so each
test checks as much as it can. `killed` cuts the power HALLMARK_KILLS times."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "guest"))
import limits  # noqa: E402
from guest_client import Guest  # noqa: E402
from machine import BootError, Machine, run  # noqa: E402

SESSION = "quiet-brave-turing"
PATIENCE = 120  # seconds for what takes a moment without emulation


class Image:
    """A bundle, and how a host boots it."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.bundle = self.directory / "out"
        self.disk = self.bundle / "rootfs.img"
        self.trust = self.directory / "trust.json"
        self.predicate = json.loads((self.bundle / "manifest.json").read_text())["predicate"]
        self.root_hash = self.predicate["verity"]["rootHash"]

    def copy(self, work):
        run("cp", "--sparse=always", self.disk, work / "rootfs.img")
        return work / "rootfs.img"

    def direct(self, work, disk=None, extra=""):
        """A machine as a host boots it that verified the manifest."""
        said = json.loads(run(HALLMARK, "verify", self.bundle, "--trust", self.trust, "--json"))
        machine = Machine(work).root(disk or self.disk)
        return machine.kernel(self.bundle / "vmlinuz", self.bundle / "initrd.img", f"{said['commandLine']} {extra}")

    def session_disk(self, work):
        run("zstd", "-dq", "--sparse", self.bundle / "sessiondata.img.zst", "-o", work / "sessiondata.img")
        return work / "sessiondata.img"

    def smol_bin(self, work, sequence, *options, key=None, daemon=None):
        """Makes another smol-bin than the bundle's, with the same programs unless `daemon` is given."""
        programs = work / "programs"
        if not programs.exists():
            run(HALLMARK, "smol-bin", "extract", self.bundle / "smol-bin.arm64.img", "--trust", self.trust, "-o", programs)
        image = work / f"smol-bin-{sequence}.img"
        run(HALLMARK, "smol-bin", "build", "--arch", "arm64", "--sdk-daemon", daemon or programs / "sdk-daemon",
            "--sandbox-helper", programs / "sandbox-helper", "--settings", programs / "srt-settings.json",
            "--key", key or self.directory / "release.key", "--sequence", sequence, *options, "-o", image)
        return image

    def partition(self, number):
        return next(p for p in self.predicate["disk"]["partitions"] if p["number"] == number)

    def file_offset(self, path):
        """The offset in the disk of the first block of a file of the root."""
        root = self.partition(1)["offset"]
        said = run("debugfs", "-R", f"blocks {path}", f"{self.disk}?offset={root}")
        return root + int(re.search(r"^(\d+)", said, re.M).group(1)) * 4096


def check(condition, what):
    if not condition:
        raise BootError(what)


def flip(disk, offset):
    """Flips the lowest bit of one byte."""
    with open(disk, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def greet(machine, image):
    """Waits for the guest's hello, and checks that it describes what the host started."""
    guest = Guest.connect(str(machine.socket), timeout=600)
    check(guest.hello["root_hash"] == image.root_hash, f"the guest runs another root: {guest.hello}")
    check(guest.hello["trouble"] == "", f"the guest is in trouble: {guest.hello}")
    check(guest.hello["policy_digest"] != "", "no policy is in force")
    print(f"hello after {machine.age():.1f} s", flush=True)
    return guest


def reached(machine, image):
    """Waits until all services were started. The root must be the one that was built, under dm-verity."""
    machine.wait_for("hallmark-init: setting up dm-verity", 300)
    machine.wait_for("Reached target.*multi-user.target", 600)
    check(f"roothash={image.root_hash}" in machine.said(), "the kernel was told another root hash")


def test_direct(image, work):
    """Kernel and initramfs of the bundle, as a host without firmware boots them. The guest knows which release it is,
    and refuses a smol-bin that requires a later one."""
    smol_bin = image.smol_bin(work, 2, "--least-rootfs-sequence", 2)
    with image.direct(work / "machine").sessions(image.session_disk(work)).smol_bin(smol_bin) as machine:
        reached(machine, image)
        machine.wait_for(r"\[updater\] .*needs a rootfs of sequence 2, and this one has 1", 600)


def test_firmware(image, work):
    """UEFI finds GRUB on the EFI system partition, and GRUB finds kernel and initramfs there. The lowest sequence of
    the bundle's smol-bin is sealed there too: an older smol-bin is refused even with a new session disk."""
    sealed = json.loads(run(HALLMARK, "inspect", image.disk, "--json"))["esp"]["kernelCommandLines"]
    check(sealed == [image.predicate["commandLine"]], f"the manifest does not say what is sealed: {sealed}")
    smol_bin = image.smol_bin(work, 1)
    with Machine(work / "machine").firmware().root(image.disk).sessions(image.session_disk(work)).smol_bin(
            smol_bin) as machine:
        reached(machine, image)
        machine.wait_for(r"\[updater\] .*sequence 1, and the least is 2", 600)


def check_smol_bin(guest, sequence, verdict="", message=""):
    """Checks what the guest's hello says about the running smol-bin and the offered one."""
    state = guest.hello["smol_bin"]
    refused = state.get("refused", {"verdict": "", "message": ""})
    check((state["sequence"], refused["verdict"]) == (sequence, verdict) and message in refused["message"],
          f"the host is told of another smol-bin: {guest.hello}")


def wait_good(machine, sequence):
    machine.wait_for(rf"\[guestd\] sdk-daemon of smol-bin \S+, sequence {sequence} is good", PATIENCE)


def test_session(image, work):
    """With a session disk, a smol-bin and a control channel, the guest greets, installs the programs of smol-bin, makes
    a session and runs a command in its sandbox. After a power cut, the session exists with the same uid, an older
    smol-bin is refused, the limits of a session hold, and the power button ends everything in order."""
    sessions = image.session_disk(work)

    def boot(smol_bin):
        return image.direct(work / "machine").sessions(sessions).smol_bin(smol_bin).channel().power_button()

    with boot(image.bundle / "smol-bin.arm64.img") as machine:
        guest = greet(machine, image)
        check_smol_bin(guest, 2)
        uid = guest.call("session.create", name=SESSION, timeout=PATIENCE)["uid"]
        ended, out, err = guest.run(SESSION, "/bin/sh", "-c", "id -u; echo no >&2; exit 7", timeout=PATIENCE)
        check((ended["exit_code"], out, err) == (7, f"{uid}\n".encode(), b"no\n"), f"{ended} {out} {err}")
        machine.wait_for(r"\[guestd\] mounting session disk /dev/nvme\d+n1 at /sessions")
        machine.wait_for(r"\[updater\] mounted smol-bin device /dev/sd\w+ at /smol/bin")
        machine.wait_for(r"\[updater\] installed smol-bin 2, sequence 2")
        machine.wait_for(r"\[updater\] unmounted smol-bin")
        guest.run(SESSION, "/bin/sh", "-c", "echo kept > ~/file; sync", timeout=PATIENCE)
        wait_good(machine, 2)
    with boot(image.smol_bin(work, 1)) as machine:
        guest = greet(machine, image)
        check_smol_bin(guest, 2, "rolled-back", "sequence 1, and the least is 2")
        machine.wait_for(r"\[updater\] the offered smol-bin: .*sequence 1, and the least is 2")
        machine.wait_for(r"\[updater\] kept smol-bin 2, sequence 2")
        machine.wait_for(rf"\[process\] recovered uid={uid} gid={uid} from /sessions/{SESSION}")
        check(guest.call("session.resume", session=SESSION, timeout=PATIENCE)["uid"] == uid, "another uid")
        _, out, _ = guest.run(SESSION, "/bin/cat", "file", timeout=PATIENCE)
        check(out == b"kept\n", f"the session's file holds {out}")
        limits.hold(guest)
        console = machine.console.read_text(errors="replace")
        button = console.find("input: gpio-keys")
        check(0 <= button < console.find("hallmark-init: starting"), "the power button has no driver from the initramfs")
        machine.press_power()
        end = time.monotonic() + PATIENCE
        while not any(event["event"] == "shutdown" for event in guest.events):
            guest.receive(end)
        machine.wait_end()


def test_update(image, work):
    """A foreign smol-bin is refused while the installed one continues. A smol-bin whose daemon crashes is replaced by
    the last good one within ten seconds."""
    sessions = image.session_disk(work)

    def boot(smol_bin):
        return image.direct(work / "machine").sessions(sessions).smol_bin(smol_bin).channel()

    with boot(image.bundle / "smol-bin.arm64.img") as machine:
        greet(machine, image)
        wait_good(machine, 2)
    run(HALLMARK, "keygen", "-o", work / "foreign.key", "--no-passphrase")
    with boot(image.smol_bin(work, 9, key=work / "foreign.key")) as machine:
        guest = greet(machine, image)
        check_smol_bin(guest, 2, "untrusted", "not signed by a trusted key")
        machine.wait_for(r"\[updater\] the offered smol-bin: .*sign")
        machine.wait_for(r"\[updater\] kept smol-bin 2, sequence 2")
        check(guest.call("session.create", name=SESSION, timeout=PATIENCE)["uid"] == 1001, "another uid")
    (work / "crash.cc").write_text("int main() { __builtin_trap(); }\n")
    run("aarch64-linux-gnu-g++", "-static", "-s", "-o", work / "crash", work / "crash.cc")
    with boot(image.smol_bin(work, 3, daemon=work / "crash")) as machine:
        machine.wait_for(r"\[updater\] installed smol-bin 3, sequence 3", 600)
        _, started = machine.wait_for(r"\[guestd\] starting sdk-daemon of smol-bin 3, sequence 3")
        guest = greet(machine, image)
        check_smol_bin(guest, 2, "failed", "sequence 3")
        back = machine.age() - started
        machine.wait_for(r"\[guestd\] sdk-daemon of smol-bin 3, sequence 3 does not work: falling back to smol-bin 2, seq")
        print(f"the last good smol-bin is back after {back:.1f} s")
        check(back < 10, f"the last good smol-bin was back after {back:.1f} s only")
        check(guest.call("session.resume", session=SESSION, timeout=PATIENCE)["uid"] == 1001, "another uid")


def test_killed(image, work):
    """Cuts the power at random moments, while the guest boots and while a session writes. What was synced exists in the
    next boot, and its session disk has no error."""
    sessions = image.session_disk(work)
    rng = random.Random(7)
    kills = int(os.environ.get("HALLMARK_KILLS", "2"))
    synced = 0
    for kill in range(kills + 1):
        with image.direct(work / "machine").sessions(sessions).smol_bin(
                image.bundle / "smol-bin.arm64.img").channel() as machine:
            if kill % 2 and kill < kills:
                time.sleep(rng.random() * 12)
                continue
            guest = greet(machine, image)
            if kill == 0:
                guest.call("session.create", name=SESSION, timeout=PATIENCE)
            check(guest.call("session.resume", session=SESSION, timeout=PATIENCE)["uid"] == 1001, "another uid")
            ended, out, err = guest.run(SESSION, "/bin/sh", "-c", f"""
                for i in $(seq {synced}); do [ "$(cat synced$i)" = $i ] || echo lost $i; done
                for i in $(seq {synced + 1} {synced + 3}); do echo $i >synced$i; sync synced$i .; done""", timeout=PATIENCE)
            check((ended.get("exit_code"), out) == (0, b""), f"after {kill} kills: {ended} {out} {err}")
            synced += 3
            guest.call("process.spawn", session=SESSION, timeout=PATIENCE,
                       command=["/bin/sh", "-c", "while :; do seq 20000 >new; sync new; mv new last; done"])
            time.sleep(rng.random() * 3)
    print(f"{kills} power cuts: {synced} files synced, none lost")


def test_tampered_file(image, work):
    """A file of the root with one flipped bit can't be read, and the configured reaction follows."""
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
    """With one flipped bit in the top level of the hash tree, no block below it can be read."""
    disk = image.copy(work)
    flip(disk, image.partition(2)["offset"] + 4096)
    with image.direct(work / "machine", disk) as machine:
        machine.wait_for("hallmark-init: failed: mounting the root filesystem")
        machine.wait_end()


def test_tampered_esp(image, work):
    """The host's quick check refuses an EFI system partition with one flipped bit, before anything boots."""
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
    name, HALLMARK, directory = sys.argv[1:]
    test = globals()["test_" + name]
    with tempfile.TemporaryDirectory(prefix="hallmark-boot.", dir="/var/tmp") as work:
        test(Image(directory), pathlib.Path(work))
    print(f"{name}: good")


if __name__ == "__main__":
    main()
