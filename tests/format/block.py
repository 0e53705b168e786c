"""Decodes a block by docs/FORMAT.md alone and compares it, bit by bit, with the CSV that it was made of.

usage: block.py BLOCK CSV

Written from the document, not from the C code: if the two disagree, one of them is wrong.
"""
import math
import struct
import sys

ONES = (1 << 64) - 1
RATE = [20480, 12603, 9102, 7123, 5851, 4964, 4311, 3810, 3413, 3091, 2824, 2600, 2409, 2244, 2100, 1973, 1861,
        1761, 1671, 1590, 1517, 1449, 1388, 1332, 1280, 1231, 1187, 1145, 1107, 1070, 1036]


def signed(x):
    return x - (1 << 64) if x >> 63 else x


def asr(x, n):
    return (signed(x & ONES) >> n) & ONES


def magnitude(x):
    return abs(signed(x & ONES))


def size_class(x):
    return min(x.bit_length(), 15)


def varint(data, at):
    x = shift = 0
    while True:
        byte = data[at]
        at += 1
        x |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return x, at


def unzigzag(x):
    return (x >> 1 ^ -(x & 1)) & ONES


class Model:
    def __init__(self):
        self.p, self.n = 32768, 0

    def learn(self, bit):
        self.p += ((65472 if bit else 64) - self.p) * RATE[self.n] >> 15
        self.n = min(self.n + 1, 30)


def models(*shape):
    return [models(*shape[1:]) for _ in range(shape[0])] if shape else Model()


class View:
    def __init__(self):
        self.some, self.sign, self.size = models(3), models(3), models(5, 16)


