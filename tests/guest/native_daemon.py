# SPDX-License-Identifier: Apache-2.0
"""A real sdk-daemon on this machine, for tests: as root, in a mount namespace of its own (see run), with a session disk
of its own (ext4 in a file) and a control group of its own."""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

import guest_client

TOP = pathlib.Path("/mnt/hallmark")
SESSIONS = TOP / "sessions"
SHARED = TOP / "shared"


def cgroup_mount():
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        device, folder, kind, *_ = line.split()
        if kind == "cgroup2":
            return pathlib.Path(folder)
    raise SystemExit("cgroup v2 is not mounted: boot with it, or mount -t cgroup2 none /sys/fs/cgroup/unified")


def prepare(disk_size):
    """Mounts a new session disk of that many bytes. Once per process: it lasts as long as the mount namespace."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/mnt"], check=True)
    for folder in SESSIONS, SHARED:
        folder.mkdir(parents=True)
    image = TOP / "sessions.img"
    with open(image, "wb") as file:
        file.truncate(disk_size)
    subprocess.run(["mkfs.ext4", "-q", "-L", "sessions", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop,nosuid,nodev", str(image), str(SESSIONS)], check=True)


class Daemon:
    """Runs until stop() or kill()."""

    def __init__(self, program, *options, programs=None):
        self.cgroup = cgroup_mount() / f"hallmark-test-{os.getpid()}"
        self.listener = guest_client.listen(str(TOP / "host.sock"))
        ours, theirs = socket.socketpair()
        self.supervisor = ours
        self.last_id = 0
        self.lock = threading.Lock()
        command = [program, "--connect", f"unix:{TOP}/host.sock", "--sessions", str(SESSIONS), "--shared", str(SHARED),
                   "--cgroup", str(self.cgroup), "--supervisor-fd", str(theirs.fileno()), *options]
        command += ["--programs", str(programs)] if programs else ["--unsandboxed"]
        self.log = open(TOP / "daemon.log", "ab")
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=self.log)
        theirs.close()

    def host(self):
        return guest_client.Guest.accept(self.listener)

    def health(self, timeout=10):
        """Asks as guestd does: (seconds that the answer took, the answer)."""
        with self.lock:
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
        """Bytes of the daemon that are in memory."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close()

    def stop(self, timeout=20):
        """Ends it in order; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout)
        self.close()
        return status

    def close(self):
        self.listener.close()
        self.supervisor.close()
        self.log.close()

    def clean_up(self):
        """After the last test: control groups, which no namespace takes along."""
        for folder, _, _ in os.walk(self.cgroup, topdown=False):
            for _ in range(100):
                try:
                    os.rmdir(folder)
                    break
                except OSError:
                    time.sleep(0.02)


class HealthWatch(threading.Thread):
    """Asks for the daemon's health all the time; keeps the worst answer's time and the largest memory."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.watched = daemon
        self.worst = 0.0
        self.memory = 0
        self.count = 0
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(0.02):
            seconds, _ = self.watched.health()
            self.worst = max(self.worst, seconds)
            self.memory = max(self.memory, self.watched.memory())
            self.count += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


def session_processes():
    """Processes of users of sessions, of any session: pids."""
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
