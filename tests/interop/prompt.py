#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Types passphrases at the terminal of `hallmark keygen`, like a person. The terminal must not show them, and only they
must open the key. Usage: prompt.py HALLMARK"""
import os
import pathlib
import pty
import subprocess
import sys
import tempfile

HALLMARK = os.path.abspath(sys.argv[1])


def type_at(arguments, answers):
    """Runs hallmark on a terminal of its own, and answers each prompt. Returns what the terminal showed, and the
    status."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(HALLMARK, ["hallmark", *arguments])
    shown, waiting = b"", list(answers)
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:  # the other end was closed
            break
        if not part:
            break
        shown += part
        if shown.endswith(b": ") and waiting:
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


with tempfile.TemporaryDirectory() as directory:
    key = str(pathlib.Path(directory, "release.key"))
    shown, status = type_at(["keygen", "-o", key], ["correct horse", "battery staple"])
    assert status == 2 and "the two passphrases differ" in shown, (status, shown)
    assert not os.path.exists(key)
    shown, status = type_at(["keygen", "-o", key], ["", ""])
    assert status == 2 and "is empty" in shown, (status, shown)
    shown, status = type_at(["keygen", "-o", key], ["correct horse", "correct horse"])
    assert status == 0, (status, shown)
    assert "horse" not in shown, shown
    for passphrase, opens in (("correct horse", True), ("battery staple", False)):
        openssl = ["openssl", "pkey", "-in", key, "-passin", "pass:" + passphrase, "-noout"]
        assert (subprocess.run(openssl, stderr=subprocess.DEVNULL).returncode == 0) == opens, passphrase
    trust = ["trust", "init", "--bundle-key", key + ".pub", "--smol-key", key + ".pub", "--sign-with", key]
    shown, status = type_at([*trust, "-o", directory + "/trust.json"], ["correct horse"])
    assert status == 0 and "horse" not in shown, (status, shown)
    shown, status = type_at([*trust, "-o", directory + "/other.json"], ["battery staple"])
    assert status == 2 and "wrong passphrase" in shown, (status, shown)
print("passphrases at a terminal: all as expected")
