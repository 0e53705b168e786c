"""Checks every #include "room/..." below src/ against src/layers.txt.

usage: layers.py SOURCE_DIR [--self-test]

A line of layers.txt is "room: the rooms it may include"; a room may always include itself. Generated
headers (<room>/registry.h) count as their room. Headers of the root, without a room, are forbidden.
"""
import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def read_layers(path):
    layers = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            room, _, others = line.partition(":")
            layers[room.strip()] = {room.strip(), *others.split()}
    return layers


def complaints(src):
    layers = read_layers(src / "layers.txt")
    for room in layers.keys():
        for other in layers[room] - layers.keys():
            yield f"layers.txt: {room} names {other}, which has no line"
    for path in sorted(p for p in src.rglob("*.[ch]")):
        where = path.relative_to(src)
        room = where.parts[0]
        if room not in layers:
            yield f"{where}: {room} has no line in layers.txt"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match[1].split("/")[0]
            if "/" not in match[1]:
                yield f'{where}:{number}: "{match[1]}" does not name its room'
            elif target not in layers[room]:
                yield f'{where}:{number}: {room} may not include "{match[1]}"'


def self_test():
    """A made-up tree: what is allowed passes, each kind of mistake is found once."""
    with tempfile.TemporaryDirectory() as name:
        src = pathlib.Path(name)
        (src / "layers.txt").write_text("# room: rooms\nlow:\nhigh: low\nodd: none\n")
        for room in ("low", "high", "odd", "new"):
            (src / room).mkdir()
        (src / "high/fine.c").write_text('#include "high/a.h"\n#include "low/b.h"\n#include <c.h>\n')
        (src / "low/bad.c").write_text('/* */\n  #  include "high/a.h"\n#include "a.h"\n')
        (src / "new/a.h").write_text("")
        want = [
            "layers.txt: odd names none, which has no line",
            'low/bad.c:2: low may not include "high/a.h"',
            'low/bad.c:3: "a.h" does not name its room',
            "new/a.h: new has no line in layers.txt",
        ]
        got = list(complaints(src))
        if got != want:
            sys.exit("self-test: expected\n  %s\ngot\n  %s" % ("\n  ".join(want), "\n  ".join(got)))


def main():
    if "--self-test" in sys.argv:
        self_test()
        return
    found = list(complaints(pathlib.Path(sys.argv[1]) / "src"))
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()
