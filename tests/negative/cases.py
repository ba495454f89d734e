# SPDX-License-Identifier: Apache-2.0
"""Faults of bundles, by threat: the change to a good bundle. cases.json says what a verifier must report for each."""
import base64
import dataclasses
import json
import os
import re
from typing import Callable

import bundle_writer as writer
from bundle_writer import A, B, CHUNK, IMAGE_SIZE, STRANGER

CASES = []
GIB = 1 << 30


@dataclasses.dataclass
class Case:
    name: str  # also the name of its directory
    threat: str
    change: str  # one sentence
    fault: Callable
    least_sequence: int = 0


def case(threat, name, change, fault, least_sequence=0):
    assert re.fullmatch(r"[a-z0-9-]+", name) and all(name != other.name for other in CASES), name
    CASES.append(Case(name, threat, change, fault, least_sequence))


# --- no fault, or none that matters
case("none", "good", "nothing", lambda b: None)
case("none", "good-least-sequence", "nothing; its sequence is the least one", lambda b: None, 5)
case("none", "good-not-made-yet", "rootfs.img is not made yet", lambda b: b.remove("rootfs.img"))
case("none", "good-dropped-zst", "rootfs.img.zst is dropped, and rootfs.img there", lambda b: b.remove("rootfs.img.zst"))
case("none", "good-no-sidecars", "no origin, minisig, SHA256SUMS nor trust.json",
     lambda b: b.remove(".rootfs.img.origin", ".rootfs.img.zst.origin", "manifest.json.minisig", "SHA256SUMS", "trust.json"))
case("none", "good-origin-spelling", "an origin in upper case, with a newline",
     lambda b: b.write(".rootfs.img.origin", writer.sha1(b.read("rootfs.img")).upper() + "\n"))
case("none", "good-sums-binary", "SHA256SUMS with an asterisk for a blank, and in another order",
     lambda b: b.write("SHA256SUMS", b"".join(sorted(b.read("SHA256SUMS").replace(b"  ", b" *").splitlines(True)))))
case("none", "good-zeros", "zeros are written where rootfs.img had a hole",
     lambda b: b.write("rootfs.img", b.read("rootfs.img")))
case("none", "good-three-signatures", "a third signature, by a key that is not trusted",
     lambda b: b.seal(keys=(A, B, STRANGER)))
case("none", "good-legacy-minisig", "a minisig of the legacy kind, not prehashed",
     lambda b: (b.write("manifest.json.minisig", writer.minisig(A, b.read("manifest.json"), prehashed=False)), b.sums()))


def without_chunk_table(b):
    b.remove("rootfs.img.chunks")
    b.seal(b.describe())


case("none", "good-no-chunk-table", "a bundle without a chunk table", without_chunk_table)

# --- one byte changed
for offset, place in ((0, "boot code"), (440, "MBR"), (512, "GPT header"), (600, "GPT header, reserved"),
                      (1024, "partition entry 1"), (17407, "last partition entry")):
    case("one-byte", f"image-table-{offset}", f"rootfs.img: a bit of byte {offset}, {place}",
         lambda b, offset=offset: b.flip("rootfs.img", offset))
for offset in (16896, 1):
    case("one-byte", f"image-backup-{offset}", f"rootfs.img: a bit of its byte -{offset}, the table's backup",
         lambda b, offset=offset: b.flip("rootfs.img", -offset))
for offset in (CHUNK, 2 * CHUNK - 1):
    case("one-byte", f"image-esp-{offset}", f"rootfs.img: a bit of byte {offset}, EFI system partition",
         lambda b, offset=offset: b.flip("rootfs.img", offset))
for offset, place in ((17408, "between table and partitions"), (2 * CHUNK, "in a hole"), (3 * CHUNK, "root partition"),
                      (4 * CHUNK - 1, "root partition"), (5 * CHUNK - 1, "in a hole of the root partition"),
                      (6 * CHUNK, "behind the partitions")):
    case("one-byte", f"image-{offset}", f"rootfs.img: a bit of byte {offset}, {place}",
         lambda b, offset=offset: b.flip("rootfs.img", offset))
case("one-byte", "image-two-chunks", "rootfs.img: a bit of byte 196608 and one of byte 327680",
     lambda b: (b.flip("rootfs.img", 3 * CHUNK), b.flip("rootfs.img", 5 * CHUNK)))
case("one-byte", "image-no-chunk-table", "no chunk table; a bit of byte 196608 of rootfs.img",
     lambda b: (without_chunk_table(b), b.flip("rootfs.img", 3 * CHUNK)))
case("one-byte", "zst-no-chunk-table", "no chunk table; a bit of byte 20 of rootfs.img.zst",
     lambda b: (without_chunk_table(b), b.flip("rootfs.img.zst", 20)))
