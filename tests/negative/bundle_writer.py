# SPDX-License-Identifier: Apache-2.0
"""Writes a small signed bundle from the man pages of the formats alone, without code of Hallmark: hallmark-manifest(5),
hallmark-trust(5), hallmark-chunks(5), hallmark-origin(5). Keys and content are fixed, so that every byte is the same
everywhere. Requires openssl and sgdisk."""
import base64
import functools
import hashlib
import json
import pathlib
import shutil
import struct
import subprocess
import tempfile

KIB = 1 << 10
CHUNK = 64 * KIB
IMAGE_SIZE = 8 * CHUNK
MANIFEST_TYPE = "application/vnd.in-toto+json"
TRUST_TYPE = "application/vnd.hallmark.trust+json"
ROOT_GUID = "11111111-1111-1111-1111-111111111111"
# (number, first byte, bytes, type, GUID, name)
PARTITIONS = [(1, 3 * CHUNK, 3 * CHUNK, "b921b045-1df0-41c3-af44-4c6f280d3fae", ROOT_GUID, "rootfs"),
              (15, CHUNK, CHUNK, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "22222222-2222-2222-2222-222222222222", "EFI")]
ROLES = {"rootfs": "rootfs.img", "rootfs-zst": "rootfs.img.zst", "chunk-table": "rootfs.img.chunks", "kernel": "vmlinuz",
         "smol-bin": "smol-bin.arm64.img", "session-disk": "sessiondata.img.zst"}
NOT_SHIPPED = ("rootfs",)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sha1(data):
    return hashlib.sha1(data).hexdigest()


def noise(seed, size):
    """Bytes that look like data."""
    blocks = (hashlib.sha256(f"{seed} {i}".encode()).digest() for i in range(-(-size // 32)))
    return b"".join(blocks)[:size]


class Key:
    """An Ed25519 key whose seed is the digest of its name: only for tests."""

    def __init__(self, name):
        der = bytes.fromhex("302e020100300506032b657004220420") + hashlib.sha256(name.encode()).digest()  # RFC 8410
        self.pem = ("-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der).decode() +
                    "\n-----END PRIVATE KEY-----\n").encode()
        self.spki = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "DER"], input=self.pem, check=True,
                                   capture_output=True).stdout
        self.text = base64.b64encode(self.spki).decode()

    @functools.lru_cache(maxsize=None)
    def sign(self, message):
        with tempfile.NamedTemporaryFile() as data, tempfile.NamedTemporaryFile() as key:
            data.write(message)
            data.flush()
            key.write(self.pem)
            key.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key.name, "-in", data.name],
                                  check=True, capture_output=True).stdout


A, B, STRANGER = Key("a"), Key("b"), Key("stranger")


def canonical(value):
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def dsse_signature(key, payload_type, payload):
    return key.sign(b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload))


def envelope(payload_type, payload, keys, ids=None, signatures=None):
    """A DSSE envelope as an object. `signatures` replace those of the keys."""
    signatures = signatures or [dsse_signature(key, payload_type, payload) for key in keys]
    ids = ids or [sha256(key.spki) for key in keys]
    return {"payload": base64.b64encode(payload).decode(), "payloadType": payload_type,
            "signatures": [{"keyid": key_id, "sig": base64.b64encode(signature).decode()}
                           for key_id, signature in zip(ids, signatures)]}


def trust_version(version, expires="2100-01-01T00:00:00Z", threshold=2, bundle=(A, B), root=(A,)):
    def role(number, keys):
        return {"threshold": number, "keys": [key.text for key in sorted(keys, key=lambda key: key.spki)]}

    return {"_type": "urn:hallmark:trust:1", "version": version, "expires": expires, "root": role(1, root),
            "bundle": role(threshold, bundle), "smolBin": role(1, (A,))}


def trust_file(*versions, keys=(A,)):
    """A trust file. `versions` are objects, or strings that are used as they are; `keys` sign each of them."""
    texts = [version if isinstance(version, str) else canonical(version) for version in versions]
    return canonical({"_type": "urn:hallmark:trust:1",
                      "versions": [envelope(TRUST_TYPE, text.encode(), keys) for text in texts]})


