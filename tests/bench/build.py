#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole build beside its peers: mmdebstrap with the same packages from a local mirror, then mke2fs -d, zstd -3 and
sha256sum. Needs root (mmdebstrap's fastest mode does). Usage: build.py HALLMARK WORK_FOLDER JSON [RECIPE...]"""
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import measure  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]


def hallmark_environment(cache):
    return {**os.environ, "HALLMARK_CACHE": str(cache)}


def local_mirror(lock, cache, folder, suite):
    """A mirror of exactly the locked packages, from the blobs that our own build reads."""
    pool = folder / "pool"
    pool.mkdir(parents=True)
    for package in lock["package"]:
        digest = package["sha256"]
        os.link(cache / "blobs/sha256" / digest[:2] / digest, pool / pathlib.Path(package["path"]).name)
    dist = folder / f"dists/{suite}/main/binary-{lock['architecture']}"
    dist.mkdir(parents=True)
    packages = subprocess.run(["dpkg-scanpackages", "-m", "pool"], cwd=folder, check=True, capture_output=True).stdout
    (dist / "Packages").write_bytes(packages)
    release = subprocess.run(
        ["apt-ftparchive", "-o", f"APT::FTPArchive::Release::Suite={suite}",
         "-o", f"APT::FTPArchive::Release::Codename={suite}", "-o", "APT::FTPArchive::Release::Components=main",
         "-o", f"APT::FTPArchive::Release::Architectures={lock['architecture']}", "release", f"dists/{suite}"],
        cwd=folder, check=True, capture_output=True).stdout
    (folder / f"dists/{suite}/Release").write_bytes(release)


def peer_command(recipe, lock, mirror, work):
    names = ",".join(package["name"] for package in lock["package"])
    size = recipe["image"]["size"]
    tree = work / "peer-tree"
    image = work / "peer.img"
    return (f"rm -rf {tree} {image} {image}.zst && mmdebstrap --quiet --mode=root --variant=custom "
            f"--arch={lock['architecture']} --include={names} {recipe['apt']['suite']} {tree} "
            f"'deb [trusted=yes] copy:{mirror} {recipe['apt']['suite']} main' && "
            f"truncate -s {size.replace('iB', '')} {image} && mke2fs -q -F -t ext4 -d {tree} {image} && "
            f"zstd -q -3 -T0 {image} -o {image}.zst && sha256sum {image} {image}.zst")


def compare(hallmark, recipe_folder, work, rounds):
    recipe = tomllib.loads((recipe_folder / "recipe.toml").read_text())
    name = recipe_folder.name
    work = work / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    cache = work / "cache"
    env = hallmark_environment(cache)
    log = work / "log"

    # The recipe is copied, for an overlay file is changed below.
    ours = work / "recipes" / name
    shutil.copytree(TOP / "recipes", work / "recipes")
    measure.run_once([hallmark, "lock", str(ours)], env=env, log=log)
    measure.run_once([hallmark, "build", str(ours), "-o", str(work / "out")], env=env, log=log)  # fills the cache
    lock = tomllib.loads((cache / "locks" / f"{recipe['name']}.lock").read_text())
    local_mirror(lock, cache, work / "mirror", recipe["apt"]["suite"])

    cold = measure.Comparison(f"{name}: cold build from a filled cache, {len(lock['package'])} packages")
    rebuild = measure.Comparison(f"{name}: rebuild after one overlay file changed")
    overlay_file = next(path for path in sorted(ours.rglob("*")) if path.is_file() and "overlay" in path.parts)
    for number in range(rounds):
        shutil.rmtree(cache / "stages", ignore_errors=True)
        shutil.rmtree(work / "out")
        cold.add("hallmark build", *measure.run_once([hallmark, "build", str(ours), "-o", str(work / "out")],
                                                     env=env, log=log))
        with overlay_file.open("a") as file:
            file.write(f"# round {number}\n")
        rebuild.add("hallmark build, one overlay file changed",
                    *measure.run_once([hallmark, "build", str(ours), "-o", str(work / "out")], env=env, log=log))
        rebuild.add("hallmark build, cold", cold.rows["hallmark build"][-1][0], cold.rows["hallmark build"][-1][1])
        cold.add("mmdebstrap, mke2fs -d, zstd -3, sha256sum",
                 *measure.run_once(peer_command(recipe, lock, work / "mirror", work), log=log))
    shutil.rmtree(work)
    return [cold, rebuild]


def main():
    hallmark, work, json_file, *recipes = sys.argv[1:]
    comparisons = []
    for recipe in recipes or ["debian-12-arm64", "debian-12-amd64"]:
        # Emulated, the peer takes a quarter of an hour: one round tells enough.
        rounds = 1 if "arm64" in recipe else 3
        comparisons += compare(os.path.abspath(hallmark), TOP / "recipes" / recipe, pathlib.Path(work).resolve(), rounds)
    measure.report(comparisons, json_file)


main()
