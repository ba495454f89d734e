#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole build beside its peers: mmdebstrap with the same packages from a local mirror, then mke2fs -d, zstd -3 and
sha256sum. Requires root, because mmdebstrap is fastest as root.
Usage: build.py HALLMARK WORK_DIRECTORY JSON [--keep-tree DIRECTORY] [--keep-image DIRECTORY] [RECIPE...]

--keep-tree and --keep-image keep the package tree and the bundle of the first recipe, for other benchmarks."""
import argparse
import json
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


def local_mirror(lock, cache, directory, suite):
    """Makes a mirror of exactly the locked packages, from the blobs that our own build reads."""
    pool = directory / "pool"
    pool.mkdir(parents=True)
    for package in lock["packages"]:
        digest = package["sha256"]
        os.link(cache / "blobs/sha256" / digest[:2] / digest, pool / pathlib.Path(package["path"]).name)
    dist = directory / f"dists/{suite}/main/binary-{lock['architecture']}"
    dist.mkdir(parents=True)
    packages = subprocess.run(["dpkg-scanpackages", "-m", "pool"], cwd=directory, check=True, capture_output=True).stdout
    (dist / "Packages").write_bytes(packages)
    release = subprocess.run(
        ["apt-ftparchive", "-o", f"APT::FTPArchive::Release::Suite={suite}",
         "-o", f"APT::FTPArchive::Release::Codename={suite}", "-o", "APT::FTPArchive::Release::Components=main",
         "-o", f"APT::FTPArchive::Release::Architectures={lock['architecture']}", "release", f"dists/{suite}"],
        cwd=directory, check=True, capture_output=True).stdout
    (directory / f"dists/{suite}/Release").write_bytes(release)


def peer_command(recipe, lock, mirror, work):
    """`recipe` is the merged content of debian-12.toml and the recipe."""
    names = ",".join(package["name"] for package in lock["packages"])
    size = recipe["image"]["size"]
    tree = work / "peer-tree"
    image = work / "peer.img"
    return (f"rm -rf {tree} {image} {image}.zst && mmdebstrap --quiet --mode=root --variant=custom "
            f"--arch={lock['architecture']} --include={names} {recipe['apt']['suite']} {tree} "
            f"'deb [trusted=yes] copy:{mirror} {recipe['apt']['suite']} main' && "
            f"truncate -s {size.replace('iB', '')} {image} && mke2fs -q -F -t ext4 -d {tree} {image} && "
            f"zstd -q -3 -T0 {image} -o {image}.zst && sha256sum {image} {image}.zst")


def load_recipe(directory):
    recipe = tomllib.loads((directory / "recipe.toml").read_text())
    for include in recipe.get("include", []):
        for key, value in tomllib.loads((directory / include).read_text()).items():
            recipe[key] = {**value, **recipe.get(key, {})} if isinstance(value, dict) else recipe.get(key, value)
    return recipe


def compare(hallmark, recipe_directory, work, rounds, keep_tree, keep_image):
    recipe = load_recipe(recipe_directory)
    name = recipe_directory.name
    work = work / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    cache = work / "cache"
    env = hallmark_environment(cache)
    log = work / "log"

    # A copy, because an overlay file is changed below.
    ours = work / "recipes" / name
    shutil.copytree(TOP / "recipes", work / "recipes", symlinks=True)
    measure.run_once([hallmark, "lock", str(ours)], env=env, log=log)
    measure.run_once([hallmark, "build", str(ours), "-o", str(work / "out")], env=env, log=log)  # fills the cache
    lock = tomllib.loads((cache / "locks" / f"{recipe['name']}.lock").read_text())
    local_mirror(lock, cache, work / "mirror", recipe["apt"]["suite"])

    def build():
        """Seconds and peak KiB of a build, and the seconds until its tree was ready."""
        report = work / "report.json"
        figures = measure.run_once(f"{hallmark} build --json {ours} -o {work}/out > {report}", env=env, log=log)
        stages = json.loads(report.read_text())["stages"]
        names = [stage["stage"] for stage in stages]
        return figures, sum(stage["seconds"] for stage in stages[:names.index("Writing the root filesystem")])

    cold = measure.Comparison(f"{name}: cold build from a filled cache, {len(lock['packages'])} packages")
    rebuild = measure.Comparison(f"{name}: rebuild after one overlay file changed")
    tree = measure.Comparison(f"{name}: its tree alone, after one overlay file changed")
    overlay_file = work / "recipes/common/guest/etc/fstab"
    for number in range(rounds):
        shutil.rmtree(cache / "stages", ignore_errors=True)
        shutil.rmtree(work / "out")
        cold_figures, cold_tree = build()
        cold.add("hallmark build", *cold_figures)
        with overlay_file.open("a") as file:
            file.write(f"# round {number}\n")
        figures, rebuilt_tree = build()
        rebuild.add("hallmark build, one overlay file changed", *figures)
        rebuild.add("hallmark build, cold", *cold_figures)
        tree.add("hallmark build, one overlay file changed", rebuilt_tree, figures[1])
        tree.add("hallmark build, cold", cold_tree, cold_figures[1])
        cold.add("mmdebstrap, mke2fs -d, zstd -3, sha256sum",
                 *measure.run_once(peer_command(recipe, lock, work / "mirror", work), log=log))
    if keep_image:
        (work / "out").rename(keep_image)
    if keep_tree:  # the layer of the packages is by far the largest
        stages = [path for path in (cache / "stages").iterdir() if path.is_dir()]
        max(stages, key=lambda path: sum(1 for _ in path.rglob("*"))).rename(keep_tree)
    shutil.rmtree(work)
    return [cold, rebuild, tree]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hallmark", type=os.path.abspath)
    parser.add_argument("work", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("json")
    parser.add_argument("recipes", nargs="*", default=["debian-12-arm64", "debian-12-amd64"])
    parser.add_argument("--keep-tree")
    parser.add_argument("--keep-image")
    arguments = parser.parse_intermixed_args()
    comparisons = []
    for number, recipe in enumerate(arguments.recipes):
        # Under emulation the peer takes some 20 minutes, so one round is enough.
        rounds = 1 if "arm64" in recipe else 3
        of_recipe = compare(arguments.hallmark, TOP / "recipes" / recipe, arguments.work, rounds,
                            *((None, None) if number else (arguments.keep_tree, arguments.keep_image)))
        measure.report(of_recipe)
        comparisons += of_recipe
    measure.save(comparisons, arguments.json)


main()