def minisig(key, message, comment="test", prehashed=True):
    """A .minisig file, as in minisign's source, src/minisign.h."""
    signature = key.sign(hashlib.blake2b(message).digest() if prehashed else message)
    blob = (b"ED" if prehashed else b"Ed") + hashlib.sha256(key.spki).digest()[:8] + signature
    return (f"untrusted comment: test\n{base64.b64encode(blob).decode()}\ntrusted comment: {comment}\n"
            f"{base64.b64encode(key.sign(signature + comment.encode())).decode()}\n")


def zstd_frame(data):
    """A frame with one block, raw or of one repeated byte, which is the same with every version of zstd (RFC 8878,
    3.1.1)."""
    header = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))  # single segment, content size of 4 bytes
    repeated = data == data[:1] * len(data)
    block = 1 | (repeated << 1) | len(data) << 3
    return header + struct.pack("<I", block)[:3] + (data[:1] if repeated else data)


def seek_table(frames, chunks):
    """The seek table of the Zstandard Seekable Format, version 0.1.1."""
    entries = b"".join(struct.pack("<II", len(f), len(c)) for f, c in zip(frames, chunks))
    return struct.pack("<II", 0x184D2A5E, len(entries) + 9) + entries + struct.pack("<IBI", len(frames), 0, 0x8F92EAB1)


def chunk_table(frames, chunks, compressed_size):
    table = struct.pack("<8sIIQQQ", b"HMCHUNKS", 1, CHUNK, sum(map(len, chunks)), compressed_size, len(chunks))
    offset = 0
    for frame, chunk in zip(frames, chunks):
        table += struct.pack("<32s32sQII", hashlib.sha256(chunk).digest(), hashlib.sha256(frame).digest(), offset,
                             len(frame), not any(chunk))
        offset += len(frame)
    return table


def write_image(path, root_guid=ROOT_GUID):
    """Writes a disk with a GPT. Chunk 1 is an EFI system partition; chunks 3 to 5 are a root partition with a hole in
    its middle."""
    with path.open("wb") as image:
        image.truncate(IMAGE_SIZE)
        for chunk in (1, 3, 5):
            image.seek(chunk * CHUNK)
            image.write(noise(f"chunk {chunk}", CHUNK))
    options = ["--set-alignment=1", "--disk-guid=00112233-4455-6677-8899-aabbccddeeff"]
    for number, offset, size, kind, guid, name in PARTITIONS:
        guid = root_guid if number == 1 else guid
        options += [f"--new={number}:{offset // 512}:{(offset + size) // 512 - 1}", f"--typecode={number}:{kind}",
                    f"--partition-guid={number}:{guid}", f"--change-name={number}:{name}"]
    subprocess.run(["sgdisk", *options, str(path)], check=True, stdout=subprocess.DEVNULL)