for offset, place in ((0, "magic number"), (4, "frame header"), (9, "block header"), (20, "first frame"), (-1, "footer"),
                      (-40, "seek table"), (-90, "last frame")):
    case("one-byte", f"zst{offset}" if offset < 0 else f"zst-{offset}",
         f"rootfs.img.zst: a bit of byte {offset}, {place}", lambda b, offset=offset: b.flip("rootfs.img.zst", offset))
for offset, place in ((0, "magic number"), (8, "version"), (12, "chunk size"), (16, "image size"), (32, "chunks"),
                      (40, "raw digest"), (72, "frame digest"), (104, "frame offset"), (112, "frame size"), (116, "flags"),
                      (-1, "last byte")):
    case("one-byte", f"chunks{offset}" if offset < 0 else f"chunks-{offset}",
         f"rootfs.img.chunks: a bit of byte {offset}, {place}",
         lambda b, offset=offset: b.flip("rootfs.img.chunks", offset))
for name in ("vmlinuz", "smol-bin.arm64.img", "sessiondata.img.zst"):
    for offset in (0, -1):
        case("one-byte", f"{name.split('.')[0]}{'-first' if offset == 0 else '-last'}", f"{name}: a bit of byte {offset}",
             lambda b, name=name, offset=offset: b.flip(name, offset))
for member in ("_type", "version", "sequence", "size", "sha256", "offset", "guid"):
    case("one-byte", f"manifest-{member.strip('_').lower()}", f"manifest.json: a bit of the first value of {member}",
         lambda b, member=member: b.flip("manifest.json", b.read("manifest.json").find(b'"%s": ' % member.encode()) +
                                         len(member) + 5))
case("one-byte", "manifest-last", "manifest.json: a bit of its last byte", lambda b: b.flip("manifest.json", -1))


def other_digit(b, name, text, length=10):
    """Changes a base64 digit, some way behind a text."""
    data = bytearray(b.read(name))
    at = data.find(text) + len(text) + length
    data[at] = ord("B") if data[at] == ord("A") else ord("A")
    b.write(name, bytes(data))


case("one-byte", "envelope-payload", "manifest.dsse.json: a digit of the payload",
     lambda b: other_digit(b, "manifest.dsse.json", b'"payload": "'))
case("one-byte", "envelope-signature", "manifest.dsse.json: a digit of the first signature",
     lambda b: other_digit(b, "manifest.dsse.json", b'"sig": "'))
case("one-byte", "envelope-keyid", "manifest.dsse.json: the key id, which is a hint, is another",
     lambda b: (b.replace("manifest.dsse.json", b'"keyid": "', b'"keyid": "another '), b.sums()))
case("one-byte", "trust-payload", "trust.json: a digit of the payload", lambda b: other_digit(b, "trust.json", b'"payload": "', 200))
case("one-byte", "trust-signature", "trust.json: a digit of the signature", lambda b: other_digit(b, "trust.json", b'"sig": "'))
case("one-byte", "minisig-signature", "manifest.json.minisig: a digit of the signature",
     lambda b: other_digit(b, "manifest.json.minisig", b"test\n", 30))
case("one-byte", "minisig-global", "manifest.json.minisig: a digit of the signature over the comment",
     lambda b: other_digit(b, "manifest.json.minisig", b"trusted comment: test\n", 30))
case("one-byte", "minisig-comment", "manifest.json.minisig: the trusted comment",
     lambda b: b.replace("manifest.json.minisig", b"\ntrusted comment: test", b"\ntrusted comment: tess"))
case("one-byte", "minisig-no-base64", "manifest.json.minisig: no base64",
     lambda b: b.replace("manifest.json.minisig", b"test\nR", b"test\n."))
case("one-byte", "minisig-three-lines", "manifest.json.minisig: its last line is gone",
     lambda b: b.write("manifest.json.minisig", b"".join(b.read("manifest.json.minisig").splitlines(True)[:3])))
case("one-byte", "minisig-gone", "manifest.json.minisig is gone, and SHA256SUMS lists it",
     lambda b: b.remove("manifest.json.minisig"))
case("one-byte", "minisig-stranger", "manifest.json.minisig by a key that is not trusted",
     lambda b: (b.write("manifest.json.minisig", writer.minisig(STRANGER, b.read("manifest.json"))), b.sums()))
case("one-byte", "sums-digest", "SHA256SUMS: another digest",
     lambda b: b.write("SHA256SUMS", b"0" * 64 + b.read("SHA256SUMS")[64:]))
case("one-byte", "sums-line-gone", "SHA256SUMS: a line less",
     lambda b: b.write("SHA256SUMS", b"".join(b.read("SHA256SUMS").splitlines(True)[1:])))
