#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""guestd as systemd and the host see it: disks, supervision, and what it never touches.
Usage, as root: guestd_test.py GUESTD SDK_DAEMON HALLMARK [TEST...]"""
import contextlib
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

import guest_client
from guest_client import GuestError
from native_daemon import cgroup_mount, wait_until

LABEL = "hallmark-tests"
IMAGE = pathlib.Path("/run/disk.img")
LOG = pathlib.Path("/run/guestd.log")
NOTIFY = "/run/notify"
SUPERBLOCK = 1024


def enter_new_root():
    """Changes to a root that is this machine's under an overlay in memory, so that /sessions and /run belong to the
    test."""
    run = lambda *command: subprocess.run(command, check=True)
    run("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    for directory in "upper", "work", "root":
        os.mkdir(f"/mnt/{directory}")
    run("mount", "-t", "overlay", "-o", "lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work", "overlay", "/mnt/root")
    for directory in "/dev", "/sys", "/proc":
        run("mount", "--rbind", directory, "/mnt/root" + directory)
    for directory in "/run", "/mnt":
        run("mount", "-t", "tmpfs", "tmpfs", "/mnt/root" + directory)
    os.chroot("/mnt/root")
    os.chdir("/")


class GuestdTest(unittest.TestCase):
    def setUp(self):
        with open(IMAGE, "wb") as file:
            file.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-L", LABEL, str(IMAGE)], check=True)
        self.loop = None
        self.guestd = None
        self.guest = None
        self.listener = guest_client.listen("/run/host.sock")
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(NOTIFY):
            os.unlink(NOTIFY)
        self.notify.bind(NOTIFY)
        LOG.write_bytes(b"")

    def tearDown(self):
        if self.guestd and self.guestd.poll() is None:
            self.stop()
        self.drop_host()
        self.listener.close()
        self.notify.close()
        subprocess.run(["umount", "-l", "/sessions"], capture_output=True, check=False)
        if self.loop:
            subprocess.run(["losetup", "-d", self.loop], check=True)

    def launch(self, *programs):
        if not self.loop:
            self.loop = subprocess.run(["losetup", "--find", "--show", str(IMAGE)], check=True, capture_output=True,
                                       text=True).stdout.strip()
        with open(LOG, "ab") as log:
            self.guestd = subprocess.Popen(
                [GUESTD, "--session-label", LABEL, *(programs or ("--programs", PROGRAMS)), "--connect", "unix:/run/host.sock"],
                stderr=log, env={**os.environ, "NOTIFY_SOCKET": NOTIFY}, preexec_fn=enter_group)

    def start(self, *programs):
        self.launch(*programs)
        self.expect("READY=1", 20)
        self.accept()

    def accept(self):
        self.drop_host()
        self.guest = guest_client.Guest.accept(self.listener)

    def drop_host(self):
        if self.guest:
            self.guest.close()
            self.guest = None

    def expect(self, state, seconds):
        self.notify.settimeout(seconds)
        while state not in (said := self.notify.recv(4096).decode()):
            pass
        return said

    def forget_states(self):
        """Drops what killed processes sent, and the connections that they made."""
        self.notify.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.notify.recv(4096)
        self.listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()

    def stop(self):
        self.guestd.send_signal(signal.SIGTERM)
        self.expect("STOPPING=1", 10)
        self.assertEqual(self.guestd.wait(30), 0)

    def daemon_pid(self):
        return int(subprocess.run(["pgrep", "-n", "-x", "-P", str(self.guestd.pid), "sdk-daemon"], check=True,
                                  capture_output=True).stdout)

    @contextlib.contextmanager
    def session_disk(self):
        """The disk as its host can write it while no guest runs."""
        directory = pathlib.Path("/run/host-disk")
        directory.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "loop", str(IMAGE), str(directory)], check=True)
        try:
            yield directory
        finally:
            subprocess.run(["umount", str(directory)], check=True)

    def digest(self):
        return hashlib.sha256(IMAGE.read_bytes()).hexdigest()

    def test_mounts_starts_and_ends_in_order(self):
        self.start()
        self.assertEqual(self.guest.hello["trouble"], "")
        self.assertEqual(self.guest.call("session.create", name="a-b-c")["uid"], 1001)
        self.assertGreaterEqual(self.guest.call("disk.trim")["bytes"], 1)
        self.stop()
        log = LOG.read_text()
        stamp = r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d "
        self.assertRegex(log, re.compile(stamp + rf"\[guestd\] mounting session disk {self.loop} at /sessions$", re.M))
        self.assertFalse(os.path.ismount("/sessions"))
        self.start()
        self.assertIn("[process] recovered uid=1001 gid=1001 from /sessions/a-b-c", LOG.read_text())

    def test_a_daemon_that_dies_or_hangs_is_back_within_ten_seconds(self):
        self.start()
        self.guest.call("session.create", name="a-b-c")
        for how in signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV:
            instance = self.guest.hello["instance"]
            start = time.monotonic()
            os.kill(self.daemon_pid(), how)
            self.accept()
            print(f"{how.name}: back after {time.monotonic() - start:.1f} s", file=sys.stderr)
            self.assertLess(time.monotonic() - start, 10)
            self.assertNotEqual(self.guest.hello["instance"], instance)
            self.assertEqual(self.guest.call("session.resume", session="a-b-c")["uid"], 1001)

    def test_the_disk_is_let_go_though_the_programs_ran_from_it(self):
        with self.session_disk() as disk:
            trust = install_smol_bin(disk / ".hallmark/programs")
        self.start("--trust", str(trust), "--smol-label", "NONE")
        self.assertEqual(self.guest.hello["trouble"], "")
        self.assertIn("starting sdk-daemon of smol-bin", LOG.read_text())
        self.assertEqual(self.guest.hello["smol_bin"], {"sequence": 5})
        self.stop()
        self.assertFalse(os.path.ismount("/sessions"))

    def test_the_host_is_told_of_a_smol_bin_that_can_not_be_read(self):
        with self.session_disk() as disk:
            trust = install_smol_bin(disk / ".hallmark/programs")
        image = pathlib.Path("/run/broken.img")
        shutil.copyfile("/run/smol-bin/image", image)
        with open(image, "r+b") as file:
            file.seek(11 * 512)  # the checksum of the boot region: the disk can't be mounted
            file.write(bytes(512))
        loop = subprocess.run(["losetup", "--find", "--show", str(image)], check=True, capture_output=True, text=True)
        try:
            self.start("--trust", str(trust))
        finally:
            subprocess.run(["losetup", "-d", loop.stdout.strip()], check=True)
        state = self.guest.hello["smol_bin"]
        self.assertEqual((state["sequence"], state["refused"]["verdict"]), (5, "io"))
        self.assertIn("mounting smol-bin device", state["refused"]["message"])

    def test_programs_of_no_smol_bin_have_no_sequence(self):
        self.start()
        self.assertEqual(self.guest.hello["smol_bin"], {"sequence": 0})

    def test_links_on_the_disk_lead_nowhere(self):
        precious = pathlib.Path("/run/precious")
        for part in "trash/a", "sets/b", "new/c":
            (precious / part).mkdir(parents=True)
        for link in ".hallmark", ".hallmark/programs":
            with self.session_disk() as disk:
                shutil.rmtree(disk / ".hallmark", ignore_errors=True)
                (disk / link).parent.mkdir(exist_ok=True)
                (disk / link).symlink_to(precious)
            self.start()
            self.assertIn(f"{link}: is a link or a file, and must be a directory", self.guest.hello["trouble"])
            self.stop()
            with self.session_disk() as disk:
                (disk / link).unlink()
        for part in "trash/a", "sets/b", "new/c":
            self.assertTrue((precious / part).is_dir(), part)
        self.start()
        self.assertEqual(self.guest.hello["trouble"], "")

    def test_directories_on_the_disk_of_another_user_are_not_taken(self):
        with self.session_disk() as disk:
            (disk / ".hallmark").mkdir()
            os.chown(disk / ".hallmark", 1001, 1001)
        self.start()
        self.assertIn(".hallmark: belongs to the user 1001", self.guest.hello["trouble"])

    def test_an_unknown_superblock_is_reported_and_not_touched(self):
        with open(IMAGE, "r+b") as file:
            file.seek(SUPERBLOCK)
            file.write(os.urandom(1024))
        before = self.digest()
        self.start()
        self.assertIn(f"no disk has a superblock with the label {LABEL}", self.guest.hello["trouble"].replace("LABEL=", ""))
        with self.assertRaisesRegex(GuestError, "sessions can't work: no disk"):
            self.guest.call("session.create")
        self.stop()
        self.assertEqual(self.digest(), before)

    def test_a_damaged_superblock_is_reported_and_not_touched(self):
        with open(IMAGE, "r+b") as file:
            file.seek(SUPERBLOCK + 4)  # the number of blocks: the checksum no longer holds
            byte = file.read(1)[0]
            file.seek(SUPERBLOCK + 4)
            file.write(bytes([byte ^ 1]))
        before = self.digest()
        self.start()
        self.assertIn("mounting it at /sessions", self.guest.hello["trouble"])
        self.assertIn("nothing was changed", LOG.read_text())
        self.stop()
        self.assertEqual(self.digest(), before)

    def test_killed_at_random_moments_it_leaves_nothing_that_the_next_one_minds(self):
        rng = random.Random(5)
        self.start()
        self.guest.call("session.create", name="a-b-c")
        file = pathlib.Path("/sessions/a-b-c/file")
        for kill in range(50):
            self.guestd.kill()
            self.guestd.wait()
            wait_until(daemon_is_gone, what="the end of sdk-daemon, which guestd takes along")
            if kill % 5:  # some kills come before it is ready
                self.launch()
                time.sleep(rng.random() * 0.2)
                continue
            self.forget_states()
            self.start()
            self.assertEqual(self.guest.hello["trouble"], "")
            self.assertEqual(self.guest.call("session.resume", session="a-b-c")["uid"], 1001)
            self.assertEqual(file.read_text() if kill else "", str(kill - 5) if kill else "")
            file.write_text(str(kill))
            mounted = [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines() if " /sessions " in line]
            self.assertEqual(len(mounted), 1)
        self.guestd.kill()
        self.guestd.wait()
        wait_until(daemon_is_gone, what="the end of sdk-daemon")


def install_smol_bin(store):
    """Makes a store with one signed set that is known to work, and the trust file that it is signed for."""
    work = pathlib.Path("/run/smol-bin")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    hallmark = lambda *command: subprocess.run([HALLMARK, *map(str, command)], check=True, capture_output=True)
    key, trust, image, copy = (work / name for name in ("key", "trust.json", "image", "copy"))
    settings = work / "srt-settings.json"
    settings.write_text('{"network": {"allowedDomains": [], "deniedDomains": []},'
                        ' "filesystem": {"denyRead": [], "allowWrite": ["~"], "denyWrite": []}}')
    hallmark("keygen", "-o", key, "--no-passphrase")
    hallmark("trust", "init", "--bundle-key", f"{key}.pub", "--smol-key", f"{key}.pub", "--threshold", 1,
             "--sign-with", key, "-o", trust)
    hallmark("smol-bin", "build", "--arch", {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine],
             "--sdk-daemon", f"{PROGRAMS}/sdk-daemon", "--sandbox-helper", f"{PROGRAMS}/sdk-daemon",
             "--settings", settings, "--key", key, "--sequence", 5, "-o", image)
    hallmark("smol-bin", "extract", image, "--trust", trust, "-o", copy)
    name = hashlib.sha256((copy / "manifest.json").read_bytes()).hexdigest()
    shutil.copytree(copy, store / "sets" / name)
    for link in "current", "good":
        (store / link).symlink_to(f"sets/{name}")
    return trust


def daemon_is_gone():
    """This is the first process of its namespace, so it must reap processes that lost their parent."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return subprocess.run(["pgrep", "-x", "sdk-daemon"], capture_output=True, check=False).returncode == 1


