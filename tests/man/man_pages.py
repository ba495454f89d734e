#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the man pages with the program: each verb has a page, each option of its --help is in the page's OPTIONS and
the reverse, every page renders without a warning, and pages and source refer only to pages that exist.

Usage: man_pages.py HALLMARK MAN_DIRECTORY
"""
import os
import pathlib
import re
import subprocess
import sys

failures = []


def fail(text):
    failures.append(text)
    print(f"man_pages: {text}", file=sys.stderr)


def help_of(*command):
    return subprocess.run([*command, "--help"], check=True, capture_output=True, text=True).stdout


def listed(text):
    """The verbs in a help text: an indented name, and what it does."""
    return re.findall(r"^  ([a-z][a-z0-9-]*)  +\S", text, re.MULTILINE)


def options_of_help(text):
    options = set()
    for line in text.splitlines():
        if match := re.match(r"^ +(-\w, )?(--[a-z][a-z0-9-]*)", line):
            options.add(match[2])
            if match[1]:
                options.add(match[1].rstrip(", "))
        elif match := re.match(r"^ +(-\w)\b", line):
            options.add(match[1])
    return options


def render(page):
    environment = {**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8"}
    environment.pop("MAN_KEEP_FORMATTING", None)
    done = subprocess.run(["man", "--warnings", "--local-file", page], env=environment, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0 or done.stderr.strip():
        fail(f"{page.name}: man says: {done.stderr.strip() or done.returncode}")
    # Distributions differ in how a terminal shows hyphens and minus signs.
    return done.stdout.replace("\u2010", "-").replace("\u2212", "-")


def options_of_page(text):
    """The tags of the section OPTIONS."""
    section = re.search(r"^OPTIONS\n(.*?)(?=^\S)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return set()
    tags = [line for line in section[1].splitlines() if re.match(r"^ {7}-", line)]
    return {option for tag in tags for option in re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", tag)}


def sources(top):
    """The text of each source file, because comments refer to pages too."""
    files = [file for part in ("guestd", "kernel-config", "lib", "signing", "tests", "tools")
             for end in ("cc", "h", "sh", "py") for file in (top / part).rglob(f"*.{end}")]
    return {file.relative_to(top).as_posix(): file.read_text() for file in sorted(files)}


def main():
    hallmark, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    pages = {page.name: render(page) for page in sorted(directory.glob("*.[1-8]"))}
    verbs = listed(help_of(hallmark))
    if not pages or not verbs:
        sys.exit("man_pages: there are no pages, or no verbs")
    for verb in verbs:
        name = f"hallmark-{verb}.1"
        if name not in pages:
            fail(f"'hallmark {verb}' has no page {name}")
            continue
        text = help_of(hallmark, verb)
        options = options_of_help(text)
        for part in listed(text):
            options |= options_of_help(help_of(hallmark, verb, part))
        described = options_of_page(pages[name])
        for option in sorted(options - described):
            fail(f"{name}: {option} of 'hallmark {verb} --help' is missing in OPTIONS")
        for option in sorted(described - options):
            fail(f"{name}: 'hallmark {verb} --help' does not know {option}")
    for name, text in (pages | sources(directory.parent)).items():
        for other, section in set(re.findall(r"\b(hallmark(?:-[a-z0-9-]+)?)\((\d)\)", text)):
            if f"{other}.{section}" not in pages:
                fail(f"{name} refers to {other}({section}), which there is not")
    if failures:
        sys.exit(1)
    print(f"man_pages: good: {len(pages)} pages, {len(verbs)} verbs")


main()
