"""Checks what a compiler does not see: width, blanks, left-over notes, paths of one machine.

usage: style.py SOURCE_DIR [--self-test]

Files below fixtures/, golden/ and corpus/ are data and stay as they are.
"""
import pathlib
import re
import sys

FOLDERS = ("src", "tests", "bench", "data", "web/src")
ENDINGS = {".c", ".h", ".in", ".py", ".sh", ".build", ".yaml", ".js", ".mjs"}
DATA = {"fixtures", "golden", "corpus"}
WIDTH = 120      # code keeps to 100; lists, initialisers and comments behind code may need more
WIDTH_ROW = 140  # rows of tables and texts: laid out to be compared line by line

# Written in pieces, so that this file passes its own check.
NOTE = re.compile(r"\b(" + "TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
MACHINE = re.compile("/ho" + r"me/[a-z]|/Use" + r"rs/|/ro" + r"ot/|C:\\Use" + "rs")


def complaints(text):
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "blanks at the end"
        width = WIDTH_ROW if line.lstrip()[:1] in ("{", "[", '"', "'") else WIDTH
        if len(line) > width:
            yield number, f"{len(line)} characters, {width} are allowed"
        if NOTE.search(line):
            yield number, "a note to be done later: do it, or file an issue"
        if MACHINE.search(line):
            yield number, "a path of somebody's machine"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"


def self_test():
    cases = {
        "": 0, "fine\n": 0, "x" * WIDTH + "\n": 0, "\u00e9" * WIDTH + "\n": 0, "method\n": 0,
        "x" * (WIDTH + 1) + "\n": 1, "{" * WIDTH_ROW + "\n": 0, "{" * (WIDTH_ROW + 1) + "\n": 1,
        "\tx\n": 1, "x \n": 1, "x": 1, "// TO" + "DO\n": 1,
        '"/ho' + 'me/me/x"\n': 1, "/proc/self\n": 0,
    }
    for text, want in cases.items():
        if len(list(complaints(text))) != want:
            sys.exit(f"self-test: {text!r} should give {want} complaints")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return
    root = pathlib.Path(sys.argv[1])
    files = [p for f in FOLDERS for p in (root / f).rglob("*") if p.suffix in ENDINGS and p.is_file()]
    bad = False
    for path in sorted([*files, root / "dev", root / "meson.build"]):
        where = path.relative_to(root)
        if DATA & set(where.parts):
            continue
        for number, what in complaints(path.read_text(encoding="utf-8")):
            print(f"{where}:{number}: {what}")
            bad = True
    sys.exit(1 if bad else 0)


main()