def enter_group():
    (GROUP / "cgroup.procs").write_text("0")


def main():
    global GUESTD, PROGRAMS, GROUP, HALLMARK
    if os.geteuid() != 0:
        os.execvp("sudo", ["sudo", sys.executable, *sys.argv])
    if os.environ.get("HALLMARK_INSIDE") != "1":
        os.environ["HALLMARK_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable,
                              *sys.argv])
    programs = {name: pathlib.Path(sys.argv.pop(1)).read_bytes() for name in ("guestd", "sdk-daemon")}
    HALLMARK = os.path.abspath(sys.argv.pop(1))
    enter_new_root()
    PROGRAMS = "/run/programs"
    os.mkdir(PROGRAMS)
    for name, content in programs.items():
        path = pathlib.Path(PROGRAMS, name)
        path.write_bytes(content)
        path.chmod(0o755)
    GUESTD = f"{PROGRAMS}/guestd"
    GROUP = cgroup_mount() / f"hallmark-guestd-{os.getpid()}-{time.monotonic_ns()}"
    GROUP.mkdir()
    result = unittest.main(verbosity=2, exit=False).result
    for directory, _, _ in os.walk(GROUP, topdown=False):
        wait_until(lambda directory=directory: not os.path.exists(directory) or not os.rmdir(directory))
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