case("one-byte", "sums-stranger", "SHA256SUMS: a file that is not of the bundle",
     lambda b: b.write("SHA256SUMS", b.read("SHA256SUMS") + b"0" * 64 + b"  stranger\n"))
case("one-byte", "sums-twice", "SHA256SUMS: a line twice",
     lambda b: b.write("SHA256SUMS", b.read("SHA256SUMS") + b.read("SHA256SUMS").splitlines(True)[0]))
case("one-byte", "sums-no-digest", "SHA256SUMS: a line that is none",
     lambda b: b.write("SHA256SUMS", b.read("SHA256SUMS") + b"no digest\n"))
case("one-byte", "sums-no-newline", "SHA256SUMS: no newline at its end",
     lambda b: b.write("SHA256SUMS", b.read("SHA256SUMS")[:-1]))
case("one-byte", "sums-empty", "SHA256SUMS: empty", lambda b: b.write("SHA256SUMS", b""))

# --- truncated, extended, or with a hole in place of data
case("size", "image-byte-short", "rootfs.img: its last byte is gone", lambda b: b.resize("rootfs.img", IMAGE_SIZE - 1))
case("size", "image-byte-long", "rootfs.img: a byte more", lambda b: b.resize("rootfs.img", IMAGE_SIZE + 1))
case("size", "image-mebibyte-long", "rootfs.img: a mebibyte more", lambda b: b.resize("rootfs.img", IMAGE_SIZE + (1 << 20)))


def punch(b, chunk):
    data = b.read("rootfs.img")
    writer.write_sparsely(b.path("rootfs.img"), data[:chunk * CHUNK] + bytes(CHUNK) + data[(chunk + 1) * CHUNK:])


case("size", "image-hole", "rootfs.img: a hole where chunk 3 was", lambda b: punch(b, 3))
case("size", "image-hole-esp", "rootfs.img: a hole where the EFI system partition was", lambda b: punch(b, 1))
case("size", "image-all-hole", "rootfs.img: nothing but a hole", lambda b: b.replace_by(
    "rootfs.img", lambda path: (path.touch(), os.truncate(path, IMAGE_SIZE))))
for name in ("rootfs.img.zst", "rootfs.img.chunks", "vmlinuz", "smol-bin.arm64.img"):
    stem = name.replace(".", "-")
    case("size", f"{stem}-short", f"{name}: its last byte is gone", lambda b, name=name: b.write(name, b.read(name)[:-1]))
    case("size", f"{stem}-long", f"{name}: a byte more", lambda b, name=name: b.write(name, b.read(name) + b"\0"))
case("size", "manifest-long", "manifest.json: a line more", lambda b: b.write("manifest.json", b.read("manifest.json") + b"\n"))
case("size", "manifest-empty", "manifest.json: empty", lambda b: b.write("manifest.json", b""))
case("size", "envelope-short", "manifest.dsse.json: cut in its middle",
     lambda b: b.write("manifest.dsse.json", b.read("manifest.dsse.json")[:900]))
case("size", "envelope-empty", "manifest.dsse.json: empty", lambda b: b.write("manifest.dsse.json", b""))
case("size", "trust-empty", "trust.json: empty", lambda b: b.write("trust.json", b""))
case("size", "trust-short", "trust.json: cut in its middle", lambda b: b.write("trust.json", b.read("trust.json")[:700]))

# --- edges of lengths
for size in (0, 2 * GIB - 1, 2 * GIB, 4 * GIB, 4 * GIB + IMAGE_SIZE, (1 << 43)):
    case("length-edge", f"image-of-{size}", f"rootfs.img: of {size} bytes",
         lambda b, size=size: b.resize("rootfs.img", size))
for size in (0, 2 * GIB - 1, 2 * GIB, 4 * GIB, 4 * GIB + 1000):
    case("length-edge", f"kernel-of-{size}", f"vmlinuz: of {size} bytes", lambda b, size=size: b.resize("vmlinuz", size))


def signed(threat, name, change, edit):
    """A text that is validly signed, but against the format."""
    case(threat, f"signed-{name}", f"signed: {change}", lambda b: b.seal(edit(b.read("manifest.json"))))


def swap(old, new, count=1):
    def edit(text):
        assert old in text, old
        return text.replace(old, new, count)
    return edit


def sized(size):
    return lambda text: text.replace(b'"size": %d,' % IMAGE_SIZE, b'"size": %d,' % size, 1)


def kernel_sized(size):
    return swap(b'"name": "vmlinuz",\n        "size": 1000', b'"name": "vmlinuz",\n        "size": %d' % size)


