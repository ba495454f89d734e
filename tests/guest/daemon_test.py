#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sdk-daemon as its host sees it: sessions, processes, shared directories, the disk, and what is left after kills.
Usage, as root: daemon_test.py SDK_DAEMON [TEST...]"""
import base64
import contextlib
import os
import pathlib
import random
import shutil
import struct
import subprocess
import threading
import time

from daemon_case import MIB, DaemonTest, main
from guest_client import Guest, GuestError, Lost
from native_daemon import SESSIONS, SHARED, TOP, session_processes, wait_until


class ProtocolTest(DaemonTest):
    def test_hello_tells_what_runs(self):
        hello = self.guest.hello
        self.assertEqual((hello["protocol"], hello["version"], hello["trouble"]), ("hallmark-guest", 1, ""))
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        self.assertEqual(hello["boot"], boot)
        self.assertLess(abs(hello["time"] / 1000 - time.time()), 5)

    def test_unknown_methods_and_members_are_refused_and_the_channel_lives(self):
        self.assertFails("unsupported", 'no method "nonsense"', "nonsense")
        self.assertFails("usage", "colour: unknown here", "session.create", colour="red")
        self.guest.call("health")

    def test_wrong_parameters_are_a_matter_of_usage(self):
        name = self.session()
        for text, method, parameters in (
                ("session: missing", "session.resume", {}), ("session: not a text", "session.resume", {"session": 7}),
                ("cpu: not 1 to 100000", "session.limit", {"session": name, "cpu": 0}),
                ("memory: not a number", "session.create", {"memory": "1G"}),
                ("bytes: not a number", "session.quota", {"session": name, "bytes": None}),
                ("folders: not a list", "session.mount", {"session": name, "folders": {}}),
                ("folders: not an object", "session.mount", {"session": name, "folders": [7]}),
                ("folders.name: missing", "session.mount", {"session": name, "folders": [{"source": "one"}]}),
                ("command: empty", "process.spawn", {"session": name, "command": []}),
                ("terminal.rows: not 1 to 65535", "process.spawn",
                 {"session": name, "command": ["x"], "terminal": {"rows": 0, "columns": 80}}),
                ("process: missing", "process.wait", {}), ("process: not a number", "process.kill", {"process": "1"}),
                ("stream: neither stdout nor stderr", "process.widen", {"process": 1, "stream": "stdin", "bytes": 1}),
                ("data: not a base64 digit", "process.write", {"process": 1, "data": "!!!!"}),
                ("columns: not 1 to 65535", "process.resize", {"process": 1, "rows": 1, "columns": 65536}),
                ("session: not a text", "disk.usage", {"session": []}), ("more: unknown here", "process.list", {"more": 1}),
                ("more: unknown here", "session.list", {"more": 1}), ("delay: unknown here", "shutdown", {"delay": 5})):
            with self.subTest(text=text):
                self.assertFails("usage", text, method, **parameters)

    def test_what_is_no_message_ends_the_connection_and_the_daemon_dials_again(self):
        frame = lambda body: struct.pack(">I", len(body)) + body
        for data, kind, text in (
                (struct.pack(">I", 0), "corrupt", "a frame of 0 bytes"),
                (struct.pack(">I", 10 * MIB + 1), "corrupt", "a frame of 10485761 bytes"),
                (struct.pack(">I", 0) + bytes(1000), "corrupt", "a frame of 0 bytes"),
                (b"GET / HTTP/1.1\r\n\r\n", "corrupt", "a frame of 1195725856 bytes"),
                (frame(b"{"), "corrupt", "message:1:2: "), (frame(b'"\xff\xff"'), "corrupt", "message:1:"),
                (frame(b"[]"), "corrupt", "not an object"), (frame(b'{"type":"other"}'), "corrupt", "neither hello nor request"),
                (frame(b'{"type":"hello","protocol":"hallmark-guest","version":2}'), "unsupported", "version 2")):
            self.guest.send_raw(data)
            with self.assertRaises((Lost, ConnectionError)):
                while True:
                    self.guest.receive(time.monotonic() + 10)
            self.assertEqual([event["event"] for event in self.guest.events], ["error"], data[:60])
            error = self.guest.events[0]["data"]
            self.assertEqual(error["kind"], kind, error)
            self.assertIn(text, error["message"])
            self.guest.close()
            self.guest = self.daemon.host()
            self.guest.call("health")

    def test_a_frame_of_another_version_is_told_why(self):
        self.guest.send({"type": "hello", "protocol": "hallmark-guest", "version": 2, "time": 0})
        with self.assertRaises((Lost, ConnectionError)):
            while True:
                self.guest.receive(time.monotonic() + 10)
        self.assertIn("version 2; this side speaks 1", self.guest.events[-1]["data"]["message"])
        self.guest.close()
        self.guest = self.daemon.host()

    def test_requests_wait_for_the_greeting(self):
        self.guest.close()
        connection, _ = self.daemon.listener.accept()
        self.guest = Guest(connection)
        self.assertFails("usage", "a hello must come before", "health")
        self.guest.greet()
        self.guest.call("health")

    def test_frames_may_come_in_any_pieces(self):
        body = b'{"type":"request","id":77,"method":"health"}'
        for byte in struct.pack(">I", len(body)) + body:
            self.guest.send_raw(bytes([byte]))
        self.guest.answer(77)


class SessionTest(DaemonTest):
    def test_a_session_has_a_user_and_a_home_of_its_own(self):
        first = self.guest.call("session.create", name="brave-calm-turing")
        second = self.guest.call("session.create")
        self.assertEqual((first["uid"], first["home"]), (1001, str(SESSIONS / "brave-calm-turing")))
        self.assertRegex(second["name"], r"^[a-z]+-[a-z]+-[a-z]+$")
        self.assertNotEqual(first["uid"], second["uid"])
        status = os.stat(first["home"])
        self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o7777), (1001, 1001, 0o700))
        name = first["name"]
        self.assertEqual(self.shell(name, "id -un; id -u; id -G; echo $HOME; pwd; whoami"),
                         f"{name}\n1001\n1001\n{first['home']}\n{first['home']}\n{name}\n")
        self.assertFails("usage", "there is a session", "session.create", name=name)
        self.assertFails("usage", "neither a to z", "session.create", name="../../../etc")

    def test_it_sees_no_other_session_and_no_other_process(self):
        first, second = self.session(), self.session()
        self.shell(first, "echo secret > $HOME/file")
        self.spawn(first, "/bin/sleep", "1000")
        self.assertEqual(self.shell(second, f"ls {SESSIONS}").split(), [second])
        ended, _, error = self.run_in(second, "/bin/cat", str(SESSIONS / first / "file"))
        self.assertEqual(ended["exit_code"], 1)
        self.assertIn(b"No such file", error)
        self.assertNotIn("sleep 1000", self.shell(second, "ps -e -o args="))
        self.assertIn("sleep 1000", self.shell(first, "ps -e -o args="))
        self.assertNotIn(first, self.shell(second, "cat /etc/passwd"))
        self.assertEqual(self.shell(second, "find /tmp /var/tmp /dev/shm -mindepth 1"), "")

    def test_it_gains_no_privilege(self):
        name = self.session()
        lines = self.shell(name, "grep -E '^(CapEff|NoNewPrivs|Groups)' /proc/self/status; cat /proc/self/oom_score_adj")
        self.assertRegex(lines, r"NoNewPrivs:\s+1")
        self.assertRegex(lines, r"CapEff:\s+0000000000000000")
        self.assertRegex(lines, r"Groups:\s*\n")
        self.assertTrue(lines.endswith("\n0\n"), lines)

    def test_without_its_flag_nothing_runs_outside_a_sandbox(self):
        name = self.session()
        self.assertFails("usage", "no sandbox-helper", "process.spawn", session=name, command=["true"])

    def test_deleting_it_ends_everything_and_frees_the_disk(self):
        name = self.session()
        self.shell(name, "head -c 10000000 /dev/zero > file; mkdir -p a/b; ln -s / a/root")
        process = self.spawn(name, "/bin/sh", "-c", "setsid sleep 1000 & sleep 1000")
        self.guest.call("session.delete", session=name)
        self.assertEqual(self.guest.wait_exit(process)["signal"], 9)
        wait_until(lambda: not session_processes(), what="the end of the tree")
        self.assertEqual(os.listdir(SESSIONS / ".hallmark/trash"), [])
        self.assertEqual(self.guest.call("session.list")["sessions"], [])
        self.assertFails("not_found", "no session", "process.spawn", session=name, command=["true"], sandbox=False)

    def test_a_name_may_come_again_at_once(self):
        for _ in range(10):
            self.assertEqual(self.session(name="a-b-c"), "a-b-c")
            self.spawn("a-b-c", "/bin/sh", "-c", "setsid sleep 1000 & sleep 1000")
            self.guest.call("session.delete", session="a-b-c")

    def test_it_continues_after_a_restart(self):
        name = self.session(open_files=200)
        uid = os.stat(SESSIONS / name).st_uid
        self.shell(name, "echo kept > file")
        (SHARED / "docs").mkdir(exist_ok=True)
        (SHARED / "docs/text").write_text("shared")
        self.guest.call("session.mount", session=name, folders=[{"source": "docs", "name": "docs"}])
        self.spawn(name, "/bin/sh", "-c", "setsid sleep 1000 & sleep 1000")
        instance = self.guest.hello["instance"]
        self.restart()
        self.assertNotEqual(self.guest.hello["instance"], instance)
        wait_until(lambda: not session_processes(), what="the end of the old daemon's processes")
        self.assertIn(f"recovered uid={uid} gid={uid} from {SESSIONS}/{name}", (TOP / "daemon.log").read_text())
        self.assertFails("usage", "is not active", "process.spawn", session=name, command=["true"], sandbox=False)
        resumed = self.guest.call("session.resume", session=name)
        self.assertEqual((resumed["uid"], resumed["open_files"], len(resumed["folders"])), (uid, 200, 1))
        self.assertEqual(self.shell(name, "cat file mnt/docs/text; ulimit -n"), "kept\nshared200\n")
        self.assertEqual(self.guest.call("session.resume", session=name)["uid"], uid)


    def test_a_store_that_is_a_link_is_reported_and_nothing_follows_it(self):
        (SHARED / "precious").mkdir()
        (SHARED / "precious/file").write_text("x")
        trash = SESSIONS / ".hallmark/trash"
        trash.rmdir()
        trash.symlink_to(SHARED / "precious")
        self.restart(kill=False)
        self.assertIn("trash: is a link or a file, and must be a directory", self.guest.hello["trouble"])
        self.assertFails("io", "sessions can't work", "session.create")
        self.assertFails("io", "sessions can't work", "disk.collect")
        self.assertEqual((SHARED / "precious/file").read_text(), "x")
        trash.unlink()
        self.restart(kill=False)
        self.assertEqual(self.guest.hello["trouble"], "")
        shutil.rmtree(SHARED / "precious")

    def test_a_record_that_is_no_file_costs_limits_and_directories_only(self):
        name = self.session(open_files=200)
        record = SESSIONS / f".hallmark/records/{name}.json"
        record.unlink()
        os.mkfifo(record)
        self.restart()
        self.assertIn("is not a regular file", self.guest.call("session.list")["sessions"][0]["trouble"])
        self.assertIsNone(self.guest.call("session.resume", session=name)["open_files"])

    def test_one_that_is_deep_is_deleted_too(self):
        name, other = self.session(), self.session()
        self.shell(name, "python3 -c 'import os\nfor _ in range(5000): os.mkdir(\"d\"); os.chdir(\"d\")'", timeout=120)
        self.guest.call("session.delete", session=name, timeout=120)
        self.guest.call("session.delete", session=other)
        self.assertEqual(os.listdir(SESSIONS / ".hallmark/trash"), [])

    def test_what_can_not_be_deleted_keeps_nothing_else(self):
        name, other = self.session(), self.session()
        self.shell(name, "mkdir a; touch a/stuck a/file")
        subprocess.run(["chattr", "+i", str(SESSIONS / name / "a/stuck")], check=True)
        self.assertFails("io", "Operation not permitted", "session.delete", session=name)
        stuck = SESSIONS / f".hallmark/trash/{name}"
        self.assertEqual(os.listdir(stuck / "a"), ["stuck"])
        self.guest.call("session.delete", session=other)
        (SESSIONS / ".hallmark/trash/left").write_text("")
        self.assertIn("Operation not permitted", self.guest.call("disk.collect")["errors"][0])
        self.assertEqual(os.listdir(SESSIONS / ".hallmark/trash"), [name])
        subprocess.run(["chattr", "-i", str(stuck / "a/stuck")], check=True)
        self.assertEqual(self.guest.call("disk.collect")["errors"], [])
        self.assertEqual(os.listdir(SESSIONS / ".hallmark/trash"), [])

    def test_several_are_deleted_at_once(self):
        names = [self.session() for _ in range(5)]
        for name in names:
            self.shell(name, "for d in $(seq 10); do mkdir d$d; (cd d$d; seq 100 | xargs touch); done")
            self.spawn(name, "/bin/bash", "-c", "while true; do mkdir -p x/$RANDOM; > y$RANDOM; done")
        for request in [self.guest.ask("session.delete", session=name) for name in names]:
            self.guest.answer(request)
        self.assertEqual(os.listdir(SESSIONS / ".hallmark/trash"), [])


class ProcessTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.name = self.session()

    def test_exit_code_signal_and_both_streams(self):
        ended, out, error = self.run_in(self.name, "/bin/sh", "-c", "echo out; echo error >&2; exit 42")
        self.assertEqual((ended["exit_code"], ended["out_of_memory"], out, error), (42, False, b"out\n", b"error\n"))
        ended, _, _ = self.run_in(self.name, "/bin/sh", "-c", "kill -SEGV $$")
        self.assertEqual(ended["signal"], 11)

    def test_wait_answers_before_and_after_the_end(self):
        process = self.spawn(self.name, "/bin/sh", "-c", "sleep 0.3; exit 7")
        self.assertEqual(self.guest.call("process.wait", process=process)["exit_code"], 7)
        self.assertEqual(self.guest.call("process.wait", process=process)["exit_code"], 7)
        self.assertFails("not_found", "no process 999", "process.wait", process=999)

    def test_what_can_not_start_says_why(self):
        def fails(kind, text, **more):
            self.assertFails(kind, text, "process.spawn", session=self.name, sandbox=False, **more)
        fails("not_found", "no-such-program: No such file", command=["no-such-program"])
        fails("io", "/etc/passwd: Permission denied", command=["/etc/passwd"])
        fails("not_found", "/nowhere: No such file", command=["true"], working_folder="/nowhere")
        # The end is reported as soon as it is known; the process that tried is reaped later.
        deadline = time.monotonic() + 10
        while self.guest.call("process.list")["processes"] and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.guest.call("process.list")["processes"], [])

    def test_environment_and_directory(self):
        self.assertEqual(self.shell(self.name, "echo $GREETING; pwd", environment={"GREETING": "hi there"},
                                    working_folder="/usr"), "hi there\n/usr\n")

    def test_standard_input(self):
        process = self.spawn(self.name, "/bin/cat")
        data = os.urandom(3 * MIB)
        for start in range(0, len(data), MIB):
            chunk = base64.b64encode(data[start:start + MIB]).decode()
            self.guest.call("process.write", process=process, data=chunk, close=start + MIB == len(data))
        self.guest.wait_exit(process)
        self.assertEqual(bytes(self.guest.output[process, "stdout"]), data)

    def test_input_that_nobody_reads_is_answered_when_the_process_ends(self):
        process = self.spawn(self.name, "/bin/sleep", "1000")
        waiting = self.guest.ask("process.write", process=process, data=base64.b64encode(bytes(MIB)).decode())
        self.guest.call("health")
        self.assertNotIn(waiting, self.guest.responses)
        self.guest.call("process.kill", process=process)
        with self.assertRaisesRegex(GuestError, "has ended"):
            self.guest.answer(waiting)
        self.assertEqual(self.guest.wait_exit(process)["signal"], 9)

    def test_a_terminal_and_its_size(self):
        process = self.spawn(self.name, "/bin/bash", "-c",
                             "trap 'stty size; exit 3' WINCH; tty; stty size; while true; do sleep 0.05; done",
                             terminal={"rows": 33, "columns": 101})
        wait_until(lambda: self.poll() and b"33 101" in self.guest.output[process, "stdout"], what="the first size")
        self.assertIn(b"/dev/pts/", self.guest.output[process, "stdout"])
        self.guest.call("process.resize", process=process, rows=50, columns=132)
        self.assertEqual(self.guest.wait_exit(process)["exit_code"], 3)
        self.assertIn(b"50 132", self.guest.output[process, "stdout"])
        plain = self.spawn(self.name, "/bin/cat")
        self.assertFails("usage", "no terminal", "process.resize", process=plain, rows=1, columns=1)

    def test_a_key_of_a_terminal_interrupts(self):
        process = self.spawn(self.name, "/bin/sleep", "1000", terminal={"rows": 24, "columns": 80})
        self.guest.call("process.write", process=process, data=base64.b64encode(b"\x03").decode())
        self.assertEqual(self.guest.wait_exit(process)["signal"], 2)

    def poll(self):
        try:
            self.guest.receive(time.monotonic() + 0.02)
        except TimeoutError:
            pass
        return True

    def test_kill_ends_the_whole_tree(self):
        process = self.spawn(self.name, "/bin/bash", "-c",
                             "for i in 1 2 3 4 5; do setsid bash -c 'trap \"\" TERM; sleep 1000 & wait' & done; wait")
        wait_until(lambda: len(session_processes()) >= 11, what="the tree")
        self.guest.call("process.kill", process=process)
        self.assertEqual(self.guest.wait_exit(process)["signal"], 9)
        wait_until(lambda: not session_processes(), what="the end of the tree")

    def test_the_end_of_a_process_is_the_end_of_its_tree(self):
        ended, out, _ = self.run_in(self.name, "/bin/sh", "-c", "setsid sleep 1000 & echo started", timeout=10)
        self.assertEqual((ended["exit_code"], out), (0, b"started\n"))
        wait_until(lambda: not session_processes(), what="the end of the tree")

    def test_signals_by_name(self):
        process = self.spawn(self.name, "/bin/bash", "-c", "trap 'exit 9' TERM; echo ready; while true; do sleep 0.05; done")
        wait_until(lambda: self.poll() and self.guest.output[process, "stdout"] == b"ready\n", what="the trap")
        self.assertFails("usage", "signal: none of", "process.signal", process=process, signal="BANG")
        self.guest.call("process.signal", process=process, signal="TERM")
        self.assertEqual(self.guest.wait_exit(process)["exit_code"], 9)
        self.assertFails("not_found", "has ended", "process.signal", process=process, signal="TERM")

    def test_a_window_stops_the_process_until_it_is_widened(self):
        process = self.spawn(self.name, "/bin/sh", "-c", "head -c 1000000 /dev/zero; echo done >&2", window=1000)
        other = self.spawn(self.name, "/bin/echo", "not held up")
        self.guest.wait_exit(other)
        time.sleep(0.3)
        self.poll()
        self.assertEqual(self.guest.counted[process, "stdout"], 1000)
        self.assertNotIn((process, "stderr"), self.guest.output)
        self.guest.call("process.widen", process=process, stream="stdout", bytes=500000)
        wait_until(lambda: self.poll() and self.guest.counted[process, "stdout"] == 501000, what="the window's end")
        self.guest.call("process.widen", process=process, stream="stdout", bytes=10 * MIB)
        self.guest.wait_exit(process)
        self.assertEqual(self.guest.counted[process, "stdout"], 1000000)

    def test_a_host_that_does_not_read_costs_no_memory_and_loses_nothing(self):
        processes = [self.spawn(self.name, "/bin/sh", "-c", "head -c 20000000 /dev/zero") for _ in range(4)]
        time.sleep(1)
        seconds, health = self.daemon.health()
        self.assertLess(seconds, 1)
        self.assertEqual(health["processes"], 4)
        self.assertLess(self.daemon.memory(), 64 * MIB)
        self.guest.keep_output = False
        for process in processes:
            self.guest.wait_exit(process)
            self.assertEqual(self.guest.counted[process, "stdout"], 20000000)

    def test_processes_outlive_a_connection(self):
        process = self.spawn(self.name, "/bin/sh", "-c", "sleep 0.5; echo after; exit 5")
        self.guest.close()
        time.sleep(0.8)
        self.guest = self.daemon.host()
        self.assertEqual(self.guest.call("process.wait", process=process)["exit_code"], 5)
        self.assertEqual(bytes(self.guest.output[process, "stdout"]), b"after\n")

    def test_open_files_are_limited(self):
        self.assertEqual(self.shell(self.name, "ulimit -Hn", open_files=123), "123\n")
        for method, more in (("process.spawn", {"session": self.name, "command": ["true"]}), ("session.create", {}),
                             ("session.limit", {"session": self.name})):
            self.assertFails("usage", "open_files: more than 1048576", method, open_files=1048577, **more)

    def test_closing_the_input_is_true_or_false(self):
        process = self.spawn(self.name, "/bin/cat")
        self.assertFails("usage", "close: not true or false", "process.write", process=process, close="yes")
        self.guest.call("process.write", process=process, close=True)
        self.assertEqual(self.guest.wait_exit(process)["exit_code"], 0)

    def test_limits_are_enforced_or_refused(self):
        controllers = (self.daemon.cgroup / "cgroup.controllers").read_text().split()
        if "pids" not in controllers:
            self.assertFails("unsupported", "can't limit pids", "session.create", name="a-b-c", processes=50)
            self.assertEqual(len(self.guest.call("session.list")["sessions"]), 1)
        if "pids" in controllers:
            process = self.spawn(self.name, "/bin/bash", "-c", "bomb() { bomb | bomb & }; bomb; sleep 2", processes=50)
            self.daemon.health()
            self.guest.wait_exit(process)
        else:
            self.assertFails("unsupported", "can't limit pids", "process.spawn", session=self.name, command=["true"],
                             sandbox=False, processes=50)
        if "memory" in controllers:
            ended, _, _ = self.run_in(self.name, "/bin/bash", "-c", "x=$(head -c 200M /dev/zero | tr '\\0' x)",
                                      memory=50 * MIB)
            self.assertTrue(ended["out_of_memory"])
        else:
            self.assertFails("unsupported", "can't limit memory", "session.limit", session=self.name, memory=1 << 30)


class SharedDirectoryTest(DaemonTest):
    def setUp(self):
        super().setUp()
        for name in "one", "two":
            (SHARED / name).mkdir(exist_ok=True)
            os.chmod(SHARED / name, 0o777)
            (SHARED / name / "text").write_text(name)
        if not (SHARED / "one/leaves").is_symlink():
            (SHARED / "one/leaves").symlink_to("/etc")
            (SHARED / "one/beside").symlink_to("../two")
        self.name, self.other = self.session(), self.session()

    def mount(self, *directories):
        return self.guest.call("session.mount", session=self.name, folders=list(directories))["folders"]

    def test_a_directory_is_in_one_session_only(self):
        mounted = self.mount({"source": "one", "name": "one"})
        self.assertEqual(mounted, [{"source": "one", "name": "one", "path": f"{SESSIONS}/{self.name}/mnt/one",
                                    "read_only": False}])
        self.assertEqual(self.shell(self.name, "cat mnt/one/text; echo new > mnt/one/new"), "one")
        self.assertEqual((SHARED / "one/new").read_text(), "new\n")
        self.assertEqual(self.shell(self.other, f"ls mnt; grep -c {SESSIONS}/{self.name} /proc/self/mounts || true"), "0\n")
        for session in self.name, self.other:
            self.assertEqual(self.shell(session, f"ls -A {SHARED}"), "")
        self.assertEqual(os.listdir(SESSIONS / self.name / "mnt"), [])

    def test_read_only_is_read_only(self):
        self.mount({"source": "one", "name": "one", "read_only": True})
        ended, _, error = self.run_in(self.name, "/bin/sh", "-c", "echo x > mnt/one/file")
        self.assertNotEqual(ended["exit_code"], 0)
        self.assertIn(b"Read-only file system", error)

    def test_failures_are_reported_one_by_one(self):
        mounted = {directory["name"]: directory.get("error", {}) for directory in self.mount(
            {"source": "one", "name": "good"}, {"source": "missing", "name": "missing"},
            {"source": "one/leaves", "name": "leaves"}, {"source": "one/beside", "name": "beside"},
            {"source": "one/text", "name": "file"})}
        self.assertEqual(mounted["good"], {})
        self.assertEqual(mounted["missing"]["kind"], "not_found")
        self.assertIn("symbolic links", mounted["leaves"]["message"])
        self.assertIn("symbolic links", mounted["beside"]["message"])
        self.assertIn("Not a directory", mounted["file"]["message"])
        self.assertEqual(self.shell(self.name, "ls mnt"), "good\n")
        self.assertFails("usage", "not a path below", "session.mount", session=self.name,
                         folders=[{"source": "../..", "name": "x"}])
        self.assertFails("usage", "not a plain file name", "session.mount", session=self.name,
                         folders=[{"source": "one", "name": "../x"}])

    def test_taking_it_away(self):
        self.mount({"source": "one", "name": "one"}, {"source": "two", "name": "two"})
        self.guest.call("session.unmount", session=self.name, name="one")
        self.assertEqual(self.shell(self.name, "ls mnt"), "two\n")
        self.assertFails("not_found", "no shared directory one", "session.unmount", session=self.name, name="one")

    def test_one_that_is_missing_can_be_taken_away(self):
        self.assertIn("error", self.mount({"source": "missing", "name": "missing", "read_only": True})[0])
        self.guest.call("session.unmount", session=self.name, name="missing")
        self.assertFails("not_found", "no shared directory missing", "session.unmount", session=self.name, name="missing")

    def test_taken_away_while_it_is_mounted_it_is_gone(self):
        for _ in range(10):
            self.guest.ask("session.mount", session=self.name, folders=[{"source": "one", "name": "one"}])
            self.guest.call("session.unmount", session=self.name, name="one")
            wait_until(lambda: self.shell(self.name, "ls mnt") == "", what="the end of the mount")

    def test_more_than_are_kept_are_refused(self):
        quota = self.guest.call("session.limit", session=self.name, open_files=77)["open_files"]
        for batch in range(10):
            self.mount(*({"source": "none", "name": f"n{batch}-{number}"} for number in range(100)))
        self.assertFails("usage", "folders: more than 1000", "session.mount", session=self.name,
                         folders=[{"source": "one", "name": "one"}])
        self.restart(kill=False)
        sessions = {session["name"]: session for session in self.guest.call("session.list")["sessions"]}
        self.assertEqual(sessions[self.name]["open_files"], quota)

    def test_a_session_can_not_lead_a_mount_elsewhere(self):
        self.restart()
        home = SESSIONS / self.name
        os.rmdir(home / "mnt")
        os.symlink("/etc", home / "mnt")
        self.assertFails("io", "mnt: Too many levels of symbolic links", "session.resume", session=self.name)
        os.unlink(home / "mnt")
        self.guest.call("session.resume", session=self.name)


class DiskTest(DaemonTest):
    def test_usage_and_collection(self):
        name = self.session()
        self.shell(name, "mkdir .cache; head -c 5000000 /dev/zero > .cache/x; head -c 1000000 /dev/zero > kept")
        usage = self.guest.call("disk.usage")
        self.assertGreater(usage["sessions"][name]["bytes"], 6000000)
        self.assertGreater(usage["total"], usage["free"])
        freed = self.guest.call("disk.collect")
        self.assertGreaterEqual(freed["freed"], 5000000)
        self.assertEqual(self.shell(name, "ls -A"), "kept\nmnt\n")

    def test_collection_follows_nothing_that_takes_a_caches_place(self):
        name = self.session()
        home = SESSIONS / name
        (SHARED / "precious").mkdir()
        for number in range(100):
            (SHARED / f"precious/{number}").write_text("x")
        done = threading.Event()

        def swap():
            while not done.is_set():
                (home / ".cache").mkdir(exist_ok=True)
                for number in range(100):
                    (home / f".cache/{number}").write_text("x")
                (home / ".cache").rename(home / "old")
                (home / ".cache").symlink_to(SHARED / "precious")
                (home / ".cache").unlink()
                shutil.rmtree(home / "old")

        def swap_on():
            while not done.is_set():
                with contextlib.suppress(FileNotFoundError, FileExistsError):
                    swap()
                shutil.rmtree(home / "old", ignore_errors=True)

        swapper = threading.Thread(target=swap_on)
        swapper.start()
        freed = 0
        for _ in range(30):
            freed += self.guest.call("disk.collect")["freed"]
        done.set()
        swapper.join()
        self.assertGreater(freed, 0)
        self.assertEqual(len(os.listdir(SHARED / "precious")), 100)
        shutil.rmtree(SHARED / "precious")

    def test_a_full_disk_is_told_and_everything_else_goes_on(self):
        name = self.session()
        self.run_in(name, "/bin/sh", "-c", "cat /dev/zero > full")
        with self.assertRaises(OSError), open(SESSIONS / ".roots", "wb", buffering=0) as file:
            while True:  # the filesystem reserves this for root
                file.write(bytes(4096))
        caught = self.assertFails("no_space", "No space left on device", "session.create", name="a-b-c")
        self.assertIn("delete a session", caught.hint)
        self.assertEqual(self.shell(name, "echo still here"), "still here\n")
        (SHARED / "one").mkdir(exist_ok=True)
        self.restart()
        self.guest.call("session.resume", session=name)
        self.assertEqual(self.shell(name, "rm full; echo room"), "room\n")
        (SESSIONS / ".roots").unlink()
        self.assertEqual(self.session(name="a-b-c"), "a-b-c")

    def test_a_session_over_its_quota_stands_still_until_it_has_room(self):
        name, other = self.session(), self.session()
        self.guest.call("session.quota", session=name, bytes=5000000)
        process = self.spawn(name, "/bin/bash", "-c",
                             "head -c 8000000 /dev/zero > file; while true; do echo x; sleep 0.05; done")
        end = time.monotonic() + 20
        while not any(event["event"] == "session.quota" for event in self.guest.events):
            self.guest.receive(end)
        self.assertTrue(self.guest.events[-1]["data"]["over"])
        self.assertFails("no_space", "more of the disk than its quota", "process.spawn", session=name, command=["true"],
                         sandbox=False)
        self.assertEqual(self.shell(other, "echo goes on"), "goes on\n")
        self.guest.call("session.quota", session=name, bytes=50000000)
        self.assertEqual(self.shell(name, "echo again"), "again\n")
        self.guest.call("process.kill", process=process)
        self.guest.wait_exit(process)

    def test_what_can_not_be_measured_is_over_its_quota(self):
        name = self.session()
        self.guest.call("session.quota", session=name, bytes=50000000)
        self.shell(name, "python3 -c 'import os\nfor _ in range(40): os.mkdir(\"d\" * 200); os.chdir(\"d\" * 200)'")
        end = time.monotonic() + 20
        while not any(event["event"] == "session.quota" for event in self.guest.events):
            self.guest.receive(end)
        event = self.guest.events[-1]["data"]
        self.assertTrue(event["over"])
        self.assertIn("File name too long", event["error"])
        self.assertFails("no_space", "more of the disk than its quota", "process.spawn", session=name, command=["true"],
                         sandbox=False)
        with self.assertRaisesRegex(GuestError, "File name too long"):
            self.guest.call("session.quota", session=name)
        self.assertEqual(self.shell(name, "echo again"), "again\n")

    def test_trim_needs_guestd(self):
        request = self.guest.ask("disk.trim")
        header = self.daemon.receive(4)
        self.assertIn(b'"event":"trim"', self.daemon.receive(struct.unpack(">I", header)[0]))
        body = b'{"type":"request","id":0,"method":"trimmed","parameters":{"bytes":4096}}'
        self.daemon.supervisor.sendall(struct.pack(">I", len(body)) + body)
        self.assertEqual(self.guest.answer(request), {"bytes": 4096})


class EndTest(DaemonTest):
    def test_shutdown_in_order(self):
        name = self.session()
        process = self.spawn(name, "/bin/bash", "-c",
                             "trap 'echo saved > file; exit 0' TERM; echo ready; while true; do sleep 0.05; done")
        stubborn = self.spawn(name, "/bin/bash", "-c", "trap '' TERM; echo ready; sleep 1000; sleep 1000")
        end = time.monotonic() + 10
        while not all(self.guest.output[p, "stdout"] for p in (process, stubborn)):
            self.guest.receive(end)
        self.guest.call("shutdown")
        self.assertEqual(self.guest.wait_exit(process)["exit_code"], 0)
        with self.assertRaises(Lost):
            while True:
                self.guest.receive(time.monotonic() + 20)
        self.assertEqual(self.guest.events[-1]["event"], "shutdown")
        self.assertEqual(self.daemon.process.wait(10), 0)
        wait_until(lambda: not session_processes(), what="the end of every process")
        self.assertEqual((SESSIONS / name / "file").read_text(), "saved\n")
        self.guest.close()
        self.daemon.close()
        self.start()

    def test_without_guestd_it_ends(self):
        self.daemon.supervisor.close()
        self.assertEqual(self.daemon.process.wait(20), 0)
        self.guest.close()
        self.daemon.listener.close()
        self.daemon.log.close()
        self.start()

    def test_killed_at_random_moments_it_loses_nothing(self):
        rng = random.Random(20)
        written = {}
        for round_number in range(50):
            names = [s["name"] for s in self.guest.call("session.list")["sessions"]]
            self.assertEqual(sorted(written), sorted(set(names) & set(written)), "sessions were lost")
            for name in names[:3]:
                self.guest.call("session.resume", session=name)
                for file, text in written.get(name, {}).items():
                    self.assertEqual((SESSIONS / name / file).read_text(), text)
            if len(names) < 6:
                name = self.session()
                self.shell(name, f"echo {round_number} > f{round_number}; sync f{round_number}")
                written.setdefault(name, {})[f"f{round_number}"] = f"{round_number}\n"
            elif rng.random() < 0.3:
                written.pop(names[0], None)
                self.guest.ask("session.delete", session=names[0])
            for _ in range(rng.randrange(4)):
                self.guest.ask("session.create")
                self.guest.ask("process.spawn", session=rng.choice(list(written) or ["a-b-c"]), sandbox=False,
                               command=["/bin/sh", "-c", "setsid sleep 1000 & yes"])
            time.sleep(rng.random() * 0.1)
            self.restart()
            self.assertEqual(pathlib.Path("/proc/self/mounts").read_text(), self.mounts)
            wait_until(lambda: not session_processes(), what="the end of the old daemon's processes")
            self.assertEqual(self.guest.hello["trouble"], "")


if __name__ == "__main__":
    main()
