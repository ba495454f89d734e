#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`hallmark export` as tar and gzip see it, and `hallmark import` of malicious archives, which must leave nothing
behind, not a file, not a directory. Usage: bundle_archive.py HALLMARK"""
import gzip
import io
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile

FIRST = ["trust.json", "manifest.json", "manifest.dsse.json"]


class Test:
    def __init__(self, hallmark):
        self.hallmark = os.path.abspath(hallmark)
        self.failures = []

    def check(self, condition, text):
        print(("ok: " if condition else "FAILED: ") + text, flush=True)
        if not condition:
            self.failures.append(text)

    def run(self, *arguments):
        return subprocess.run([self.hallmark, *map(str, arguments)], capture_output=True, text=True, errors="replace")

    def must(self, *arguments):
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr

    def make_bundle(self):
        block = random.Random(2).randbytes(300_000)
        pathlib.Path("image.img").write_bytes(block + bytes(500_000) + block)
        self.must("keygen", "-o", "a.key", "--no-passphrase")
        self.must("trust", "init", "--bundle-key", "a.key.pub", "--smol-key", "a.key.pub", "--sign-with", "a.key", "-o",
                  "trust.json")
        self.must("pack", "-q", "image.img", "-o", "bundle", "--name", "archive", "--frame-size", "64K")
        self.must("sign", "-q", "bundle", "--key", "a.key", "--trust", "trust.json", "--sequence", "3")

    def check_export(self):
        self.must("export", "-q", "bundle", "-o", "one.tar.gz")
        shutil.copytree("bundle", "moved")
        os.utime("moved/manifest.json", (5, 5))
        os.chmod("moved/manifest.json", 0o600)
        self.must("restore", "-q", "moved", "--trust", "trust.json")
        old = os.umask(0o077)
        self.must("export", "-q", "moved", "-o", "two.tar.gz")
        os.umask(old)
        self.check(pathlib.Path("one.tar.gz").read_bytes() == pathlib.Path("two.tar.gz").read_bytes(),
                   "times, modes, umask and a restored image change no byte of the archive")
        subprocess.run(["gzip", "-t", "one.tar.gz"], check=True)
        listing = subprocess.run(["tar", "-tvzf", "one.tar.gz"], check=True, capture_output=True, text=True).stdout
        names = [line.split()[-1] for line in listing.splitlines()]
        self.check(names[:3] == FIRST, f"what is signed comes first: {names}")
        self.check(sorted(names) == sorted(os.listdir("bundle")), "the archive holds the bundle")
        self.check(all(line.startswith("-rw-r--r-- 0/0 ") for line in listing.splitlines()), "nobody owns its files")
        pathlib.Path("unpacked").mkdir()
        subprocess.run(["tar", "-xzf", "one.tar.gz", "-C", "unpacked"], check=True)
        result = self.run("verify", "unpacked", "--trust", "trust.json", "--full")
        self.check(result.returncode == 0, f"what tar unpacks is the bundle {result.stderr}")
        self.must("import", "-q", "one.tar.gz", "-o", "imported", "--trust", "trust.json")
        self.check(subprocess.run(["diff", "-r", "bundle", "imported"]).returncode == 0, "what import makes is the bundle")
        result = self.run("import", "-q", "one.tar.gz", "-o", "imported", "--trust", "trust.json")
        self.check(result.returncode == 2, "import replaces no directory")
        shutil.rmtree("moved")
        shutil.copytree("bundle", "moved")
        with open("moved/rootfs.img.zst", "r+b") as file:
            file.seek(1000)
            file.write(b"spoilt")
        result = self.run("export", "moved", "-o", "spoilt.tar.gz")
        self.check(result.returncode == 3 and not os.path.exists("spoilt.tar.gz"), "a damaged bundle is not exported")
        os.remove("moved/manifest.dsse.json")
        result = self.run("export", "moved", "-o", "spoilt.tar.gz")
        self.check(result.returncode == 1 and "hallmark sign" in result.stderr, "nor one that is not signed")

    def archive(self, change):
        """Makes an archive of the bundle's members. `change` first edits the list of (TarInfo, bytes)."""
        members = []
        names = FIRST + sorted(set(os.listdir("bundle")) - set(FIRST))
        for name in names:
            info = tarfile.TarInfo(name)
            content = pathlib.Path("bundle", name).read_bytes()
            info.size = len(content)
            members.append((info, content))
        change(members)
        with tarfile.open("bad.tar.gz", "w:gz", format=tarfile.PAX_FORMAT, compresslevel=1) as tar:
            for info, content in members:
                tar.addfile(info, io.BytesIO(content) if content is not None else None)

    def refused(self, what, status, message):
        before = sorted(os.listdir("."))
        result = self.run("import", "-q", "bad.tar.gz", "-o", "out", "--trust", "trust.json")
        self.check(result.returncode == status and message in result.stderr,
                   f"{what}: status {status}, {message!r}; got {result.returncode}, {result.stderr!r}")
        left = [name for name in sorted(os.listdir(".")) if name not in before]
        self.check(not left, f"{what}: left behind {left}")
        for name in left:
            shutil.rmtree(name)

    def check_hostile(self):
        def with_name(name):
            def change(members):
                info = tarfile.TarInfo(name)
                info.size = 4
                members.insert(3, (info, b"evil"))
            return change

        for name in ("/etc/hallmark-evil", "../evil", "a/../../evil", "./vmlinuz", "sub/vmlinuz", "vmlin\nuz", "\x1b[2Jx",
                     "rootfs.img", "x" * 5000, ".rootfs.img.partial"):
            self.archive(with_name(name))
            self.refused(f"name {name[:20]!r}", 1, "has no place in a bundle")

        self.archive(with_name("évil"))
        self.refused("a name that is not ASCII", 1, "bad.tar.gz")

        def with_type(kind, link=""):
            def change(members):
                index = next(i for i, (info, _) in enumerate(members) if info.name == "rootfs.img.chunks")
                info = tarfile.TarInfo("rootfs.img.chunks")
                info.type, info.linkname = kind, link
                members[index] = (info, None)
            return change

        for what, kind, link in (("link", tarfile.SYMTYPE, "/etc/passwd"), ("hard link", tarfile.LNKTYPE, "manifest.json"),
                                 ("device", tarfile.CHRTYPE, ""),
                                 ("block device", tarfile.BLKTYPE, ""), ("FIFO", tarfile.FIFOTYPE, "")):
            self.archive(with_type(kind, link))
            self.refused(f"a {what}", 1, "is not a regular file")

        self.archive(with_type(tarfile.DIRTYPE))
        self.refused("a directory", 1, "'rootfs.img.chunks/' has no place in a bundle")
        self.archive(lambda members: members.append(members[4]))
        self.refused("a file twice", 1, "is there twice")
        self.archive(lambda members: members.insert(0, members.pop(5)))
        self.refused("a file before the manifest", 1, "come first")
        self.archive(lambda members: members.pop(2))
        self.refused("no envelope", 1, "come first")
        self.archive(lambda members: members.clear())
        self.refused("an empty archive", 1, "has no signed manifest")

        def replace(name, content):
            def change(members):
                index = next(i for i, (info, _) in enumerate(members) if info.name == name)
                info = tarfile.TarInfo(name)
                info.size = len(content)
                members[index] = (info, content)
            return change

        original = {name: pathlib.Path("bundle", name).read_bytes() for name in os.listdir("bundle")}
        self.archive(replace("manifest.json", bytes(2 << 20)))
        self.refused("a manifest of 2 MiB", 1, "larger than it may be")
        self.archive(replace("rootfs.img.zst", bytes(50 << 20)))
        self.refused("a bomb", 1, "larger than it may be")
        self.archive(replace("rootfs.img.zst", original["rootfs.img.zst"][:-1]))
        self.refused("a file a byte short", 3, "truncated by 1 bytes")
        self.archive(replace("rootfs.img.zst", original["rootfs.img.zst"][:-40] + bytes(40)))
        self.refused("another seek table", 3, "seek table")
        self.archive(replace("rootfs.img.zst", b"\0" + original["rootfs.img.zst"][1:]))
        self.refused("a changed frame", 3, "frame 0")
        self.archive(replace("manifest.json", original["manifest.json"].replace(b'"sequence": 3', b'"sequence": 4')))
        self.refused("a changed manifest", 3, "is not what manifest.dsse.json signs")
        self.archive(lambda members: members.pop(next(i for i, m in enumerate(members) if m[0].name == "rootfs.img.zst")))
        self.refused("no image", 3, "is missing")

        whole = pathlib.Path("one.tar.gz").read_bytes()
        for length in (0, 1, 20, 1000, len(whole) // 2, len(whole) - 12000):
            pathlib.Path("bad.tar.gz").write_bytes(whole[:length])
            self.refused(f"an archive that ends at {length}", 1, "bad.tar.gz")
        # Nothing of the bundle is missing here: the fault is behind the last file.
        for what, content in (("cut in gzip's checksum", whole[:-6]), ("with something behind it", whole + b"junk"),
                              ("cut in tar's padding", gzip.compress(gzip.decompress(whole)[:-512]))):
            pathlib.Path("bad.tar.gz").write_bytes(content)
            result = self.run("import", "-q", "bad.tar.gz", "-o", "out", "--trust", "trust.json")
            same = subprocess.run(["diff", "-r", "bundle", "out"]).returncode == 0
            self.check(result.returncode == 0 and same, f"an archive {what} gives the bundle, every byte checked")
            shutil.rmtree("out", ignore_errors=True)
        # 200 MiB of zeros in little compressed data, and a file that is not an archive.
        pathlib.Path("bad.tar.gz").write_bytes(gzip.compress(bytes(200 << 20), 9))
        self.refused("zeros without end", 1, "bad.tar.gz")
        pathlib.Path("bad.tar.gz").write_bytes(pathlib.Path("image.img").read_bytes())
        self.refused("no archive at all", 1, "bad.tar.gz")
        result = self.run("import", "one.tar.gz", "-o", "out", "--trust", "trust.json", "--least-sequence", "4")
        self.check(result.returncode == 3 and "rolled back" in result.stderr and not os.path.exists("out"), "rolled back")


def main():
    test = Test(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        test.make_bundle()
        test.check_export()
        test.check_hostile()
    return 1 if test.failures else 0


sys.exit(main())