signed("length-edge", "size-2-63", "a size of 2^63", kernel_sized(1 << 63))
signed("length-edge", "size-2-63-less-1", "a size of 2^63 - 1", kernel_sized((1 << 63) - 1))
signed("length-edge", "size-2-64", "a size of 2^64", kernel_sized(1 << 64))
signed("length-edge", "size-2-64-and-1000", "a size of 2^64 + 1000", kernel_sized((1 << 64) + 1000))
signed("length-edge", "size-2-32-and-1000", "a size of 2^32 + 1000", kernel_sized((1 << 32) + 1000))
signed("length-edge", "size-0", "a size of 0", kernel_sized(0))
signed("length-edge", "size-negative", "a negative size", kernel_sized(-1))
signed("length-edge", "partition-2-63", "a partition that ends past 2^63", swap(b'"offset": 196608', b'"offset": 9223372036854775807'))
signed("length-edge", "partition-empty", "a partition of no bytes", swap(b'"size": 196608', b'"size": 0'))

# --- a digest compared with that of another file
case("confused-digests", "image-is-zst", "rootfs.img: the bytes of rootfs.img.zst", lambda b: b.copy("rootfs.img.zst", "rootfs.img"))
case("confused-digests", "zst-is-image", "rootfs.img.zst: the bytes of rootfs.img", lambda b: b.copy("rootfs.img", "rootfs.img.zst"))
case("confused-digests", "image-is-gzip", "rootfs.img: begins as gzip does", lambda b: b.write("rootfs.img", b"\x1f\x8b\x08\0" * 9))
case("confused-digests", "image-of-zst-size", "rootfs.img: rootfs.img.zst, padded to the size of rootfs.img",
     lambda b: b.write("rootfs.img", b.read("rootfs.img.zst").ljust(IMAGE_SIZE, b"\0")[:IMAGE_SIZE]))
case("confused-digests", "origins-swapped", "the origins of rootfs.img and rootfs.img.zst are swapped",
     lambda b: (b.write(".rootfs.img.origin", writer.sha1(b.read("rootfs.img.zst"))),
                b.write(".rootfs.img.zst.origin", writer.sha1(b.read("rootfs.img")))))
case("confused-digests", "image-of-other-release", "rootfs.img: a sound image of another release",
     lambda b: b.replace_by("rootfs.img", lambda path: writer.write_image(path, "33333333-3333-3333-3333-333333333333")))
case("confused-digests", "kernel-is-smol-bin", "vmlinuz: the bytes of the smol-bin image, of the same size",
     lambda b: b.copy("smol-bin.arm64.img", "vmlinuz"))


def signed_table(change):
    """A chunk table that is validly signed, but does not match its images."""
    def fault(b):
        data = bytearray(b.read("rootfs.img.chunks"))
        change(data)
        b.write("rootfs.img.chunks", bytes(data))
        b.seal(b.describe())
    return fault


def put(offset, value):
    def change(data):
        data[offset:offset + len(value)] = value
    return change


for name, change, edit in (
        ("magic", "another magic number", put(0, b"X")), ("version", "version 2", put(8, b"\2")),
        ("chunk-size-odd", "chunks of 65,537 bytes", put(12, b"\1")), ("chunk-size-0", "chunks of 0 bytes", put(12, b"\0" * 4)),
        ("image-size", "an image of 2^64 - 1 bytes", put(16, b"\xff" * 8)),
        ("image-size-other", "an image a byte longer", put(16, b"\1")),
        ("zst-size", "a compressed image a byte longer", put(24, b"\xff")),
        ("count", "a chunk more than there are", put(32, b"\x09")), ("frame-offset", "a gap between frames", put(184, b"\xff")),
        ("frame-size", "a frame of 0 bytes", put(112, b"\0\0\0\0")), ("flags", "an unknown flag", put(116, b"\2")),
        ("record-short", "its last byte missing", lambda data: data.pop()),
        ("record-long", "a byte more", lambda data: data.append(0))):
    case("confused-digests", f"signed-chunks-{name}", f"signed: a chunk table with {change}", signed_table(edit))
case("confused-digests", "signed-chunks-raw-digest", "signed: a chunk table with another digest of chunk 3",
     signed_table(put(40 + 3 * 80, b"\0" * 32)))
case("confused-digests", "signed-chunks-frame-digest", "signed: a chunk table with another digest of frame 3",
     signed_table(put(72 + 3 * 80, b"\0" * 32)))
case("confused-digests", "signed-chunks-zero", "signed: a chunk table that takes chunk 3 for zeros",
     signed_table(put(116 + 3 * 80, b"\1")))

# --- origin files
def origin_of_tampered(b):
    b.flip("rootfs.img", 3 * CHUNK)
    b.write(".rootfs.img.origin", writer.sha1(b.read("rootfs.img")))