class Reader:
    def __init__(self, data):
        self.data, self.at, self.back = data, 8, len(data)
        self.span, self.code = ONES, int.from_bytes(data[:8].ljust(8, b"\0"), "big")
        self.plain_bits = self.plain_n = 0

    def bit(self, *expect):
        below = (self.span >> 17) * sum(m.p for m in expect) * (2 // len(expect))
        bit = int(self.code < below)
        if bit:
            self.span = below
        else:
            self.span, self.code = self.span - below, (self.code - below) & ONES
        if self.span < 1 << 32:
            more = self.data[self.at:self.at + 4].ljust(4, b"\0")
            self.span, self.at = self.span << 32, self.at + 4
            self.code = (self.code << 32 | int.from_bytes(more, "big")) & ONES
        for m in expect:
            m.learn(bit)
        return bit

    def plain(self, n):
        if self.plain_n < n:
            word = self.data[max(self.back - 4, 0):self.back].rjust(4, b"\0")
            self.back = max(self.back - 4, 0)
            self.plain_bits |= int.from_bytes(word, "big") << self.plain_n
            self.plain_n += 32
        x = self.plain_bits & ((1 << n) - 1)
        self.plain_bits >>= n
        self.plain_n -= n
        return x


def read_gaps(reader, rows):
    gap, gaps, out = models(2), models(4), []
    g = h = 0
    for _ in range(rows):
        bit = reader.bit(gap[g], gaps[g + 2 * h])
        out.append(bit)
        g, h = bit, g
    return out


def read_size(reader, a, b):
    for g in range(5):
        node = 1
        for _ in range(4):
            node = 2 * node + reader.bit(a.size[g][node], b.size[g][node])
        if node - 16 < 15:
            return min(15 * g + node - 16, 63)
    return 63


def read_surprise(reader, a, b, below, way):
    if not reader.bit(a.some[way], b.some[way]):
        return 0
    sign = reader.bit(a.sign[way], b.sign[way])
    size, x = read_size(reader, a, b), 1
    if size > 0:
        x = 2 + reader.bit(below[size][sign])
        left = size - 1
        if left > 32:
            x, left = x << 32 | reader.plain(32), left - 32
        x = x << left | reader.plain(left)
    return -x & ONES if sign else x


def read_rows(reader, rows, guess_kind, root, slope):
    own, other, below = [View() for _ in range(16)], [View() for _ in range(16)], models(64, 2)
    last = before = mean = surprise = usual = 0
    w = [0]
    for r in range(1, rows):
        share = asr(slope * root[r] + 32768, 16) if root else 0
        m = asr(mean + 32, 6)
        guess = (m, last, 2 * last - before, last + m)[guess_kind] & ONES
        a = own[size_class(magnitude(surprise))]
        b = other[size_class(magnitude(root[r] - root[r - 1]) if root else usual)]
        way = 0 if surprise == 0 else 2 if surprise >> 63 else 1
        x = read_surprise(reader, a, b, below, way)
        y = (guess + x) & ONES
        w.append((y + share) & ONES)
        of = ((y if guess_kind == 0 else y - last) << 6) & ONES
        mean = of if r == 1 else (mean + asr(of - mean, 5)) & ONES
        usual = (usual + asr(4 * magnitude(x) - usual, 2)) & ONES
        before, last, surprise = last, y, x
    return w


class Block:
    def __init__(self, data):
        self.rows, at = varint(data, 0)
        self.columns, at = varint(data, at)
        lengths = []
        for _ in range(self.columns):
            n, at = varint(data, at)
            lengths.append(n)
        self.bytes = []
        for n in lengths:
            self.bytes.append(data[at:at + n])
            at += n
        assert at == len(data)
        self.whole = {}

    def numbers(self, c):
        """Unit, first, step, gaps and rows of a column that is neither raw nor absent."""
        if c not in self.whole:
            self.whole[c] = self.read_numbers(self.bytes[c])
        return self.whole[c]

    def read_numbers(self, data):
        unit, guess, follows, gaps = data[0] & 15, data[0] >> 4 & 3, data[0] & 64, data[0] & 128
        x, at = varint(data, 1)
        first = unzigzag(x)
        if at == len(data):
            return unit, first, 0, [0] * self.rows, [0] * self.rows
        step, at = varint(data, at)
        root, slope = None, 0
        if follows:
            number, at = varint(data, at)
            x, at = varint(data, at)
            root, slope = self.numbers(number)[4], unzigzag(x)
        reader = Reader(data[at:])
        named = read_gaps(reader, self.rows) if gaps else [0] * self.rows
        return unit, first, step, named, read_rows(reader, self.rows, guess, root, slope) if step else [0] * self.rows

    def column(self, c):
        """The patterns of a column's doubles; None for NaN."""
        data = self.bytes[c]
        if not data:
            return [0] * self.rows
        if data[0] == 15:
            return [None] * self.rows
        if data[0] == 11:
            return [None if math.isnan(v) else pattern(v) for v in struct.unpack(f"<{self.rows}d", data[1:])]
        unit, first, step, gaps, w = self.numbers(c)
        return [None if g else value(unit, (first + step * x) & ONES) for g, x in zip(gaps, w)]


def pattern(v):
    return struct.unpack("<Q", struct.pack("<d", v))[0]


def value(unit, n):
    if unit == 10:
        return n ^ (ONES >> 1) if n >> 63 else n
    return pattern(float(signed(n)) / 10.0 ** unit)


def cells(path):
    with open(path, encoding="utf-8") as f:
        names = next(f).rstrip("\r\n").split(",")
        return names, [[float(x) if x else None for x in line.rstrip("\r\n").split(",")] for line in f]


def main():
    with open(sys.argv[1], "rb") as f:
        block = Block(f.read())
    names, table = cells(sys.argv[2])
    assert block.columns == len(names) and block.rows == min(600, len(table))
    for c, name in enumerate(names):
        want = [None if row[c] is None else pattern(row[c]) for row in table[:block.rows]]
        if block.column(c) != want:
            sys.exit(f"{name}: not what the CSV says")
    follow = sum(1 for data in block.bytes if data and data[0] not in (11, 15) and data[0] & 64)
    print(f"{block.columns} columns of {block.rows} rows are the same, {follow} of them through a root")


if __name__ == "__main__":
    main()
