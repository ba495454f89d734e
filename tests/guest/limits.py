#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the limits of memory and processes in a booted guest, whose kernel has every controller, through its control
channel: running out of memory and a fork bomb stay in their session, and everything else continues.
Usage: limits.py SOCKET (the host's end of the port org.hallmark.sdk)"""
import sys
import time

from guest_client import Guest

MIB = 1 << 20
# Emulated machines are slow. The answer must come while the session is at its limit.
PATIENCE = 120


class LimitError(Exception):
    """A limit did not hold, or affected others."""


def check(condition, text):
    if not condition:
        raise LimitError(text)
    print(f"limits: {text}", flush=True)


def hold(guest):
    """Takes sessions to their limits, and checks that everything else continues."""
    limited = guest.call("session.create", timeout=PATIENCE, memory=128 * MIB, processes=100)["name"]
    other = guest.call("session.create", timeout=PATIENCE)["name"]

    ended, _, error = guest.run(limited, "python3", "-c", "x = bytearray(512 << 20); print(len(x))", timeout=PATIENCE)
    check(ended["out_of_memory"], f"512 MiB in a session of 128 MiB: out of memory ({ended} {error})")

    bomb = guest.call("process.spawn", timeout=PATIENCE, session=limited,
                      command=["bash", "-c", "bomb() { bomb | bomb & }; bomb; sleep 1000"])["process"]
    time.sleep(5)
    start = time.monotonic()
    guest.call("health", timeout=PATIENCE)
    print(f"limits: health answered in {time.monotonic() - start:.3f} s beside a fork bomb")
    ended, output, error = guest.run(other, "echo", "goes on", timeout=PATIENCE)
    check((ended.get("exit_code"), output) == (0, b"goes on\n"), f"another session goes on beside a fork bomb {error}")
    guest.call("process.kill", timeout=PATIENCE, process=bomb)
    check(guest.wait_exit(bomb, PATIENCE).get("signal") == 9, "a fork bomb ends with its tree")

    for name in limited, other:
        guest.call("session.delete", timeout=PATIENCE, session=name)
    check(guest.call("health", timeout=PATIENCE)["processes"] == 0, "nothing runs any more")


if __name__ == "__main__":
    hold(Guest.connect(sys.argv[1]))