case("origin", "origin-of-tampered-image", "a bit of rootfs.img, and an origin that fits", origin_of_tampered)
case("origin", "origin-of-tampered-kernel", "a bit of vmlinuz, and an origin that fits",
     lambda b: (b.flip("vmlinuz", 0), b.write(".vmlinuz.origin", writer.sha1(b.read("vmlinuz")))))
case("origin", "origin-other", "an origin with another digest", lambda b: b.write(".rootfs.img.zst.origin", "0" * 39 + "1"))
case("origin", "origin-stamp", "both origins hold the same digits",
     lambda b: [b.write(f".{name}.origin", "0" * 39 + "1") for name in ("rootfs.img", "rootfs.img.zst")])
case("origin", "origin-no-digest", "an origin that holds no digest", lambda b: b.write(".rootfs.img.origin", "x"))
case("origin", "origin-sha256", "an origin that holds a SHA-256",
     lambda b: b.write(".rootfs.img.origin", writer.sha256(b.read("rootfs.img"))))
case("origin", "origin-empty", "an origin of no bytes", lambda b: b.write(".rootfs.img.origin", b""))
case("origin", "origin-two-lines", "an origin with two newlines",
     lambda b: b.write(".rootfs.img.origin", writer.sha1(b.read("rootfs.img")) + "\n\n"))


def without_sha1(b):
    manifest = b.manifest()
    for artifact in manifest["predicate"]["artifacts"]:
        del artifact["sha1"]
    b.seal(manifest)


case("origin", "origin-not-in-manifest", "a release without SHA-1, and origins beside it", without_sha1)

# --- rollback, freeze, and parts of other releases
case("rollback", "older-release", "nothing; the least sequence is 6", lambda b: None, 6)
signed("rollback", "unreleased", "sequence 0", lambda text: swap(b'"sequence": 5', b'"sequence": 0')(
    swap(b'"leastSequence": 5', b'"leastSequence": 0')(text)))
signed("rollback", "least-past-sequence", "a least sequence past the sequence", swap(b'"leastSequence": 5', b'"leastSequence": 6'))


def older_part(name):
    return lambda b: b.write(name, writer.noise("older", len(b.read(name))))


case("mixed-releases", "older-smol-bin", "smol-bin.arm64.img of another release, of the same size", older_part("smol-bin.arm64.img"))
case("mixed-releases", "older-session-disk", "sessiondata.img.zst of another release", older_part("sessiondata.img.zst"))


def older_manifest(b):
    """Combines the manifest of one release with the signatures of another."""
    signatures = b.read("manifest.dsse.json")
    b.seal(swap(b'"version": "1"', b'"version": "2"')(b.read("manifest.json")))
    b.write("manifest.dsse.json", signatures)


case("mixed-releases", "manifest-of-other-release", "manifest.json of one release, manifest.dsse.json of another", older_manifest)


def trusted(*versions, keys=(A,)):
    return lambda b: (b.write("trust.json", writer.trust_file(*versions, keys=keys)), b.sums())


V1 = writer.trust_version(1)
case("freeze", "trust-expired", "a second version of the trust file that expired: that is for updates, not for boots",
     trusted(V1, writer.trust_version(2, expires="2001-01-01T00:00:00Z")))
case("freeze", "trust-grown", "a second version of the trust file", trusted(V1, writer.trust_version(2)))
case("freeze", "trust-grown-key-gone", "a second version of the trust file, without the key that signed the bundle",
     trusted(V1, writer.trust_version(2, threshold=1, bundle=(STRANGER,))))
case("freeze", "trust-foreign", "a trust file of somebody else",
     trusted(writer.trust_version(1, threshold=1, bundle=(STRANGER,), root=(STRANGER,)), keys=(STRANGER,)))
case("freeze", "trust-foreign-second", "a second version that the first one's root keys did not sign",
     lambda b: (b.write("trust.json", writer.canonical({
         "_type": "urn:hallmark:trust:1",
         "versions": [writer.envelope(writer.TRUST_TYPE, writer.canonical(V1).encode(), (A,)),
                      writer.envelope(writer.TRUST_TYPE, writer.canonical(
                          writer.trust_version(2, root=(STRANGER,))).encode(), (STRANGER,))]})), b.sums()))
case("freeze", "trust-version-left-out", "a third version behind the first", trusted(V1, writer.trust_version(3)))

# --- thresholds
case("threshold", "one-signature", "one signature where two are required", lambda b: b.seal(keys=(A,)))
case("threshold", "no-trusted-signature", "a signature by a key that is not trusted", lambda b: b.seal(keys=(STRANGER,)))
case("threshold", "one-of-a-stranger", "one signature by a trusted key, and one by another",
     lambda b: b.seal(keys=(A, STRANGER)))
case("threshold", "signature-twice", "one signature twice", lambda b: b.seal(keys=(A, A)))


