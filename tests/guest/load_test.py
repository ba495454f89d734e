#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sdk-daemon under load: it stays small, and answers its health check at once.
Usage, as root: load_test.py SDK_DAEMON [TEST...]"""
import base64
import os
import sys
import time

from daemon_case import MIB, DaemonTest, main
from native_daemon import HealthWatch

# Times are always printed. On a machine that does nothing else, HALLMARK_QUIET=1 also checks the promise of 100 ms.
QUIET = os.environ.get("HALLMARK_QUIET") == "1"


class LoadTest(DaemonTest):
    def finish(self, watch, what, start):
        print(f"{what}: {time.monotonic() - start:.1f} s, health answered {watch.count} times, slowest "
              f"{watch.worst * 1000:.1f} ms, memory at most {watch.memory / MIB:.1f} MiB", file=sys.stderr)
        self.assertLess(watch.memory, 64 * MIB)
        if QUIET:
            self.assertLess(watch.worst, 0.1)

    def test_fifty_sessions_of_four_processes(self):
        start = time.monotonic()
        with HealthWatch(self.daemon) as watch:
            names = [self.session() for _ in range(50)]
            processes = [self.spawn(name, "/bin/cat") for name in names for _ in range(4)]
            self.assertEqual(self.guest.call("health")["processes"], 200)
            for process in processes:
                self.guest.ask("process.write", process=process, data=base64.b64encode(b"x" * 1000).decode(), close=True)
            for process in processes:
                self.assertEqual(self.guest.wait_exit(process)["exit_code"], 0)
                self.assertEqual(len(self.guest.output[process, "stdout"]), 1000)
        self.finish(watch, "50 sessions of 4 processes", start)

    def test_one_gibibyte_through_standard_output(self):
        name = self.session()
        self.guest.keep_output = False
        start = time.monotonic()
        with HealthWatch(self.daemon) as watch:
            process = self.spawn(name, "/usr/bin/head", "-c", str(1 << 30), "/dev/zero")
            self.assertEqual(self.guest.wait_exit(process, 600)["exit_code"], 0)
        self.assertEqual(self.guest.counted[process, "stdout"], 1 << 30)
        self.finish(watch, "1 GiB through stdout", start)

    def test_ten_thousand_short_processes(self):
        name = self.session()
        start = time.monotonic()
        with HealthWatch(self.daemon) as watch:
            asked = []
            for number in range(10000):
                asked.append(self.guest.ask("process.spawn", session=name, command=["/bin/true"], sandbox=False))
                if len(asked) >= 20:
                    self.guest.wait_exit(self.guest.answer(asked.pop(0))["process"])
            for request in asked:
                self.guest.wait_exit(self.guest.answer(request)["process"])
        self.assertEqual(self.guest.call("health")["processes"], 0)
        self.finish(watch, "10,000 short processes", start)


if __name__ == "__main__":
    main()
