#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seal beside stock tools: pack, verify, restore and repair of a given image, and of a synthetic one of 10 GiB that
holds 6 GiB of this machine's /usr. Everything is read from memory as far as it fits, because each round warms the
cache.
Usage: seal.py HALLMARK WORK_DIRECTORY JSON IMAGE [ROUNDS]"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import measure  # noqa: E402

MIB = 1 << 20
GIB = 1 << 30
CHUNK = 4 * MIB
PEAK_TARGET_KIB = 256 * 1024


def synthetic_image(path):
    """Makes a GPT, an EFI system partition with 64 MiB of data, and a root with runs of data between holes."""
    path.touch()
    os.truncate(path, 10 * GIB)
    subprocess.run(["sgdisk", "--new=15:2048:206847", "--typecode=15:c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
                    "--new=1:206848:0", "--typecode=1:b921b045-1df0-41c3-af44-4c6f280d3fae", str(path)],
                   check=True, stdout=subprocess.DEVNULL)

    def usr():
        while True:
            with subprocess.Popen(["tar", "-C", "/", "-cf", "-", "usr"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) as tar:
                while block := tar.stdout.read(MIB):
                    yield block
                tar.stdout.close()

    blocks = usr()
    with path.open("r+b") as image:
        image.seek(MIB)
        for _ in range(64):
            image.write(next(blocks))
        for run in range(16):  # 380 MiB of data, then a hole of 252 MiB
            image.seek(101 * MIB + run * 632 * MIB)
            for _ in range(380):
                image.write(next(blocks))
    blocks.close()


class Bench:
    def __init__(self, hallmark, name, image, work, rounds):
        self.hallmark, self.name, self.image, self.work, self.rounds = hallmark, name, image, work, rounds
        self.bundle = work / "bundle"
        self.trust = work / "trust.json"
        self.comparisons = []
        self.claims = []  # (what, value, unit, target, holds)

    def ours(self, verb, *arguments):
        return [self.hallmark, verb, "-q", str(self.bundle), "--trust", str(self.trust), *arguments]

    def comparison(self, what):
        comparison = measure.Comparison(f"{self.name}: {what}")
        self.comparisons.append(comparison)
        return comparison

    def at_least(self, what, value, target):
        self.claims.append((f"{self.name}: {what}", value, "x", f">= {target}", value >= target))

    def at_most(self, what, value, target, unit):
        self.claims.append((f"{self.name}: {what}", value, unit, f"<= {target}", value <= target))

    def peak(self, comparison, label):
        self.at_most(f"peak memory, {label}", comparison.peak(label) / 1024, PEAK_TARGET_KIB / 1024, "MiB")

    def pack(self):
        packed, plain = self.work / "packed", self.work / "plain.zst"
        image = self.image
        zstd = f"zstd -q -f -T2 -3 {image} -o {plain}"
        label = "hallmark pack"
        comparison = self.comparison("pack, SHA-1 and SHA-256")

        def before(_):
            shutil.rmtree(packed, ignore_errors=True)
            plain.unlink(missing_ok=True)
            os.sync()
            measure.run_once(["cat", str(image)])

        comparison.run({
            label: [self.hallmark, "pack", "-q", str(image), "-o", str(packed), "--name", "bench", "--jobs", "2"],
            "zstd -T2 -3, openssl sha256, sha1": f"{zstd} && openssl dgst -sha256 {image} && openssl dgst -sha1 {image}",
            "zstd -T2 -3, sha256sum, sha1sum": f"{zstd} && sha256sum {image} && sha1sum {image}",
        }, self.rounds, before)
        measure.run_once(zstd)
        ours = comparison.median(label)
        self.at_least("pack, zstd and openssl over ours", comparison.median("zstd -T2 -3, openssl sha256, sha1") / ours, 1.8)
        self.at_least("pack, zstd and coreutils over ours", comparison.median("zstd -T2 -3, sha256sum, sha1sum") / ours, 3)
        if not packed.exists():
            measure.run_once([self.hallmark, "pack", "-q", str(image), "-o", str(packed), "--name", "bench"])
        size = (packed / "rootfs.img.zst").stat().st_size
        self.at_most("size over that of zstd -3", size / plain.stat().st_size, 1.01, "x")
        self.peak(comparison, label)
        plain.unlink()
        packed.rename(self.bundle)

    def seal(self):
        """Signs the bundle with dm-verity in its manifest: without dm-verity, a check is always a full one. The root
        hash has no influence on a quick check and its time."""
        path = self.bundle / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["predicate"].setdefault("verity", {"rootHash": "0" * 64, "salt": "", "dataOffset": 0, "dataBlocks": 1,
                                                    "hashOffset": 4096, "blockSize": 4096})
        path.write_text(json.dumps(manifest, indent=2) + "\n")
        key = self.work / "a.key"
        for command in ([self.hallmark, "keygen", "-o", str(key), "--no-passphrase"],
                        [self.hallmark, "trust", "init", "--bundle-key", f"{key}.pub", "--smol-key", f"{key}.pub",
                         "--sign-with", str(key), "-o", str(self.trust)],
                        [self.hallmark, "sign", "-q", str(self.bundle), "--key", str(key), "--trust", str(self.trust),
                         "--sequence", "1"]):
            measure.run_once(command)

    def restore(self):
        image, compressed = self.bundle / "rootfs.img", self.bundle / "rootfs.img.zst"
        peer = self.work / "peer.img"
        label = "hallmark restore"
        peer_label = "zstd -d, openssl sha256"
        comparison = self.comparison("restore with verification")

        def before(_):
            for path in (image, peer):
                path.unlink(missing_ok=True)
            os.sync()
            measure.touch_memory(self.image.stat().st_blocks * 512)
            measure.run_once(["cat", str(compressed)])

        comparison.run({
            label: self.ours("restore"),
            peer_label: f"zstd -q -d {compressed} -o {peer} && openssl dgst -sha256 {peer}",
        }, self.rounds, before)
        self.at_least("restore, zstd -d and openssl over ours", comparison.median(peer_label) / comparison.median(label), 2.5)
        self.peak(comparison, label)
        before("")
        measure.run_once(self.ours("restore"))
        os.sync()

    def verify(self):
        image = self.bundle / "rootfs.img"
        label = "hallmark verify --full (image and .zst)"
        comparison = self.comparison("full check")
        comparison.run({
            label: self.ours("verify", "--full"),
            "openssl dgst -sha256 rootfs.img": ["openssl", "dgst", "-sha256", str(image)],
            "sha256sum rootfs.img": ["sha256sum", str(image)],
        }, self.rounds, lambda _: measure.run_once(["cat", str(image), str(self.bundle / "rootfs.img.zst")]))
        full = comparison.median(label)
        self.at_least("full check, openssl over ours", comparison.median("openssl dgst -sha256 rootfs.img") / full, 2)
        self.at_least("full check, sha256sum over ours", comparison.median("sha256sum rootfs.img") / full, 6)
        self.peak(comparison, label)
        quick = self.comparison("quick check")  # a host does this at every boot
        quick.run({"hallmark verify": self.ours("verify"), label: self.ours("verify", "--full")}, max(5, self.rounds))
        seconds = quick.median("hallmark verify")
        self.at_least("quick check, full over quick", full / seconds, 50)
        self.at_most("quick check", seconds * 1000, 150, "ms")
        return full

    def repair(self, full):
        image = self.bundle / "rootfs.img"
        chunk = 30  # behind the EFI system partition, and full of data in both images
        random_bytes = random.Random(3).randbytes(4096)
        comparison = self.comparison("repair of one chunk")
        labels = {"hallmark repair": self.ours("repair"),
                  "hallmark repair --chunk": self.ours("repair", "--chunk", str(chunk)),
                  "hallmark verify --full (image and .zst)": self.ours("verify", "--full")}

        def before(label):
            if "verify" not in label:
                with image.open("r+b") as file:
                    file.seek(chunk * CHUNK + 12345)
                    file.write(random_bytes)
                    os.fsync(file.fileno())
            measure.run_once(["cat", str(image)])

        comparison.run(labels, self.rounds, before)
        self.at_most("repair of one chunk over a full check", comparison.median("hallmark repair") / full, 1.1, "x")
        self.at_most("repair --chunk", comparison.median("hallmark repair --chunk") * 1000, 200, "ms")
        self.peak(comparison, "hallmark repair")

    def run(self):
        self.pack()
        self.seal()
        self.restore()
        self.repair(self.verify())
        shutil.rmtree(self.work)


def report(benches, json_file):
    measure.report([comparison for bench in benches for comparison in bench.comparisons], json_file)
    print("\nseal: targets")
    claims = [claim for bench in benches for claim in bench.claims]
    for what, value, unit, target, holds in claims:
        print(f"  {'met   ' if holds else 'MISSED'}  {what}: {value:.2f} {unit} (target {target})", flush=True)
    path = pathlib.Path(json_file)
    document = json.loads(path.read_text())
    document.append({"name": "seal: targets", "rows": [dict(zip(("what", "value", "unit", "target", "met"), claim))
                                                       for claim in claims]})
    path.write_text(json.dumps(document, indent=2))


def main():
    hallmark, work, json_file, image = (pathlib.Path(a).resolve() for a in sys.argv[1:5])
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    shutil.rmtree(work, ignore_errors=True)
    benches = []
    for name in ("given image", "synthetic 10 GiB"):
        directory = work / name.split()[0]
        directory.mkdir(parents=True)
        if name.startswith("synthetic"):
            image = work / "synthetic.img"
            synthetic_image(image)
        bench = Bench(str(hallmark), name, image, directory, rounds)
        bench.run()
        benches.append(bench)
    report(benches, str(json_file))
    shutil.rmtree(work)


main()
