"""Checks that docs/STYLE.md is true: its quoted adapter is the file, its table of rooms the layers.

usage: docs.py SOURCE_DIR [--self-test]
"""
import pathlib
import re
import sys

QUOTE = re.compile(r"`(src/[\w/]+\.c)`:\n\n```c\n(.*?)```\n", re.S)
ROOM = re.compile(r"^\| `(\w+)` +\| ([\w ]*?) *\|", re.M)
LAYER = re.compile(r"^(\w+): ?(.*)$", re.M)


def complaints(page, read):
    """The page's text, and a function that gives the text of a file of the tree."""
    quotes = QUOTE.findall(page)
    if not quotes:
        yield "STYLE.md quotes no file"
    for name, text in quotes:
        if text != read(name):
            yield f"{name} is not what STYLE.md shows"
    table, layers = dict(ROOM.findall(page)), dict(LAYER.findall(read("src/layers.txt")))
    for room in sorted(table.keys() | layers.keys()):
        if table.get(room) != layers.get(room):
            yield f"{room}: STYLE.md says {table.get(room)!r}, layers.txt {layers.get(room)!r}"


def self_test():
    tree = {"src/a.c": "int a;\n", "src/layers.txt": "# room\nbase:\nos: base\n"}
    rooms = "| `base` | | plain C |\n| `os`   | base | systems |\n"
    quote = "`src/a.c`:\n\n```c\nint a;\n```\n"
    for page, want in ((quote + rooms, 0), (rooms, 1), (quote.replace("int", "long") + rooms, 1),
                       (quote + rooms.replace("| base |", "| base core |"), 1), (quote, 2)):
        got = list(complaints(page, tree.__getitem__))
        if len(got) != want:
            sys.exit(f"self-test: {want} complaints expected, got {got}")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return
    root = pathlib.Path(sys.argv[1])
    page = (root / "docs/STYLE.md").read_text(encoding="utf-8")
    found = list(complaints(page, lambda name: (root / name).read_text(encoding="utf-8")))
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()
