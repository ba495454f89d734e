#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a small signed archive in the layout of jammy with stock tools: main and universe, jammy and jammy-updates,
arm64, every .deb compressed with zstd. Its system is Debian's, repacked from the blobs of a lock, with stand-ins for
kernel and GRUB. Its own packages do what packages may do: maintainer scripts, triggers, a diversion, conffiles, an
alternative, a file capability.

Usage: make_archive.py LOCK CACHE DIRECTORY

Makes DIRECTORY anew, with archive/ (dists/, pool/), keyring.gpg, fingerprint, other.gpg (a key that signed nothing) and
wheels/.
"""
import concurrent.futures
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

ROOTS = ["init", "systemd", "systemd-resolved", "systemd-sysv", "udev", "dbus", "kmod", "python3", "libcap2-bin"]
# Packages of no lock of debian-12-arm64, which run on every architecture. They are fetched with the apt-get of this
# machine.
PIP = ["python3-pip", "python3-setuptools", "python3-wheel", "python3-pkg-resources", "python3-distutils", "python3-lib2to3"]
EPOCH = 1700000000


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **more).stdout


def control_of(deb):
    """The control paragraph as a dict, in its order."""
    fields, last = {}, None
    for line in run("dpkg-deb", "-f", deb).decode().splitlines():
        if line[0] in " \t":
            fields[last] += "\n" + line
        else:
            last, value = line.split(":", 1)
            fields[last] = value.strip()
    return fields


def names_of(relations):
    """[[alternatives], ...] of a dependency field, without versions and architectures."""
    return [[one.split("(")[0].split(":")[0].strip() for one in group.split("|")]
            for group in relations.split(",") if group.strip()]


def closure(controls):
    providers = {}
    for name, control in controls.items():
        for group in names_of(control.get("Provides", "")):
            providers.setdefault(group[0], name)
    wanted, queue = set(), [n for n, c in controls.items() if c.get("Essential") == "yes"] + ROOTS + PIP
    while queue:
        name = queue.pop()
        if name in wanted:
            continue
        wanted.add(name)
        for field in ("Pre-Depends", "Depends"):
            for group in names_of(controls[name].get(field, "")):
                found = next((c for one in group for c in (one, providers.get(one)) if c in controls), None)
                if found is None:
                    sys.exit(f"make_archive: {name} needs {group}, which the lock does not have")
                queue.append(found)
    return wanted


def repack(deb, target):
    """The same package with both members compressed by zstd, as Ubuntu's are. Owners stay as they are, so this requires
    no root."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_suffix(".parts")
    work.mkdir()
    (work / "debian-binary").write_bytes(b"2.0\n")
    for option, member in (("--ctrl-tarfile", "control"), ("--fsys-tarfile", "data")):
        tar = subprocess.Popen(["dpkg-deb", option, deb], stdout=subprocess.PIPE)
        subprocess.run(["zstd", "-1", "-q", "-o", work / f"{member}.tar.zst"], stdin=tar.stdout, check=True)
        tar.stdout.close()
        if tar.wait() != 0:
            sys.exit(f"make_archive: {deb}: dpkg-deb can't read it")
    run("ar", "rcD", target, *(work / m for m in ("debian-binary", "control.tar.zst", "data.tar.zst")))
    shutil.rmtree(work)


OWN = pathlib.Path(__file__).parent / "packages"
FRAGMENTS = pathlib.Path(__file__).resolve().parents[2] / "kernel-config"


def equip_kernel(tree):
    """Makes the stand-in kernel, which has everything in kernel-config/ built in."""
    fragments = "".join(path.read_text() for path in sorted(FRAGMENTS.glob("*.config")))
    for modules in tree.glob("usr/lib/modules/*"):
        config = "".join(re.sub("=m$", "=y", line) + "\n" for line in fragments.splitlines() if line.startswith("CONFIG_"))
        (tree / f"boot/config-{modules.name}").write_text("CONFIG_ARM64=y\n" + config)
        with (modules / "modules.builtin").open("a") as builtin:
            builtin.writelines(f"kernel/{module}.ko\n" for module in sorted(set(re.findall(r"module=(\S+)", fragments))))


def build_own(pool, work):
    """Makes one package from each directory of packages/: DEBIAN/ holds control file and scripts, the rest is its
    content."""
    for source in sorted(OWN.iterdir()):
        tree = work / source.name
        run("cp", "-r", "--no-preserve=ownership", source, tree)
        equip_kernel(tree)
        for path in [tree, *tree.rglob("*")]:
            executable = path.is_dir() or "bin" in path.parts[-2:-1] or \
                (path.parent.name == "DEBIAN" and path.name in ("preinst", "postinst", "prerm", "postrm"))
            path.chmod(0o755 if executable else 0o644)
        control = (tree / "DEBIAN/control").read_text().splitlines()
        fields = dict(line.split(": ", 1) for line in control if ": " in line)
        component = "universe" if fields["Section"].startswith("universe/") else "main"
        suite = "jammy-updates" if source.name.endswith("-update") else "jammy"
        directory = pool / component / fields["Package"][0] / fields["Package"]
        directory.mkdir(parents=True, exist_ok=True)
        target = directory / f"{fields['Package']}_{fields['Version']}_{fields['Architecture']}.deb"
        run("dpkg-deb", "--root-owner-group", "-Zzstd", "--uniform-compression", "-b", tree, target,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)})
        yield suite, component, target