def enveloped(*arguments, **options):
    def fault(b):
        data = b.read("manifest.json")
        b.write("manifest.dsse.json", writer.canonical(writer.envelope(writer.MANIFEST_TYPE, data, *arguments, **options)))
        b.sums()
    return fault


case("threshold", "key-under-two-ids", "one key under two ids", enveloped((A, A), ids=["one", "another"]))
case("threshold", "trust-key-twice", "a trust file that lists a key twice",
     trusted(V1, writer.trust_version(2, bundle=(A, A))))
case("empty-or-unknown", "trust-threshold-0", "a trust file with a threshold of 0", trusted(V1, writer.trust_version(2, threshold=0)))
case("empty-or-unknown", "trust-threshold-past-keys", "a trust file with a threshold of 3 and 2 keys",
     trusted(V1, writer.trust_version(2, threshold=3)))
case("empty-or-unknown", "trust-no-keys", "a trust file without keys", trusted(V1, writer.trust_version(2, threshold=1, bundle=())))
case("empty-or-unknown", "trust-no-versions", "a trust file without versions", trusted())
case("empty-or-unknown", "trust-unknown-algorithm", "a trust file with a key of X25519",
     trusted(V1, writer.canonical(writer.trust_version(2)).replace("MCowBQYDK2Vw", "MCowBQYDK2Vu", 1)))
case("empty-or-unknown", "trust-not-canonical", "a trust file whose payload has a blank more",
     trusted(V1, writer.canonical(writer.trust_version(2)).replace('  "version"', '   "version"', 1)))
case("empty-or-unknown", "no-signatures", "an empty list of signatures", enveloped(()))
case("empty-or-unknown", "signature-short", "a signature of 63 bytes",
     lambda b: enveloped((A,), signatures=[writer.dsse_signature(A, writer.MANIFEST_TYPE, b.read("manifest.json"))[:63]])(b))
case("empty-or-unknown", "signature-zeros", "two signatures of 64 zeros", enveloped((A, B), signatures=[bytes(64), bytes(64)]))
case("empty-or-unknown", "signature-no-base64", "a signature that is no base64",
     lambda b: (b.replace("manifest.dsse.json", b'"sig": "', b'"sig": ".'), b.sums()))
case("empty-or-unknown", "payload-no-base64", "a payload that is no base64",
     lambda b: (b.replace("manifest.dsse.json", b'"payload": "', b'"payload": ".'), b.sums()))


def other_type(b):
    data = b.read("manifest.json")
    b.write("manifest.dsse.json", writer.canonical(writer.envelope("application/vnd.in-toto+jsom", data, (A, B))))
    b.sums()


case("empty-or-unknown", "payload-type", "the manifest signed as another type", other_type)
case("empty-or-unknown", "minisig-unknown-algorithm", "manifest.json.minisig: an unknown algorithm", lambda b: (
    b.replace("manifest.json.minisig", b"test\nRUQ" if b"\nRUQ" in b.read("manifest.json.minisig") else b"test\nRUR",
              b"test\nRUZ"), b.sums()))
signed("empty-or-unknown", "predicate-type", "another predicate type", swap(b"urn:hallmark:manifest:1", b"urn:hallmark:manifest:2"))
signed("empty-or-unknown", "statement-type", "another statement type", swap(b"Statement/v1", b"Statement/v2"))
signed("empty-or-unknown", "role-unknown", "a role that there is not", swap(b'"role": "kernel"', b'"role": "kernels"'))
signed("empty-or-unknown", "role-twice", "a role twice", swap(b'"role": "kernel"', b'"role": "chunk-table"'))
signed("empty-or-unknown", "no-rootfs", "no rootfs", lambda text: writer.canonical(drop_artifact(json.loads(text), "rootfs")))


def drop_artifact(manifest, role):
    manifest["predicate"]["artifacts"] = [a for a in manifest["predicate"]["artifacts"] if a["role"] != role]
    manifest["subject"] = [s for s in manifest["subject"] if s["name"] != writer.ROLES[role]]
    return manifest


# --- names
for name, change, text in (("absolute", "an absolute name", "/etc/passwd"), ("parent", "a name out of the bundle", "../vmlinuz"),
                           ("newline", "a name with a newline", "vmlinuz\\n"), ("nul", "a name with a NUL", "vmlinuz\\u0000"),
                           ("of-another", "the name of another role", "rootfs.img"), ("empty", "an empty name", "")):
    signed("names", f"name-{name}", change, lambda data, text=text: data.replace(b'"name": "vmlinuz"', b'"name": "%s"' % text.encode()))
