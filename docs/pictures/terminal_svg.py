"""Draws a terminal's screen as SVG: reads what `tmux capture-pane -e -p` prints.

usage: terminal_svg.py COLUMNS ROWS < CAPTURE > PICTURE.svg

Letters stay text. Frames, bars and braille dots become shapes: as glyphs they would depend on the fonts of
whoever looks at the picture.
"""
import re
import sys

WIDTH, HEIGHT, SIZE, MARGIN = 8.4, 18, 14, 12
BACK, FORE = "#16181d", "#d8dbe0"
BASIC = ["#16181d", "#e06c5a", "#7dbb7d", "#d9a83b", "#5f9bd6", "#c188c9", "#56b4c4", "#d8dbe0",
         "#7a808a", "#f08a78", "#98d698", "#f2c55c", "#82b8f0", "#dba5e2", "#78d2e2", "#ffffff"]


def colour(number):
    """The 256-colour palette of xterm."""
    if number < 16:
        return BASIC[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#" + "".join(f"{levels[n]:02x}" for n in (number // 36, number // 6 % 6, number % 6))


def styled(look, codes):
    """A look (fore, back, bold, dim, reverse) after an SGR sequence."""
    fore, back, bold, dim, reverse = look
    codes = [int(c or 0) for c in codes.split(";")]
    while codes:
        c = codes.pop(0)
        if c == 0:
            fore = back = None
            bold = dim = reverse = False
        elif c in (1, 2, 7):
            bold, dim, reverse = bold or c == 1, dim or c == 2, reverse or c == 7
        elif c in (38, 48) and codes[:1] == [5]:
            fore, back = (colour(codes[1]), back) if c == 38 else (fore, colour(codes[1]))
            codes = codes[2:]
        elif 30 <= c <= 37 or 90 <= c <= 97:
            fore = colour(c - 30 if c < 90 else c - 82)
        elif 40 <= c <= 47:
            back = colour(c - 40)
        elif c == 39:
            fore = None
        elif c == 49:
            back = None
    return fore, back, bold, dim, reverse

look = (None, None, False, False, False)  # goes on from line to line


def cells(line):
    global look
    column = 0
    for sgr, glyph in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
        if glyph:
            yield column, glyph, look
            column += 1
        else:
            look = styled(look, sgr)


def rect(x, y, w, h, fill):
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" fill="{fill}"/>'


def braille(x, y, bits, fill):
    dots = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    path = "".join(f"M{x + 0.9 + right * WIDTH / 2:.1f} {y + 1.2 + down * HEIGHT / 4:.1f}h2.6v2.6h-2.6z"
                   for n, (right, down) in enumerate(dots) if bits >> n & 1)
    return f'<path d="{path}" fill="{fill}"/>'


def frame(x, y, glyph, fill):
    cx, cy, r, b = x + WIDTH / 2, y + HEIGHT / 2, x + WIDTH, y + HEIGHT
    path = {
        "─": f"M{x:.2f} {cy}H{r:.2f}", "│": f"M{cx:.2f} {y}V{b}",
        "╭": f"M{cx:.2f} {b}V{cy + 4}Q{cx:.2f} {cy} {r:.2f} {cy}", "╮": f"M{cx:.2f} {b}V{cy + 4}Q{cx:.2f} {cy} {x:.2f} {cy}",
        "╰": f"M{cx:.2f} {y}V{cy - 4}Q{cx:.2f} {cy} {r:.2f} {cy}", "╯": f"M{cx:.2f} {y}V{cy - 4}Q{cx:.2f} {cy} {x:.2f} {cy}",
        "└": f"M{cx:.2f} {y}V{cy}H{r:.2f}", "├": f"M{cx:.2f} {y}V{b}M{cx:.2f} {cy}H{r:.2f}",
    }[glyph]
    return f'<path d="{path}" stroke="{fill}" fill="none"/>'


def shape(x, y, glyph, fill):
    """The glyph as shapes, or None where it is a letter."""
    code = ord(glyph)
    if 0x2800 <= code <= 0x28FF:
        return [braille(x, y, code & 0xFF, fill)]
    if 0x2581 <= code <= 0x2588:
        high = HEIGHT * (code - 0x2580) / 8
        return [rect(x, y + HEIGHT - high, WIDTH, high, fill)]
    if 0x2589 <= code <= 0x258F:
        return [rect(x, y + 3, WIDTH * (0x2590 - code) / 8, HEIGHT - 6, fill)]
    return [frame(x, y, glyph, fill)] if glyph in "─│╭╮╰╯└├" else None


def word(x, y, text, fill, bold):
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    weight = ' font-weight="700"' if bold else ""
    return (f'<text x="{x:.2f}" y="{y + HEIGHT - 5}" fill="{fill}"{weight} textLength="{len(text) * WIDTH:.2f}" '
            f'lengthAdjust="spacingAndGlyphs">{text}</text>')


def row(number, line):
    y, run = MARGIN + number * HEIGHT, None
    for column, glyph, style in [*cells(line), (None, " ", (None,) * 5)]:
        fore, back, bold, dim, reverse = style
        fore, back = (fore or FORE), (back or BACK)
        if reverse:
            fore, back = back, fore
        if dim:
            fore = "#7a808a"
        x = MARGIN + (column or 0) * WIDTH
        if column is not None and back != BACK:
            yield rect(x, y, WIDTH + 0.3, HEIGHT, back)
        shapes = shape(x, y, glyph, fore) if glyph != " " else None
        letter = glyph != " " and shapes is None
        if run and (not letter or run[2:] != [fore, bold]):
            yield ("text", run)
            run = None
        if letter and run:
            run[1] += glyph
        elif letter:
            run = [x, glyph, fore, bold]
        yield from shapes or []


def joined(shapes):
    """Neighbours that are filled alike become one path."""
    again = re.compile(r'<path d="([^"]*)" fill="(#\w+)"/><path d="([^"]*)" fill="\2"/>')
    while again.search(shapes):
        shapes = again.sub(r'<path d="\1\3" fill="\2"/>', shapes)
    return shapes


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    width, height = 2 * MARGIN + columns * WIDTH, 2 * MARGIN + rows * HEIGHT
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
          f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{SIZE}" xml:space="preserve">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>')
    for number, line in enumerate(sys.stdin.read().split("\n")[:rows]):
        shapes, texts = [], []
        for part in row(number, line):
            if isinstance(part, tuple):
                x, text, fill, bold = part[1]
                texts.append(word(x, MARGIN + number * HEIGHT, text, fill, bold))
            else:
                shapes.append(part)
        print(joined("".join(shapes)) + "".join(texts))
    print("</svg>")


main()
