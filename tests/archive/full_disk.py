#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command, and leaves a filesystem without free space as soon as a line of the command's standard error starts
with STAGE. Passes standard error on, and exits with the command's status.

Usage: full_disk.py STAGE TMPFS COMMAND...   (TMPFS: the mount point of a tmpfs of this mount namespace)
"""
import os
import subprocess
import sys


def leave_no_room(directory):
    for _ in range(100):  # the command continues to write meanwhile: a size below the used one is refused
        status = os.statvfs(directory)
        used = max(status.f_blocks - status.f_bfree, 1) * status.f_frsize  # a size of 0 is no limit
        if subprocess.run(["mount", "-o", f"remount,size={used}", directory], capture_output=True).returncode == 0:
            return
    sys.exit(f"full_disk: {directory} can't be made smaller")


def main():
    stage, directory, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    filled = False
    for line in process.stderr:
        if not filled and line.startswith(stage):
            leave_no_room(directory)
            filled = True
        sys.stderr.write(line)
    if not filled:
        sys.exit(f"full_disk: no line starts with '{stage}'")
    sys.exit(process.wait())


main()
