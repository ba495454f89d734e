# SPDX-License-Identifier: Apache-2.0
"""The servers that a sandboxed command tries to reach, and their addresses, in the test's network namespace."""
import http.server
import socket
import struct
import threading

PUBLIC = "11.22.33.44"  # not ours and not reachable from here, but in a public range
OTHER_PUBLIC = "11.22.33.45"
PRIVATE = "10.1.2.3"
METADATA = "169.254.169.254"

NAMES = {  # name: the answers to its lookups, one after the other; the last one repeats
    "allowed.test": [[PUBLIC]],
    "denied.test": [[PUBLIC]],
    "private.test": [[PRIVATE]],
    "metadata.test": [[METADATA]],
    "loopback.test": [["127.0.0.1"]],
    "mixed.test": [[PRIVATE, OTHER_PUBLIC]],
    "rebind.test": [[PUBLIC], [PRIVATE]],
}


class NameServer(threading.Thread):
    """Answers queries for NAMES on 127.0.0.1:53, as far as the client of this test sends them."""

    def __init__(self):
        super().__init__(daemon=True)
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))

    def run(self):
        while True:
            query, client = self.socket.recvfrom(1500)
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += 1 + query[at]
            name, kind = ".".join(labels), struct.unpack(">H", query[at + 1:at + 3])[0]
            answers = []
            if kind == 1 and name in NAMES:
                lists = NAMES[name]
                answers = lists[min(self.asked.count(name), len(lists) - 1)]
                self.asked.append(name)
            reply = query[:2] + struct.pack(">HHHHH", 0x8180 if name in NAMES else 0x8183, 1, len(answers), 0, 0)
            reply += query[12:at + 5]
            for address in answers:
                reply += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address)
            self.socket.sendto(reply, client)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = []

    def do_GET(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        self.requests.append(self.requestline)
        here = "%s:%d" % self.connection.getsockname()
        text = f"{self.command} {self.path} at {here} for {self.headers['Host']} {body.decode()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def serve(port):
    server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
