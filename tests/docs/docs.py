#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the documents with the repository: README.md, CONTRIBUTING.md, CHANGELOG.md and docs/*.md.

- Each path, each function `Name()`, each `make TARGET`, each `hallmark VERB` and each page name(N) that a document
  names exists; so does the target of each link.
- docs/formats.md lists each man page of section 5, README.md each one of sections 1 and 8.
- docs/architecture.md has each directory of sources, docs/testing.md each directory of tests.

Before it looks at the documents, it plants a fault of each kind and must find it. In a path, a word in capitals stands
for any name: tests/data/FORMAT/bad/NAME.message.

Usage: docs.py SOURCE_DIRECTORY HALLMARK
"""
import pathlib
import re
import subprocess
import sys

ENDINGS = (".cc", ".h", ".py", ".sh", ".md", ".txt", ".cmake", ".toml", ".in", ".config")
# First components of paths that are not in the repository.
ELSEWHERE = ("build", "libexec", "out", "share")
PAGE = re.compile(r"\b((?:hallmark|guestd|sdk-daemon|sandbox-helper|srt-settings)[\w-]*)\((\d)\)")
SOURCES = ("guestd", "kernel-config", "lib", "signing", "tools")


def expand(path):
    """The paths that a{b,c}d stands for."""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    return [name for part in match[1].split(",") for name in expand(path[:match.start()] + part + path[match.end():])]


class Repository:
    """What documents may refer to."""

    def __init__(self, top, verbs):
        self.top = top
        self.verbs = verbs
        self.roots = {entry.name for entry in top.iterdir()} - {"build", "out", ".git"}
        self.targets = set(re.findall(r"^([a-z][a-z-]*):", (top / "Makefile").read_text(), re.MULTILINE))
        self.pages = {page.name for page in (top / "man").glob("*.[1-8]")}
        self.functions = set()
        for directory in (*SOURCES, "tests", "cmake"):
            for file in (top / directory).rglob("*"):
                if file.suffix in (".cc", ".h", ".py", ".cmake") and file != pathlib.Path(__file__).resolve():
                    self.functions.update(re.findall(r"\b([A-Za-z_]\w*) ?\(", file.read_text()))
                    self.functions.update(re.findall(r"\bfunction\((\w+)", file.read_text()))

    def looks_like_path(self, word):
        """True for a word that can only be a path in this repository."""
        if not re.fullmatch(r"[\w.@{},*+-]+(/[\w.@{},*+-]+)*/?", word):
            return False
        first = word.split("/")[0]
        if "/" in word and first not in ELSEWHERE:
            return first in self.roots or word.endswith(ENDINGS)
        return word in self.roots

    def has_path(self, path):
        if (self.top / path).exists():
            return True
        pattern = re.sub(r"(?<![A-Za-z])[A-Z][A-Z_]+(?![A-Za-z])", "*", path.rstrip("/"))
        return "*" in pattern and any(self.top.glob(pattern))


def code_of(text):
    """The code of a document: (number of the line, code, True if it is in backticks and not in a code block)."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield number, line.split(" #")[0].strip(), False
        else:
            for span in re.findall(r"`([^`]+)`", line):
                yield number, span, True


def check_code(repository, code, is_span):
    words = code.split()
    for word in words if is_span else []:
        for path in expand(word.rstrip(",;:")):
            if repository.looks_like_path(path) and not repository.has_path(path):
                yield f"no such path: {path}"
    if is_span and (match := re.fullmatch(r"(?:\w+::)*(\w+)\(\)", code)) and match[1] not in repository.functions:
        yield f"no such function: {code}"
    for arguments in re.findall(r"(?:^|[\s;&])make((?: +[A-Za-z_][\w./=-]*)+)", code):
        for target in arguments.split():
            if "=" not in target and target not in repository.targets:
                yield f"the Makefile has no target {target}"
    for verb in re.findall(r"(?:^|[\s;&])hallmark +([a-z][a-z-]*)", code):
        if verb not in repository.verbs:
            yield f"hallmark has no verb {verb}"


def anchors_of(text):
    """The anchors that GitHub makes from headings: lower case, hyphens for blanks, other marks removed."""
    headings = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_link(repository, document, text, target):
    if re.match(r"[a-z]+:", target):
        return
    path, _, anchor = target.partition("#")
    file = (repository.top / document).parent / path if path else None
    if file is not None and not file.exists():
        yield f"the link to {target} leads nowhere"
    elif anchor and anchor not in anchors_of(file.read_text() if file else text):
        yield f"the link to {target}: no such heading"


