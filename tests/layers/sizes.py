#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the source against the sizes of CONTRIBUTING.md: no file over 450 lines, a median under 80, no directory with
more than 25 source files, no line over 120 columns, and no function over 60 lines in installed code. Usage: sizes.py
SOURCE_DIRECTORY"""
import collections
import pathlib
import re
import statistics
import sys

MAX_FILE = 450  # lines
MAX_MEDIAN = 79  # lines
MAX_SOURCES = 25  # .cc files in a directory
MAX_LINE = 120  # columns
MAX_FUNCTION = 60  # lines, from the function's name to its last brace

# clang-format puts a function's opening brace at the end of a line, and its closing brace under the start of that line.
OPENS = re.compile(r"^\s*\S.*\{$")
NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|union|enum|extern|if|for|while|switch|do|else|case)\b|=\s*\{+$|[({,]\{+$")


def functions(text):
    """(line, length in lines) of each function. Functions inside of functions are not listed."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opened = OPENS.match(lines[number])
        if not opened or NO_FUNCTION.search(lines[number]):
            number += 1
            continue
        # The closing brace of a declaration of several lines is under the first of them.
        start = number
        while start > 0 and lines[start - 1].strip() and len(lines[start]) - len(lines[start].lstrip()) > 0 and \
                not lines[start - 1].rstrip().endswith((";", "}", "{", ":")) and not lines[start - 1].lstrip().startswith("//"):
            start -= 1
        indent = len(lines[start]) - len(lines[start].lstrip())
        end = next((i for i in range(number + 1, len(lines)) if re.match(rf"^ {{{indent}}}\}}", lines[i])), None)
        if end is None:
            number += 1
            continue
        yield start + 1, end - start + 1
        number = end + 1


def violations(files):
    """`files`: path to text."""
    sources = collections.Counter(path.rpartition("/")[0] for path in files if path.endswith(".cc"))
    for directory, count in sources.items():
        if count > MAX_SOURCES:
            yield f"{directory}: {count} source files, and at most {MAX_SOURCES} make a room"
    lengths = {path: len(text.splitlines()) for path, text in files.items()}
    for path, length in lengths.items():
        if length > MAX_FILE:
            yield f"{path}: {length} lines, and at most {MAX_FILE} make a file"
    median = statistics.median(length for path, length in lengths.items() if not path.startswith("tests/"))
    if median > MAX_MEDIAN:
        yield f"the median file has {median} lines, and at most {MAX_MEDIAN} are wanted"
    for path, text in files.items():
        for number, length in functions(text) if not path.startswith("tests/") else ():
            if length > MAX_FUNCTION:
                yield f"{path}:{number}: a function of {length} lines, and at most {MAX_FUNCTION} are read at once"
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > MAX_LINE:
                yield f"{path}:{number}: {len(line)} columns, and at most {MAX_LINE} fit"


def check_planted():
    small = {f"lib/a/{i}.h": "\n" for i in range(60)}
    planted = {
        "source files": {f"lib/b/{i}.cc": "\n" for i in range(MAX_SOURCES + 1)},
        "make a file": {"lib/b/long.cc": "\n" * (MAX_FILE + 1)},
        "median": {f"lib/b/{i}.h": "\n" * (MAX_MEDIAN + 1) for i in range(70)},
        "read at once": {"lib/b/f.cc": "int F() {\n" + "  G();\n" * MAX_FUNCTION + "}\n"},
        "function of 62 lines": {"lib/b/f.cc": "class C {\n  int F(int a,\n        int b) {\n" + "    G();\n" * 59 + "  }\n};\n"},
        "columns": {"lib/b/wide.h": "x" * (MAX_LINE + 1)},
    }
    for word, files in planted.items():
        if not any(word in line for line in violations(small | files)):
            yield f"a planted violation is not found: {word}"


def main():
    top = pathlib.Path(sys.argv[1]).resolve()
    files = {p.relative_to(top).as_posix(): p.read_text()
             for directory in ("lib", "signing", "guestd", "tools", "kernel-config", "tests")
             for end in ("*.cc", "*.h") for p in sorted((top / directory).rglob(end))}
    found = [*check_planted(), *violations(files)]
    print("\n".join(found) or "every file and directory has its size")
    return 1 if found else 0


sys.exit(main())
