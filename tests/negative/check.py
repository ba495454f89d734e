#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs two verifiers without any common code, `hallmark verify --full` and signing/recheck.sh, over the negative
corpus. For every case, both must report what cases.json says.

Usage: check.py HALLMARK RECHECK [NAME...]
       check.py --rewrite HALLMARK

With names, only these cases run. --rewrite writes cases.json anew from HALLMARK's reports, for a person to review. It
always fails, so that nobody uses it as a test."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import make_corpus  # noqa: E402
from cases import CASES, RESTORE_CASES  # noqa: E402

# The words of a JSON library, which change with its version.
LIBRARY_WORDS = re.compile(r"(?<=not the JSON that is expected: )(syntax error|\[json\.exception).*", re.DOTALL)
EXPECTED = pathlib.Path(__file__).parent / "cases.json"
# recheck.sh reports the more general verdict for these.
COARSER = {"wrong-release": "table", "chunk": "digest"}


def entry(case, **said):
    return {"name": case.name, "threat": case.threat, "change": case.change, "leastSequence": case.least_sequence, **said}


class Check:
    def __init__(self, hallmark, recheck, directory):
        self.hallmark, self.recheck, self.directory = hallmark, recheck, directory
        self.trust = str(directory / "trust.json")

    def run(self, *command):
        return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=300)

    def verify(self, case):
        """Runs HALLMARK on a case. Returns what it reports, and the differences between the two reports."""
        bundle = str(self.directory / "bundles" / case.name)
        ours = self.run(self.hallmark, "verify", bundle, "--trust", self.trust, "--full", "--json", "--jobs", "1",
                        "--least-sequence", str(case.least_sequence))
        if ours.returncode not in (0, 3):
            return entry(case), [f"hallmark: exit status {ours.returncode}: {ours.stderr}"]
        findings = [{"verdict": finding["verdict"], "file": finding["file"],
                     "message": LIBRARY_WORDS.sub("syntax error", finding["message"])}
                    for finding in json.loads(ours.stdout)["findings"]]
        problems = []
        if ours.returncode != (3 if findings else 0):
            problems.append(f"hallmark: exit status {ours.returncode}")
        if self.recheck:
            problems += self.second_opinion(case, bundle, findings)
        return entry(case, findings=findings), problems

    def second_opinion(self, case, bundle, findings):
        theirs = self.run(self.recheck, bundle, self.trust, str(case.least_sequence))
        problems = []
        if theirs.returncode != (3 if findings else 0):
            problems.append(f"recheck.sh: exit status {theirs.returncode}: {theirs.stderr}")
        lines = {line for line in theirs.stdout.splitlines() if not line.startswith("good: ")}
        expected = {COARSER.get(f["verdict"], f["verdict"]) + " " + f["file"] for f in findings}
        if lines != expected:
            problems.append(f"hallmark says {sorted(expected)}, recheck.sh {sorted(lines)} {theirs.stderr}")
        return problems

    def restore(self, case):
        bundle = self.directory / "bundles" / case.name
        ours = self.run(self.hallmark, "restore", "-q", str(bundle), "--trust", self.trust)
        problems = [] if ours.returncode in (1, 3) else [f"exit status {ours.returncode}"]
        if (bundle / "rootfs.img").exists():
            problems.append("rootfs.img is there")
        return entry(case, restore=ours.stderr.replace(str(bundle), "BUNDLE").strip()), problems

    def one(self, case):
        return self.restore(case) if case in RESTORE_CASES else self.verify(case)


def main():
    rewrite = sys.argv[1] == "--rewrite"
    hallmark, recheck = (sys.argv[2], None) if rewrite else sys.argv[1:3]
    names = [] if rewrite else sys.argv[3:]
    cases = [case for case in CASES + RESTORE_CASES if not names or case.name in names]
    expected = {} if rewrite else {case["name"]: case for case in json.loads(EXPECTED.read_text())}
    failed = set() if names else set(expected) - {case.name for case in cases}
    said = []
    with tempfile.TemporaryDirectory() as directory:
        check = Check(hallmark, recheck, pathlib.Path(directory))
        make_corpus.make(directory)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for one, problems in pool.map(check.one, cases):
                said.append(one)
                if not rewrite and one != expected.get(one["name"]):
                    problems.append(f"expected {expected.get(one['name'])}, and it is {one}")
                for problem in problems:
                    failed.add(one["name"])
                    print(f"{one['name']} ({one['change']}): {problem}", flush=True)
    if rewrite:
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in said)
        EXPECTED.write_text(f"[\n{lines}\n]\n")
    print(f"{len(cases)} cases, {len(failed)} on which somebody disagrees: {sorted(failed)}")
    sys.exit(1 if failed or rewrite else 0)


main()