signed("names", "subject-other", "subjects that differ from the artifacts", swap(b'"name": "vmlinuz"', b'"name": "vmlinux"'))
case("names", "kernel-link", "vmlinuz: a link within the bundle",
     lambda b: (b.path("vmlinuz").rename(b.path("elsewhere")), b.path("vmlinuz").symlink_to("elsewhere")))
case("names", "image-link-out", "rootfs.img: a link out of the bundle",
     lambda b: b.replace_by("rootfs.img", lambda path: path.symlink_to("/etc/hostname")))
case("names", "kernel-link-nowhere", "vmlinuz: a link to nothing", lambda b: b.replace_by("vmlinuz", lambda path: path.symlink_to("nothing")))
case("names", "kernel-directory", "vmlinuz: a directory", lambda b: b.replace_by("vmlinuz", lambda path: path.mkdir()))
case("names", "kernel-fifo", "vmlinuz: a FIFO", lambda b: b.replace_by("vmlinuz", os.mkfifo))
case("names", "chunks-device", "rootfs.img.chunks: a link to a device",
     lambda b: b.replace_by("rootfs.img.chunks", lambda path: path.symlink_to("/dev/zero")))
for name in ("manifest.json", "manifest.dsse.json"):
    case("names", f"{name.split('.')[1] if 'dsse' in name else 'manifest'}-link", f"{name}: a link", lambda b, name=name: (
        b.path(name).rename(b.path("elsewhere")), b.path(name).symlink_to("elsewhere")))
    case("names", f"{name.split('.')[1] if 'dsse' in name else 'manifest'}-gone", f"{name} is gone", lambda b, name=name: b.remove(name))
case("names", "kernel-gone", "vmlinuz is gone", lambda b: b.remove("vmlinuz"))
case("names", "chunks-gone", "rootfs.img.chunks is gone", lambda b: b.remove("rootfs.img.chunks"))
case("names", "zst-gone", "rootfs.img and rootfs.img.zst are gone", lambda b: b.remove("rootfs.img", "rootfs.img.zst"))

# --- JSON that can be read in two ways
VERSION = b'    "version": "1",\n'
signed("ambiguous-json", "key-twice", "a key twice", swap(VERSION, VERSION + b'    "version": "2",\n'))
signed("ambiguous-json", "sequence-twice", "the sequence twice", swap(b'    "sequence": 5,\n', b'    "sequence": 5,\n    "sequence": 9,\n'))
signed("ambiguous-json", "unknown-member", "an unknown member", swap(VERSION, VERSION + b'    "extra": "2",\n'))
signed("ambiguous-json", "member-gone", "a member less", swap(b'    "policyLeastSequence": 0,\n', b""))
signed("ambiguous-json", "deep", "1,000 levels", swap(b'"version": "1"', b'"version": ' + b"[" * 1000 + b"]" * 1000))
signed("ambiguous-json", "not-utf-8", "a byte that is not UTF-8", swap(b'"version": "1"', b'"version": "\xff"'))
signed("ambiguous-json", "overlong", "a '1' in overlong UTF-8", swap(b'"version": "1"', b'"version": "\xc0\xb1"'))
signed("ambiguous-json", "nul", "a NUL", swap(b'"version": "1"', b'"version": "\0"'))
signed("ambiguous-json", "byte-order-mark", "a byte order mark", lambda text: b"\xef\xbb\xbf" + text)
signed("ambiguous-json", "cr", "lines that end in CR and LF", lambda text: text.replace(b"\n", b"\r\n"))
signed("ambiguous-json", "behind", "another document behind it", lambda text: text + b"{}\n")
signed("ambiguous-json", "no-newline", "no newline at its end", lambda text: text[:-1])
signed("ambiguous-json", "one-line", "all in one line", lambda text: json.dumps(json.loads(text)))
signed("ambiguous-json", "member-order", "members in another order",
       swap(b'    "name": "negative",\n' + VERSION, VERSION + b'    "name": "negative",\n'))
signed("ambiguous-json", "escape", "a letter as an escape", swap(b'"name": "negative"', b'"name": "neg\\u0061tive"'))
signed("ambiguous-json", "comment", "a comment", swap(VERSION, VERSION + b"    // none\n"))
signed("ambiguous-json", "number-real", "a size of 1000.0", swap(b'"size": 1000,', b'"size": 1000.0,'))
signed("ambiguous-json", "number-exponent", "a size of 1e999", swap(b'"size": 1000,', b'"size": 1e999,'))
signed("ambiguous-json", "number-zero-in-front", "a sequence of 05", swap(b'"sequence": 5', b'"sequence": 05'))
signed("ambiguous-json", "number-text", "a size that is a text", swap(b'"size": 1000,', b'"size": "1000",'))
signed("ambiguous-json", "upper-case-digest", "a digest in upper case", lambda text: re.sub(
    rb'("sha1": ")([0-9a-f]{40})', lambda m: m[1] + m[2].upper(), text, count=1))
