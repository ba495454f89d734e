# SPDX-License-Identifier: Apache-2.0
"""The host's side of hallmark-guest-protocol(5), for tests. Listens where the daemon dials, or uses an existing socket
(QEMU's end of a virtio-serial port)."""
import base64
import collections
import json
import os
import select
import socket
import struct
import time

MAX_FRAME = 10 << 20


class GuestError(Exception):
    """An error in the daemon's answer."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.kind = error["kind"]
        self.hint = error.get("hint", "")


class Lost(Exception):
    """The connection broke."""


class Guest:
    """One connection. Events wait in `events`; output is collected by process and stream in `output`."""

    def __init__(self, connected):
        self.socket = connected
        self.pending = bytearray()
        self.responses = {}
        self.events = collections.deque()
        self.output = collections.defaultdict(bytearray)
        self.counted = collections.Counter()
        self.exits = {}
        self.keep_output = True
        self.last_id = 0
        self.hello = None

    @classmethod
    def accept(cls, listener, timeout=20):
        """Waits until the daemon dials, and greets it."""
        listener.settimeout(timeout)
        guest = cls(listener.accept()[0])
        guest.greet()
        return guest

    @classmethod
    def connect(cls, path, timeout=300):
        """Connects to QEMU's socket of a port, and greets the daemon."""
        end = time.monotonic() + timeout
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
                break
            except OSError:
                connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        guest = cls(connection)
        guest.greet(timeout)
        return guest

    def greet(self, timeout=20):
        self.send({"type": "hello", "protocol": "hallmark-guest", "version": 1, "time": int(time.time() * 1000)})
        end = time.monotonic() + timeout
        while self.hello is None:
            self.receive(end)

    def send(self, message):
        body = json.dumps(message).encode()
        self.send_raw(struct.pack(">I", len(body)) + body)

    def send_raw(self, data):
        self.socket.settimeout(None)
        view = memoryview(data)
        while view:
            readable, writable, _ = select.select([self.socket], [self.socket], [])
            if writable:
                view = view[self.socket.send(view[:65536]):]
            elif readable:
                self.fill()

    def fill(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise Lost("the daemon closed the connection")
        self.pending += data

    def next_frame(self):
        if len(self.pending) < 4:
            return None
        length, = struct.unpack(">I", self.pending[:4])
        if not 0 < length <= MAX_FRAME:
            raise Lost(f"a frame of {length} bytes")
        if len(self.pending) < 4 + length:
            return None
        body = bytes(self.pending[4:4 + length])
        del self.pending[:4 + length]
        return json.loads(body)

    def receive(self, end):
        """Takes all messages that have arrived. Waits for the first one until `end` (in the time of time.monotonic)."""
        while (message := self.next_frame()) is None:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise TimeoutError("nothing came from the daemon in time")
            self.fill()
        while message is not None:
            self.take(message)
            message = self.next_frame()

    def take(self, message):
        if message["type"] == "hello":
            self.hello = message
        elif message["type"] == "response":
            self.responses[message["id"]] = message
        elif message["event"] == "process.output":
            data = message["data"]
            key = data["process"], data["stream"]
            chunk = base64.b64decode(data["data"], validate=True)
            if data["offset"] != self.counted[key]:
                raise AssertionError(f"output of {key} at {data['offset']}, not at {self.counted[key]}")
            self.counted[key] += len(chunk)
            if self.keep_output:
                self.output[key] += chunk
        elif message["event"] == "process.exit":
            self.exits[message["data"]["process"]] = message["data"]
        else:
            self.events.append(message)

    def ask(self, method, **parameters):
        """Sends a request. Returns its id."""
        self.last_id += 1
        self.send({"type": "request", "id": self.last_id, "method": method, "parameters": parameters})
        return self.last_id

    def answer(self, request, timeout=30):
        end = time.monotonic() + timeout
        while request not in self.responses:
            self.receive(end)
        response = self.responses.pop(request)
        if "error" in response:
            raise GuestError(response["error"])
        return response["result"]

    def call(self, method, timeout=30, **parameters):
        return self.answer(self.ask(method, **parameters), timeout)

    def wait_exit(self, process, timeout=60):
        end = time.monotonic() + timeout
        while process not in self.exits:
            self.receive(end)
        return self.exits.pop(process)

    def run(self, session, *command, timeout=60, **options):
        """Runs a command to its end. Returns (exit event, standard output, standard error)."""
        process = self.call("process.spawn", session=session, command=list(command), **options)["process"]
        ended = self.wait_exit(process, timeout)
        return ended, bytes(self.output.pop((process, "stdout"), b"")), bytes(self.output.pop((process, "stderr"), b""))

    def close(self):
        self.socket.close()


def listen(path):
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(path):
        os.unlink(path)
    listener.bind(path)
    listener.listen(4)
    return listener
