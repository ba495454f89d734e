#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`hallmark repair --from URL` with web servers: one that supports ranges, and others that don't, lie, send another
range, send too much, stall, end early, redirect, or lack the file. Usage: repair_http.py HALLMARK"""
import http.server
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

os.environ["no_proxy"] = "127.0.0.1"

FRAME = 64 << 10
CHUNKS = 300
BAD = [3, 17, 299]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        server.requests += 1
        mode = server.mode
        content = server.content
        if mode == "missing":
            return self.send_error(404)
        if mode == "redirect" and not self.path.startswith("/elsewhere/"):
            self.send_response(302)
            self.send_header("Location", "/elsewhere" + self.path)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if mode == "none" or match is None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            return self.send(content)
        start, end = int(match[1]), int(match[2]) + 1
        body = content[start:end]
        self.send_response(206)
        said = start + 1 if mode == "another range" else start
        self.send_header("Content-Range", f"bytes {said}-{said + len(body) - 1}/{len(content)}")
        if mode == "lies":
            body = bytes(byte ^ 1 for byte in body)
        if mode == "more":
            body += b"x" * 100
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mode == "stalls":
            self.send(body[:1000])
            server.released.wait(30)
            self.close_connection = True
        elif mode in ("ends early", "ends at once"):
            self.send(body[:20000] if mode == "ends early" else b"")
            self.close_connection = True
        else:
            self.send(body)

    def send(self, body):
        try:
            for offset in range(0, len(body), 4096):
                self.wfile.write(body[offset:offset + 4096])
                self.server.sent += len(body[offset:offset + 4096])
        except OSError:  # the client has closed the connection
            self.close_connection = True


def main():
    hallmark = os.path.abspath(sys.argv[1])
    failures = []

    def check(condition, text):
        print(("ok: " if condition else "FAILED: ") + text, flush=True)
        if not condition:
            failures.append(text)

    def run(*arguments):
        return subprocess.run([hallmark, *map(str, arguments)], capture_output=True, text=True)

    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        image = random.Random(1).randbytes(FRAME * CHUNKS - 1000)
        pathlib.Path("image.img").write_bytes(image)
        for arguments in (["keygen", "-o", "a.key", "--no-passphrase"],
                          ["trust", "init", "--bundle-key", "a.key.pub", "--smol-key", "a.key.pub", "--sign-with",
                           "a.key", "-o", "trust.json"],
                          ["pack", "-q", "image.img", "-o", "bundle", "--name", "http", "--frame-size", "64K"],
                          ["sign", "-q", "bundle", "--key", "a.key", "--trust", "trust.json", "--sequence", "1"],
                          ["restore", "-q", "bundle", "--trust", "trust.json", "--drop-compressed"]):
            # The server has the compressed image; the bundle itself no longer has it.
            if arguments[0] == "restore":
                content = pathlib.Path("bundle/rootfs.img.zst").read_bytes()
            result = run(*arguments)
            assert result.returncode == 0, result.stderr
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # it is no error if a client closes the connection
        server.content = content
        server.released = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/bundle"
        path = pathlib.Path("bundle/rootfs.img")

        def repair(mode, *more):
            damaged = bytearray(image)
            for chunk in BAD:
                damaged[chunk * FRAME + 100] ^= 1
            path.write_bytes(damaged)
            server.mode, server.requests, server.sent = mode, 0, 0
            return run("repair", "-q", "bundle", "--trust", "trust.json", "--from", url, "--stall", "2", *more)

        def mended(mode, *more):
            result = repair(mode, *more)
            check(result.returncode == 0 and path.read_bytes() == image, f"{mode}: mended {result.stderr}")

        def refused(mode, status, message):
            result = repair(mode)
            check(result.returncode == status and message in result.stderr,
                  f"{mode}: exit status {status}, {message!r}; got {result.returncode}: {result.stderr}")
            check(all(path.read_bytes()[i * FRAME:(i + 1) * FRAME] == image[i * FRAME:(i + 1) * FRAME]
                      for i in range(CHUNKS) if i not in BAD), f"{mode}: what was good is good")

        mended("ranges")
        check(server.sent < (len(BAD) + 1) * FRAME, f"ranges: only {server.sent} bytes were fetched")
        mended("redirect")
        mended("ends early")
        refused("none", 1, "has no ranges")
        check(server.sent < len(content), f"none: stopped after {server.sent} bytes")
        refused("lies", 3, "holds other bytes than signed")
        refused("another range", 1, "another range than asked for")
        refused("more", 1, "more than asked for")
        refused("ends at once", 1, url)
        refused("missing", 1, "HTTP status 404")
        start = time.monotonic()
        refused("stalls", 1, "Timeout")
        check(time.monotonic() - start < 20, "stalls: given up in time")
        server.released.set()
        # A directory with good frames, together with a bad server.
        pathlib.Path("copy").mkdir()
        pathlib.Path("copy/rootfs.img.zst").write_bytes(content)
        mended("lies", "--from", "copy")
        server.shutdown()
        server.server_close()
        result = run("repair", "-q", "bundle", "--trust", "trust.json", "--from", url)
        check(result.returncode == 0, "no server is asked where nothing is to be mended")
        damaged = bytearray(image)
        damaged[0] ^= 1
        path.write_bytes(damaged)
        result = run("repair", "-q", "bundle", "--trust", "trust.json", "--from", url)
        check(result.returncode == 1 and url in result.stderr, f"no server at all: {result.stderr}")
    return 1 if failures else 0


sys.exit(main())