signed("ambiguous-json", "short-digest", "a digest a digit short", lambda text: re.sub(rb'("sha1": "[0-9a-f]{39}).', rb"\1", text, count=1))
signed("ambiguous-json", "overlap", "partitions that overlap", swap(b'"offset": 196608', b'"offset": 65536'))
signed("ambiguous-json", "partition-outside", "a partition that ends outside the image", swap(b'"offset": 196608', b'"offset": 393216'))
signed("ambiguous-json", "partition-order", "partitions out of order", swap(b'"number": 1,', b'"number": 16,'))
signed("ambiguous-json", "version-blank", "a version with a blank", swap(b'"version": "1"', b'"version": "1 2"'))
signed("ambiguous-json", "nothing", "no bytes at all", lambda text: b"")
signed("ambiguous-json", "null", "the word null", lambda text: b"null\n")
case("ambiguous-json", "envelope-key-twice", "manifest.dsse.json: a key twice", lambda b: (
    b.replace("manifest.dsse.json", b'  "payloadType"', b'  "payloadType": "x",\n  "payloadType"'), b.sums()))
case("ambiguous-json", "envelope-unknown-member", "manifest.dsse.json: an unknown member", lambda b: (
    b.replace("manifest.dsse.json", b'  "payloadType"', b'  "extra": "x",\n  "payloadType"'), b.sums()))
case("ambiguous-json", "envelope-behind", "manifest.dsse.json: another document behind it", lambda b: (
    b.write("manifest.dsse.json", b.read("manifest.dsse.json") + b"{}\n"), b.sums()))


def other_payload(b):
    """The signatures are over the manifest, but the payload is another text."""
    document = json.loads(b.read("manifest.dsse.json"))
    document["payload"] = base64.b64encode(b.read("manifest.json").replace(b'"sequence": 5', b'"sequence": 6')).decode()
    b.write("manifest.dsse.json", writer.canonical(document))
    b.sums()


case("ambiguous-json", "envelope-other-payload", "manifest.dsse.json: another payload than was signed", other_payload)

# --- frames that decompress to other bytes, in a validly signed bundle: only whoever decompresses finds them
RESTORE_CASES = []


def restore_case(name, change, frame_of):
    """`frame_of(raw)` makes the frame of chunk 3. The chunk table has the digests of the chunk and of that frame."""
    def fault(b):
        image = b.read("rootfs.img")
        chunks = [image[at:at + CHUNK] for at in range(0, IMAGE_SIZE, CHUNK)]
        frames = [frame_of(chunk) if i == 3 else writer.zstd_frame(chunk) for i, chunk in enumerate(chunks)]
        b.pack_frames(frames, chunks)
        b.remove(".rootfs.img.zst.origin")
        b.seal(b.describe())
        b.remove("rootfs.img")
    RESTORE_CASES.append(Case(f"frame-{name}", "decompression", f"signed: the frame of chunk 3 {change}", fault))


def block(size, last=True, kind=1):
    return (last | kind << 1 | size << 3).to_bytes(3, "little")


restore_case("too-long", "holds a byte more", lambda raw: writer.zstd_frame(raw + b"\0"))
restore_case("too-short", "holds a byte less", lambda raw: writer.zstd_frame(raw[:-1]))
restore_case("other-content", "holds other bytes", lambda raw: writer.zstd_frame(bytes(len(raw))))
restore_case("bomb", "holds 1 GiB of zeros",
             lambda raw: b"\x28\xb5\x2f\xfd\xa0" + GIB.to_bytes(4, "little") + (block(1 << 17, False) + b"\0") * 8191 +
             block(1 << 17) + b"\0")
restore_case("bomb-of-unknown-size", "does not tell that it holds 1 GiB of zeros",
             lambda raw: b"\x28\xb5\x2f\xfd\0\x88" + (block(1 << 17, False) + b"\0") * 8191 + block(1 << 17) + b"\0")
restore_case("window", "asks for a window of 2 TiB", lambda raw: b"\x28\xb5\x2f\xfd\0\xf8" + block(len(raw), kind=0) + raw)
restore_case("two", "is two frames", lambda raw: writer.zstd_frame(raw[:1000]) + writer.zstd_frame(raw[1000:]))
restore_case("skippable", "is a skippable frame",
             lambda raw: b"\x50\x2a\x4d\x18" + len(raw).to_bytes(4, "little") + raw)
restore_case("cut", "is cut short", lambda raw: writer.zstd_frame(raw)[:-1])
restore_case("no-zstd", "is no zstd", lambda raw: raw)
restore_case("behind", "has a byte behind it", lambda raw: writer.zstd_frame(raw) + b"\0")
