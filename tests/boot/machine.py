# SPDX-License-Identifier: Apache-2.0
"""A guest in QEMU, under emulation: disks, smol-bin on USB, virtio-serial ports, consoles and a power button."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

FIRMWARE = "/usr/share/AAVMF/AAVMF_CODE.fd"
VARIABLES = "/usr/share/AAVMF/AAVMF_VARS.fd"
# Pointer authentication with QEMU's own hash: that of the architecture is ten times slower under emulation.
CPU = "max,pauth-impdef=on"
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


class BootError(Exception):
    """The guest did not do what the test waited for."""


def run(*command):
    """Runs a command to its end. Returns its output; an error contains the output."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "PATH": PATH})
    if done.returncode != 0:
        raise BootError(f"{command[0]}: exit status {done.returncode}: {done.stdout}")
    return done.stdout


class Machine:
    """One machine. A context manager: the machine is killed at the end. Consoles and sockets are files in
    `directory`."""

    def __init__(self, directory, memory=1024):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.console = self.directory / "console"
        self.hvc = self.directory / "hvc"  # the last console= of the image's command line; systemd writes there
        self.report = self.directory / "report"
        self.socket = self.directory / "sdk"
        for left in self.directory.iterdir():
            left.unlink()
        self.process = None
        self.started = None
        self.arguments = [
            "setpriv", "--pdeathsig", "KILL",  # the machine ends with a test that is killed
            "qemu-system-aarch64", "-machine", "virt,accel=tcg,gic-version=3", "-cpu", CPU, "-smp", "2",
            "-m", str(memory), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-chardev", f"file,id=console,path={self.console}", "-serial", "chardev:console",
            "-device", "virtio-serial-pci", "-chardev", f"file,id=report,path={self.report}",
            "-device", "virtserialport,chardev=report,name=org.hallmark.boot",
            "-chardev", f"file,id=hvc,path={self.hvc}", "-device", "virtconsole,chardev=hvc",
            "-device", "virtio-rng-pci",
        ]

    def kernel(self, kernel, initramfs, words):
        """Boots a kernel and an initramfs directly."""
        self.arguments += ["-kernel", str(kernel), "-initrd", str(initramfs), "-append", words]
        return self

    def firmware(self):
        """Boots by UEFI from the EFI system partition of the root disk, with firmware variables in their initial
        state."""
        variables = self.directory / "variables"
        shutil.copyfile(VARIABLES, variables)
        self.arguments += ["-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
                           "-drive", f"if=pflash,format=raw,file={variables}"]
        return self

    def root(self, image, writable=False):
        self.arguments += ["-drive", f"if=none,id=root,format=raw,readonly={'off' if writable else 'on'},file={image}",
                           "-device", "virtio-blk-pci,drive=root,bootindex=0"]
        return self

    def sessions(self, image):
        self.arguments += ["-drive", f"if=none,id=sessions,format=raw,discard=unmap,file={image}",
                           "-device", "nvme,drive=sessions,serial=sessions"]
        return self

    def smol_bin(self, image):
        self.arguments += ["-device", "qemu-xhci", "-drive", f"if=none,id=smol,format=raw,readonly=on,file={image}",
                           "-device", "usb-storage,drive=smol"]
        return self

    def channel(self):
        """Adds a virtio-serial port for sdk-daemon. The host's end is `socket`."""
        self.arguments += ["-chardev", f"socket,id=sdk,path={self.socket},server=on,wait=off",
                           "-device", "virtserialport,chardev=sdk,name=org.hallmark.sdk"]
        return self

    def power_button(self):
        """Adds a power button for press_power()."""
        self.arguments += ["-qmp", f"unix:{self.directory / 'qmp'},server=on,wait=off"]
        return self

    def press_power(self):
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(str(self.directory / "qmp"))
            replies = monitor.makefile("rb")
            replies.readline()  # its greeting
            for command in b"qmp_capabilities", b"system_powerdown":
                monitor.sendall(b'{"execute": "' + command + b'"}\n')
                while b'"return"' not in (reply := replies.readline()):
                    if not reply or b'"error"' in reply:
                        raise BootError(f"QEMU answers {command}: {reply}")

    def __enter__(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        """Ends the machine like a power cut."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def age(self):
        """Seconds since the start."""
        return time.monotonic() - self.started

    def said(self):
        """Everything that the consoles and the report port have received so far."""
        text = b"".join(path.read_bytes() for path in (self.report, self.console, self.hvc) if path.exists())
        return text.decode(errors="replace")

    def wait_for(self, pattern, seconds=240):
        """Waits until a text appears. Returns the match, and how long after the start that was."""
        end = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            found = re.search(pattern, self.said())
            if found:
                return found, self.age()
            if ended or time.monotonic() > end:
                raise BootError(f"{'the machine ended' if ended else f'{seconds} s went by'} without: {pattern}\n" +
                                self.tail())
            time.sleep(0.05)

    def wait_end(self, seconds=240):
        """Waits until the machine ends by itself."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise BootError(f"the machine did not end within {seconds} s\n" + self.tail()) from None

    def tail(self):
        return "\n".join("  | " + line.rstrip() for line in self.said().splitlines()[-40:])