def check_document(repository, document, text):
    """The faults of one document, as "NAME:LINE: CAUSE"."""
    for number, code, is_span in code_of(text):
        for cause in check_code(repository, code, is_span):
            yield f"{document}:{number}: {cause}"
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^()\s]+)\)", line):
            for cause in check_link(repository, document, text, target):
                yield f"{document}:{number}: {cause}"
        for name, section in PAGE.findall(line):
            if f"{name}.{section}" not in repository.pages:
                yield f"{document}:{number}: no such page: {name}({section})"


def directories_with(top, ending):
    """The directories below `top` that contain a file with that ending."""
    return sorted({file.parent for file in top.rglob(f"*{ending}") if "build" not in file.parts})


def check_complete(repository, documents):
    """What exists and is missing in the documents."""
    for page in sorted(page for page in repository.pages if page.endswith(".5")):
        document = "docs/formats.md"
        name, section = page.rsplit(".", 1)
        if not re.search(rf"(?<![\w-]){re.escape(name)}\({section}\)", documents.get(document, "")):
            yield f"{document}: does not list {name}({section})"
    for room in sorted({room for part in SOURCES for room in directories_with(repository.top / part, ".h")}):
        name = room.relative_to(repository.top).as_posix()
        if not re.search(rf"`{name}/?`", documents.get("docs/architecture.md", "")):
            yield f"docs/architecture.md: has no row for {name}"
    for ring in sorted(entry for entry in (repository.top / "tests").iterdir() if entry.is_dir()):
        if f"`tests/{ring.name}/`" not in documents.get("docs/testing.md", ""):
            yield f"docs/testing.md: has no row for tests/{ring.name}"


def check_planted(repository):
    """Checks that a fault of each kind is found, and that correct text is not reported."""
    no_page = "hallmark-conjure" "(1)"  # in two pieces, because a test looks for references to pages here too
    planted = {
        "no such path: lib/base/no_such_file.cc": "See `lib/base/no_such_file.cc`.",
        "no such path: libs/file.cc": "See `libs/file.cc`.",
        "no such path: lib/base/d": "See `lib/{base,base/d}`.",
        "no such path: tests/FORMAT/bad/NAME.nothing": "As in `tests/FORMAT/bad/NAME.nothing`.",
        "no such function: NoSuchFunction()": "`NoSuchFunction()` does it.",
        "the Makefile has no target nothing": "    tools/setup && make nothing\n",
        "the Makefile has no target nothingness": "Run `make JOBS=2 nothingness`.",
        "hallmark has no verb conjure": "    hallmark conjure out   # a comment\n",
        "the link to nowhere.md leads nowhere": "[there](nowhere.md)",
        "the link to README.md#no-such-heading: no such heading": "[there](README.md#no-such-heading)",
        f"no such page: {no_page}": f"{no_page} tells.",
    }
    for cause, text in planted.items():
        found = list(check_document(repository, "planted.md", text))
        if found != [f"planted.md:1: {cause}"]:
            yield f"a planted fault, {cause!r}, gives {found}"
    sound = ("`lib/base/`, `lib/{base,json}`, `README.md`, `tests/unit/lib/ROOM/`, `out/manifest.json`, `hallmark build`, "
             "`make check JOBS=2`, hallmark-build(1), `ParseManifest()`, [this](#here)\n# Here\n")
    for cause in check_document(repository, "planted.md", sound):
        yield f"what is right is refused: {cause}"
    listed = len(list(check_complete(repository, {})))
    if listed < len([page for page in repository.pages if page.endswith(".5")]):
        yield "documents without any page are taken for complete"


def main():
    top, hallmark = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    text = subprocess.run([hallmark, "--help"], check=True, capture_output=True, text=True).stdout
    repository = Repository(top, set(re.findall(r"^  ([a-z][a-z0-9-]*)  +\S", text, re.MULTILINE)))
    files = [*top.glob("*.md"), *sorted((top / "docs").glob("*.md"))]
    documents = {file.relative_to(top).as_posix(): file.read_text() for file in files}
    found = list(check_planted(repository))
    for name, content in documents.items():
        found.extend(check_document(repository, name, content))
    found.extend(check_complete(repository, documents))
    if found:
        print("\n".join(f"documents: {cause}" for cause in found), file=sys.stderr)
        sys.exit(1)
    print(f"documents: good: {len(documents)} documents, {len(repository.pages)} pages")


main()
