# SPDX-License-Identifier: Apache-2.0
"""A real sdk-daemon on this machine, for tests: as root, in a mount namespace of its own (see run()), with a session
disk (ext4 in a file) and a control group of its own."""
import contextlib
import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import time

import guest_client

TOP = pathlib.Path("/mnt/hallmark")
SESSIONS = TOP / "sessions"
SHARED = TOP / "shared"


def cgroup_mount():
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        device, directory, kind, *_ = line.split()
        if kind == "cgroup2":
            return pathlib.Path(directory)
    raise SystemExit("cgroup v2 is not mounted: boot with it, or mount -t cgroup2 none /sys/fs/cgroup/unified")


def prepare(disk_size):
    """Mounts a new session disk of that many bytes. Call it once per process: the disk lasts as long as the mount
    namespace."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/mnt"], check=True)
    for directory in SESSIONS, SHARED:
        directory.mkdir(parents=True)
    image = TOP / "sessions.img"
    with open(image, "wb") as file:
        file.truncate(disk_size)
    subprocess.run(["mkfs.ext4", "-q", "-L", "sessions", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop,nosuid,nodev", str(image), str(SESSIONS)], check=True)


class Daemon:
    """A daemon, which runs until stop() or kill()."""

    def __init__(self, program, *options, programs=None):
        self.cgroup = cgroup_mount() / f"hallmark-test-{os.getpid()}"
        self.listener = guest_client.listen(str(TOP / "host.sock"))
        ours, theirs = socket.socketpair()
        self.supervisor = ours
        self.last_id = 0
        command = [program, "--connect", f"unix:{TOP}/host.sock", "--sessions", str(SESSIONS), "--shared", str(SHARED),
                   "--cgroup", str(self.cgroup), "--supervisor-fd", str(theirs.fileno()), *options]
        command += ["--programs", str(programs)] if programs else ["--unsandboxed"]
        self.log = open(TOP / "daemon.log", "ab")
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=self.log,
                                        start_new_session=True)
        theirs.close()
        # guestd gives the daemon processor time by control group. This machine may not delegate that controller, so the
        # test uses the scheduler's own groups, one for each process that the daemon starts. If the kernel has neither,
        # the daemon runs at its ordinary priority.
        with contextlib.suppress(OSError):
            pathlib.Path(f"/proc/{self.process.pid}/autogroup").write_text("-10")

    def host(self):
        return guest_client.Guest.accept(self.listener)

    def health(self, timeout=10):
        """Asks for the daemon's health as guestd does. Returns (seconds that the answer took, the answer)."""
        self.last_id += 1
        body = json.dumps({"type": "request", "id": self.last_id, "method": "health"}).encode()
        self.supervisor.settimeout(timeout)
        start = time.monotonic()
        self.supervisor.sendall(struct.pack(">I", len(body)) + body)
        answer = self.receive(struct.unpack(">I", self.receive(4))[0])
        return time.monotonic() - start, json.loads(answer)["result"]

    def receive(self, size):
        data = b""
        while len(data) < size:
            chunk = self.supervisor.recv(size - len(data))
            if not chunk:
                raise guest_client.Lost("the daemon closed guestd's channel")
            data += chunk
        return data

    def memory(self):
        """Resident memory of the daemon in bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close()

    def stop(self, timeout=20):
        """Ends the daemon in order. Returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout)
        self.close()
        return status

    def close(self):
        self.listener.close()
        self.supervisor.close()
        self.log.close()

    def clean_up(self):
        """Cleans up after the last test: namespaces do not remove control groups."""
        for directory, _, _ in os.walk(self.cgroup, topdown=False):
            for _ in range(100):
                try:
                    os.rmdir(directory)
                    break
                except OSError:
                    time.sleep(0.02)


class HealthWatch:
    """Asks for the daemon's health all the time, from a process of its own, so that it measures the daemon and not the
    test. Keeps the longest time of an answer in seconds, and the largest memory in bytes."""

    def __init__(self, daemon):
        self.daemon = daemon

    def watch(self, stop):
        worst, memory, count = 0.0, 0, 0
        while not select.select([stop], [], [], 0.02)[0]:
            seconds, _ = self.daemon.health()
            worst, memory, count = max(worst, seconds), max(memory, self.daemon.memory()), count + 1
        return {"worst": worst, "memory": memory, "count": count}

    def __enter__(self):
        self.channel, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                theirs.sendall(json.dumps(self.watch(theirs)).encode())
            finally:
                os._exit(0)
        theirs.close()
        return self

    def __exit__(self, *_):
        self.channel.shutdown(socket.SHUT_WR)
        result = json.loads(self.channel.recv(4096))
        self.worst, self.memory, self.count = result["worst"], result["memory"], result["count"]
        self.channel.close()
        os.waitpid(self.pid, 0)


def session_processes():
    """The ids of all processes of session users."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and 1001 <= os.stat(f"/proc/{entry}").st_uid <= 59999:
                state = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
                if state not in "ZX":
                    found.append(int(entry))
        except OSError:
            pass
    return found


def wait_until(condition, seconds=10, what="the condition"):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)
