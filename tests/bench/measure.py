# SPDX-License-Identifier: Apache-2.0
"""Times commands side by side in several rounds. Each round runs all commands in turn, so that a machine whose speed
drifts treats them alike. Figures are medians; a ratio is the peer's median over ours."""
import json
import os
import statistics
import subprocess
import sys
import time


def run_once(command, env=None, log=None):
    """Runs a shell command line or a list of arguments. Returns (seconds, peak resident KiB of its largest process)."""
    with open(log or os.devnull, "ab") as output:
        start = time.monotonic()
        process = subprocess.Popen(command, shell=isinstance(command, str), env=env, stdout=output,
                                   stderr=output, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"exit status {process.returncode}: {command}" + (f", see {log}" if log else ""))
    return seconds, usage.ru_maxrss


def touch_memory(size):
    """Makes a virtual machine's host provide `size` bytes of memory, and frees them again. The host may have taken free
    pages away, and the first program to write would wait for them. This runs in a process of its own, so that all of it
    is freed."""
    touch = f"b = bytearray({size})\nfor i in range(0, {size}, 4096): b[i] = 1"
    run_once([sys.executable, "-c", touch])


class Comparison:
    """One table of the benchmark: ours first, then the peers."""

    def __init__(self, name):
        self.name = name
        self.rows = {}  # label: list of (seconds, KiB)

    def run(self, contestants, rounds, before=None):
        """`contestants`: label -> command. `before(label)` removes the output of the previous round."""
        for _ in range(rounds):
            for label, command in contestants.items():
                if before:
                    before(label)
                self.add(label, *run_once(command))

    def add(self, label, seconds, peak_kib):
        self.rows.setdefault(label, []).append((seconds, peak_kib))

    def median(self, label):
        return statistics.median(seconds for seconds, _ in self.rows[label])

    def peak(self, label):
        return max(kib for _, kib in self.rows[label])

    def table(self):
        ours = next(iter(self.rows))
        width = max(len(label) for label in self.rows)
        lines = [f"\n{self.name}", f"  {'':{width}}  {'median':>10}  {'peak':>9}  {'ratio':>7}  runs"]
        for label, runs in self.rows.items():
            ratio = self.median(label) / self.median(ours)
            seconds = self.median(label)
            time_text = f"{seconds:8.2f} s" if seconds >= 1 else f"{seconds * 1000:7.0f} ms"
            lines.append(f"  {label:{width}}  {time_text}  {self.peak(label) / 1024:5.0f} MiB"
                         f"  {ratio:6.2f}x  {len(runs)}")
        return "\n".join(lines)

    def as_json(self):
        ours = next(iter(self.rows))
        return {"name": self.name,
                "rows": [{"label": label, "median_seconds": self.median(label), "peak_kib": self.peak(label),
                          "ratio": self.median(label) / self.median(ours), "seconds": [s for s, _ in runs]}
                         for label, runs in self.rows.items()]}


def report(comparisons, json_file=None):
    for comparison in comparisons:
        print(comparison.table(), flush=True)
    if json_file:
        save(comparisons, json_file)


def save(comparisons, json_file):
    with open(json_file, "w", encoding="utf-8") as output:
        json.dump([comparison.as_json() for comparison in comparisons], output, indent=2)