def index(archive, suite, entries):
    """Writes the Packages file of each component, Release, and its signatures."""
    base = archive / "dists" / suite
    files = {}
    for component in ("main", "universe"):
        text = ""
        for deb in sorted(d for s, c, d in entries if s == suite and c == component):
            content = deb.read_bytes()
            fields = control_of(deb)
            fields.update(Filename=str(deb.relative_to(archive)), Size=str(len(content)),
                          SHA256=hashlib.sha256(content).hexdigest())
            text += "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"
        name = f"{component}/binary-arm64/Packages"
        files[name] = text.encode()
        files[name + ".gz"] = gzip.compress(text.encode(), mtime=0)
    release = (f"Origin: Ubuntu\nLabel: Ubuntu\nSuite: {suite}\nVersion: 22.04\nCodename: jammy\n"
               "Date: Tue, 14 Nov 2023 22:13:20 UTC\nArchitectures: arm64\nComponents: main universe\n"
               "Description: Ubuntu Jammy 22.04\nAcquire-By-Hash: no\nSHA256:\n")
    for name, content in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        release += f" {hashlib.sha256(content).hexdigest()} {len(content):16} {name}\n"
    (base / "Release").write_text(release)
    return base


def make_wheel(directory):
    directory.mkdir()
    files = {"hallmark_probe/__init__.py": "ANSWER = 42\n",
             "hallmark_probe-1.0.dist-info/METADATA":
                 "Metadata-Version: 2.1\nName: hallmark-probe\nVersion: 1.0\nRequires-Dist: hallmark-part\n",
             "hallmark_probe-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    part = {"hallmark_part.py": "PART = 1\n",
            "hallmark_part-2.5.dist-info/METADATA": "Metadata-Version: 2.1\nName: hallmark-part\nVersion: 2.5\n",
            "hallmark_part-2.5.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    for name, content in (("hallmark_probe-1.0", files), ("hallmark_part-2.5", part)):
        record = "".join(f"{path},,\n" for path in content) + f"{name}.dist-info/RECORD,,\n"
        with zipfile.ZipFile(directory / f"{name}-py3-none-any.whl", "w") as wheel:
            for path, text in {**content, f"{name}.dist-info/RECORD": record}.items():
                wheel.writestr(zipfile.ZipInfo(path, (2023, 11, 14, 22, 13, 20)), text)


def main():
    lock_file, cache, directory = (pathlib.Path(a) for a in sys.argv[1:])
    shutil.rmtree(directory, ignore_errors=True)
    lock = tomllib.loads(lock_file.read_text())
    archive, work = directory / "archive", directory / "work"
    work.mkdir(parents=True)
    debs = {p["name"]: cache / "blobs/sha256" / p["sha256"][:2] / p["sha256"] for p in lock["packages"]}
    run("apt-get", "download", "-q", *PIP, cwd=work)
    debs.update({deb.name.split("_")[0]: deb for deb in work.glob("*.deb")})

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        controls = dict(zip(debs, pool.map(control_of, debs.values())))
        entries = []
        for name in sorted(closure(controls)):
            control = controls[name]
            version = control["Version"].split(":", 1)[-1]
            target = archive / "pool/main" / name[0] / name / f"{name}_{version}_{control['Architecture']}.deb"
            entries.append(("jammy", "main", target))
        list(pool.map(lambda e: repack(debs[e[2].parent.name], e[2]), entries))
    entries += build_own(archive / "pool", work)

    home = directory / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    for user, keyring in (("archive@example.org", "keyring.gpg"), ("other@example.org", "other.gpg")):
        run(*gpg, "--quick-generate-key", user, "ed25519", "sign", "never")
        (directory / keyring).write_bytes(run(*gpg, "--export", user))
    listing = run(*gpg, "--with-colons", "--list-keys", "archive@example.org").decode()
    (directory / "fingerprint").write_text(next(l for l in listing.splitlines() if l.startswith("fpr")).split(":")[9])
    for suite in ("jammy", "jammy-updates", "jammy-security"):
        base = index(archive, suite, entries)
        run(*gpg, "-u", "archive@example.org", "--clearsign", "-o", base / "InRelease", base / "Release")
        run(*gpg, "-u", "archive@example.org", "-abs", "-o", base / "Release.gpg", base / "Release")
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
    make_wheel(directory / "wheels")
    shutil.rmtree(work)


main()
