#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sdk-daemon and sandbox-helper together: a command goes through the sandbox into its session, and its output and
status come back. tests/isolation checks what the sandbox keeps out.
Usage, as root: sandboxed_test.py SDK_DAEMON SANDBOX_HELPER [TEST...]"""
import base64
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import daemon_case
from guest_client import GuestError
from native_daemon import SESSIONS, SHARED, TOP, Daemon, session_processes, wait_until

HELPER = os.path.abspath(sys.argv.pop(2)) if os.environ.get("HALLMARK_INSIDE") == "1" else ""
SETTINGS = {"network": {"allowedDomains": ["example.org"], "deniedDomains": []},
            "filesystem": {"denyRead": [], "allowWrite": ["~"], "denyWrite": []}}


def helpers():
    """The process ids of all helpers."""
    found = []
    for pid in session_processes():
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("sandbox-helper"):
                found.append(pid)
    return found


class SandboxedTest(daemon_case.DaemonTest):
    def start(self, *options):
        programs = TOP / "programs"
        programs.mkdir(exist_ok=True)
        shutil.copy(HELPER, programs / "sandbox-helper")
        (programs / "srt-settings.json").write_text(json.dumps(SETTINGS))
        self.daemon = Daemon(daemon_case.PROGRAM, *options, programs=programs)
        self.guest = self.daemon.host()

    def sh(self, session, script, **options):
        return self.guest.run(session, "/bin/sh", "-c", script, **options)

    def test_output_and_exit_code_are_the_commands(self):
        name = self.session()
        ended, out, error = self.sh(name, "id -un; pwd; echo e >&2; exit 42")
        self.assertEqual((ended.get("exit_code"), out.decode()), (42, f"{name}\n{SESSIONS}/{name}\n"), error)
        self.assertIn(b"e\n", error)
        process = self.guest.call("process.spawn", session=name, command=["cat"])["process"]
        self.guest.call("process.write", process=process, data=base64.b64encode(b"there and back").decode(), close=True)
        self.assertEqual(self.guest.wait_exit(process).get("exit_code"), 0)
        self.assertEqual(bytes(self.guest.output[process, "stdout"]), b"there and back")

    def test_the_home_lasts_and_the_rest_is_not_there(self):
        name, other = self.session(), self.session()
        ended, _, error = self.sh(name, "echo kept > file")
        self.assertEqual(ended.get("exit_code"), 0, error)
        self.assertEqual((SESSIONS / name / "file").read_text(), "kept\n")
        _, out, _ = self.sh(other, f"ls {SESSIONS}; cat {SESSIONS}/{name}/file; ps -e | wc -l")
        self.assertNotIn(name, out.decode())
        self.assertNotIn("kept", out.decode())

    def test_shared_directories_go_along(self):
        (SHARED / "one").mkdir(exist_ok=True)
        os.chmod(SHARED / "one", 0o777)
        (SHARED / "one/text").write_text("one")
        name = self.session()
        self.guest.call("session.mount", session=name, folders=[{"source": "one", "name": "rw"},
                                                                {"source": "one", "name": "ro", "read_only": True}])
        ended, out, error = self.sh(name, "cat mnt/ro/text; echo x > mnt/rw/new && cat mnt/ro/new; echo y > mnt/ro/new")
        self.assertEqual(out, b"onex\n", error)
        self.assertNotEqual(ended.get("exit_code"), 0)
        self.assertIn(b"Read-only file system", error)

    def test_a_missing_read_only_directory_keeps_nothing_from_running(self):
        name = self.session()
        mounted = self.guest.call("session.mount", session=name,
                                  folders=[{"source": "missing", "name": "missing", "read_only": True}])["folders"]
        self.assertEqual(mounted[0]["error"]["kind"], "not_found")
        ended, out, error = self.sh(name, "echo ran")
        self.assertEqual((ended.get("exit_code"), out), (0, b"ran\n"), error)
        self.guest.call("session.unmount", session=name, name="missing")

    def test_kill_and_signal_reach_what_is_inside(self):
        name = self.session()
        process = self.guest.call("process.spawn", session=name, command=["sh", "-c", "setsid sleep 1000 & sleep 1000"])["process"]
        wait_until(lambda: len(session_processes()) >= 3, what="the tree")
        self.guest.call("process.kill", process=process)
        self.assertEqual(self.guest.wait_exit(process)["signal"], 9)
        wait_until(lambda: not session_processes(), what="the end of the tree")
        process = self.guest.call("process.spawn", session=name, command=["sleep", "1000"])["process"]
        time.sleep(0.5)
        self.guest.call("process.signal", process=process, signal="TERM")
        self.guest.wait_exit(process)
        wait_until(lambda: not session_processes(), what="the end of the command")

    def test_a_helper_that_is_killed_at_random_moments_takes_all_along_and_loses_nothing(self):
        rng = random.Random(6)
        name = self.session()
        reached = 0
        for kill in range(50):
            process = self.guest.call("process.spawn", session=name,
                                      command=["sh", "-c", f"echo {kill} > f{kill}; sync f{kill}; echo; setsid sleep 1000"])["process"]
            time.sleep(rng.random() * 0.06)
            wait_until(helpers, what="a helper")
            os.kill(rng.choice(helpers()), signal.SIGKILL)
            ended = self.guest.wait_exit(process)
            self.assertNotEqual(ended.get("exit_code"), 0, ended)
            wait_until(lambda: not session_processes(), what="the end of the tree")
            self.assertEqual(pathlib.Path("/proc/self/mounts").read_text(), self.mounts)
            if bytes(self.guest.output[process, "stdout"]):
                reached += 1
                self.assertEqual((SESSIONS / name / f"f{kill}").read_text(), f"{kill}\n")
        print(f"{reached} of 50 commands had written their file", file=sys.stderr)
        self.assertGreater(reached, 0)
        self.assertLess(reached, 50)
        ended, out, error = self.sh(name, "echo goes on")
        self.assertEqual((ended.get("exit_code"), out), (0, b"goes on\n"), error)

    def test_a_full_disk_stops_no_command_of_others(self):
        filling, other, project = self.session(), self.session(), self.session()
        self.sh(project, "mkdir -p .git/objects .git/refs; echo ref: refs/heads/main > .git/HEAD; echo '[core]' > .git/config")
        # The command does not end: at its end, its own placeholders would free their blocks.
        process = self.guest.call("process.spawn", session=filling, command=["sh", "-c", """
            cat /dev/zero > all; while echo > $((i = i + 1)); do :; done 2>/dev/null; cat /dev/zero > more; exec sleep 1000"""])["process"]
        end = time.monotonic() + 60
        while self.guest.output[process, "stderr"].count(b"No space left") < 2:
            self.guest.receive(end)
        for name in other, project:
            ended, out, error = self.sh(name, "echo goes on; mkdir .ssh .git/hooks && echo made; echo x > .ssh/config")
            self.assertEqual(out, b"goes on\n", error)
        self.guest.call("process.kill", process=process)
        self.guest.wait_exit(process)
        ended, out, error = self.sh(filling, "rm -f all more [0-9]* && echo freed")
        self.assertEqual(out, b"freed\n", error)
        self.assertEqual(self.sh(other, "echo y > file && cat file")[1], b"y\n")
        self.assertEqual(sorted(path.name for path in (SESSIONS / other).iterdir() if path.name != "mnt"), ["file"])

    def test_nothing_runs_outside(self):
        name = self.session()
        with self.assertRaisesRegex(GuestError, "runs nothing without its sandbox"):
            self.guest.call("process.spawn", session=name, command=["true"], sandbox=False)
        settings = pathlib.Path(TOP / "programs/srt-settings.json")
        settings.write_text("{")
        ended, out, error = self.sh(name, "echo ran")
        self.assertNotEqual(ended.get("exit_code"), 0)
        self.assertEqual(out, b"")
        self.assertIn(b"srt-settings.json", error)


if __name__ == "__main__":
    daemon_case.main()