class Bundle:
    """A bundle in a directory, and the changes that tests make to it."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)

    def path(self, name):
        return self.directory / name

    def read(self, name):
        return self.path(name).read_bytes()

    def write(self, name, data):
        self.path(name).write_bytes(data.encode() if isinstance(data, str) else data)

    def remove(self, *names):
        for name in names:
            self.path(name).unlink()

    def flip(self, name, offset):
        """Flips the lowest bit of one byte. A negative `offset` counts from the end."""
        with self.path(name).open("r+b") as file:
            file.seek(offset, 0 if offset >= 0 else 2)
            place = file.tell()
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1]))

    def replace(self, name, old, new):
        data = self.read(name)
        assert old in data, f"{name}: no {old}"
        self.write(name, data.replace(old, new, 1))

    def resize(self, name, size):
        """Changes the size of a file. A growing file gets a hole."""
        with self.path(name).open("r+b") as file:
            file.truncate(size)

    def replace_by(self, name, make):
        self.remove(name)
        make(self.path(name))

    def copy(self, source, name):
        shutil.copyfile(self.path(source), self.path(name))

    def manifest(self):
        return json.loads(self.read("manifest.json"))

    def seal(self, manifest=None, keys=(A, B)):
        """Signs `manifest`, which is an object, or bytes that are used as they are; by default the current manifest."""
        if manifest is not None:
            self.write("manifest.json", manifest if isinstance(manifest, (bytes, str)) else canonical(manifest))
        data = self.read("manifest.json")
        self.write("manifest.dsse.json", canonical(envelope(MANIFEST_TYPE, data, keys)))
        self.write("manifest.json.minisig", minisig(A, data))
        self.sums()

    def sums(self):
        listed = [name for role, name in ROLES.items() if role not in NOT_SHIPPED]
        listed += ["manifest.json", "manifest.dsse.json", "manifest.json.minisig", "trust.json"]
        names = [name for name in listed if self.path(name).is_file()]
        self.write("SHA256SUMS", "".join(f"{sha256(self.read(name))}  {name}\n" for name in names))

    def describe(self, **members):
        """The manifest of the current files. `members` are added to the predicate."""
        artifacts = []
        for role, name in ROLES.items():
            if not self.path(name).exists():
                continue
            data = self.read(name)
            artifacts.append({"role": role, "name": name, "size": len(data), "sha256": sha256(data), "sha1": sha1(data)})
        image = self.read("rootfs.img")
        partitions = []
        for number, offset, size, kind, guid, name in PARTITIONS:
            partition = {"number": number, "offset": offset, "size": size, "type": kind, "guid": guid, "name": name,
                         "attributes": "0000000000000000"}
            if name == "EFI":
                partition["sha256"] = sha256(image[offset:offset + size])
            partitions.append(partition)
        predicate = {"name": "negative", "version": "1", "architecture": "arm64", "sequence": 5, "leastSequence": 5,
                     "smolBinLeastSequence": 0, "policyLeastSequence": 0, "sourceDateEpoch": 0, "artifacts": artifacts,
                     "disk": {"guid": "00112233-4455-6677-8899-aabbccddeeff", "tableSha256": sha256(image[:17408]),
                              "backupSha256": sha256(image[-16896:]), "partitions": partitions}}
        predicate.update(members)
        return {"_type": "https://in-toto.io/Statement/v1",
                "subject": [{"name": a["name"], "digest": {"sha256": a["sha256"]}} for a in artifacts],
                "predicateType": "urn:hallmark:manifest:1", "predicate": predicate}

    def pack(self):
        """Makes rootfs.img.zst and the chunk table from rootfs.img."""
        image = self.read("rootfs.img")
        chunks = [image[at:at + CHUNK] for at in range(0, len(image), CHUNK)]
        self.pack_frames([zstd_frame(chunk) for chunk in chunks], chunks)

    def pack_frames(self, frames, chunks):
        compressed = b"".join(frames) + seek_table(frames, chunks)
        self.write("rootfs.img.zst", compressed)
        self.write("rootfs.img.chunks", chunk_table(frames, chunks, len(compressed)))


def copy_bundle(source, target):
    """Copies a bundle, with the holes of rootfs.img."""
    target.mkdir()
    for path in source.iterdir():
        if path.name != "rootfs.img":
            shutil.copyfile(path, target / path.name)
    write_sparsely(target / "rootfs.img", (source / "rootfs.img").read_bytes())


def write_sparsely(path, data):
    """Writes a file with a hole for each chunk of zeros."""
    with path.open("wb") as file:
        file.truncate(len(data))
        for at in range(0, len(data), CHUNK):
            if any(data[at:at + CHUNK]):
                file.seek(at)
                file.write(data[at:at + CHUNK])


def write_bundle(directory):
    """Makes a good bundle."""
    directory.mkdir(parents=True)
    bundle = Bundle(directory)
    write_image(bundle.path("rootfs.img"))
    bundle.pack()
    bundle.write("vmlinuz", noise("kernel", 1000))
    bundle.write("smol-bin.arm64.img", noise("smol-bin", 1000))
    bundle.write("sessiondata.img.zst", zstd_frame(bytes(CHUNK)))
    for name in ("rootfs.img", "rootfs.img.zst"):
        bundle.write(f".{name}.origin", sha1(bundle.read(name)))
    bundle.write("trust.json", trust_file(trust_version(1)))
    bundle.seal(bundle.describe())
    return bundle
