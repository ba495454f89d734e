# SPDX-License-Identifier: Apache-2.0
"""The base of tests with a real sdk-daemon on this machine: each test has a daemon, a host and a session disk."""
import os
import pathlib
import sys
import unittest

from guest_client import GuestError
from native_daemon import Daemon, prepare, session_processes, wait_until

PROGRAM = ""
DISK_SIZE = 256 << 20
MIB = 1 << 20


class DaemonTest(unittest.TestCase):
    def setUp(self):
        self.mounts = pathlib.Path("/proc/self/mounts").read_text()
        self.start()

    def start(self, *options):
        self.daemon = Daemon(PROGRAM, *options)
        self.guest = self.daemon.host()

    def restart(self, kill=True):
        self.guest.close()
        self.daemon.kill() if kill else self.assertEqual(self.daemon.stop(), 0)
        self.start()

    def tearDown(self):
        for session in self.guest.call("session.list")["sessions"]:
            self.guest.call("session.delete", session=session["name"])
        self.guest.close()
        self.assertEqual(self.daemon.stop(), 0)
        wait_until(lambda: not session_processes(), what="the end of every process")
        self.assertEqual(pathlib.Path("/proc/self/mounts").read_text(), self.mounts)
        self.daemon.clean_up()

    def session(self, **parameters):
        return self.guest.call("session.create", **parameters)["name"]

    def run_in(self, session, *command, **options):
        return self.guest.run(session, *command, sandbox=False, **options)

    def shell(self, session, script, **options):
        """Runs a script, which must succeed. Returns its standard output."""
        ended, out, error = self.run_in(session, "/bin/sh", "-c", script, **options)
        self.assertEqual(ended.get("exit_code"), 0, (ended, out, error))
        return out.decode()

    def spawn(self, session, *command, **options):
        return self.guest.call("process.spawn", session=session, command=list(command), sandbox=False, **options)["process"]

    def assertFails(self, kind, text, method, **parameters):
        with self.assertRaises(GuestError) as caught:
            self.guest.call(method, **parameters)
        self.assertEqual(caught.exception.kind, kind)
        self.assertIn(text, str(caught.exception))
        return caught.exception


def main():
    """Runs the tests of the calling program, as root and in namespaces of its own: PROGRAM SDK_DAEMON [TEST...]."""
    global PROGRAM
    if os.geteuid() != 0:
        os.execvp("sudo", ["sudo", "--preserve-env=HALLMARK_QUIET", sys.executable, *sys.argv])
    if os.environ.get("HALLMARK_INSIDE") != "1":
        os.environ["HALLMARK_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable,
                              *sys.argv])
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    prepare(DISK_SIZE)
    unittest.main(verbosity=2)

