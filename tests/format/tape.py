"""Reads a tape (segment, journal, exported file) by docs/FORMAT.md alone and compares it with a CSV.

usage: tape.py TAPE CSV      CSV: `sonde sessions export --format csv`, all metrics; derived ones are left out
       tape.py TAPE          says what is in it

Written from the document, not from the C code: if the two disagree, one of them is wrong.
"""
import csv
import math
import struct
import subprocess
import sys
from datetime import datetime, timezone

from block import Block, ONES, signed, unzigzag, varint

ABOUT, CATALOG, TICK, BLOCK, PROCS, TABLE, EVENT, MINUTES, TENS, INDEX = range(1, 11)


def crc32c_table():
    table = []
    for byte in range(256):
        c = byte
        for _ in range(8):
            c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
        table.append(c)
    return table


CRC = crc32c_table()


def crc32c(data):
    c = 0xFFFFFFFF
    for byte in data:
        c = c >> 8 ^ CRC[(c ^ byte) & 255]
    return c ^ 0xFFFFFFFF


def chunks(data):
    at = 0
    while at < len(data):
        magic, kind, flags, version, n, crc = struct.unpack_from("<4sBBHII", data, at)
        payload = data[at + 16:at + 16 + n]
        assert magic == b"SdCk" and version == 1, f"no chunk at {at}"
        assert crc == crc32c(data[at + 4:at + 12] + payload), f"checksum at {at}"
        whole = (16 + n + 7) // 8 * 8
        assert not any(data[at + 16 + n:at + whole])
        yield at, kind, flags, payload
        at += whole


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def u(self):
        x, self.at = varint(self.data, self.at)
        return x

    def i(self):
        return signed(unzigzag(self.u()) & ONES)

    def double(self):
        self.at += 8
        return struct.unpack_from("<d", self.data, self.at - 8)[0]

    def text(self):
        n = self.u()
        self.at += n
        return self.data[self.at - n:self.at].decode()

    def rest(self):
        return self.data[self.at:]


class Tape:
    def __init__(self, data):
        self.sources, self.slots, self.instants, self.events = [], [], [], []
        self.counts = {}
        self.rows = [[], []]
        self.digits = [[], []]
        entries = []
        for at, kind, _, payload in chunks(data):
            self.counts[kind] = self.counts.get(kind, 0) + 1
            entries.append((kind, at))
            read = {ABOUT: self.about, CATALOG: self.catalog, TICK: self.tick, BLOCK: self.block, EVENT: self.event}
            if kind in read:
                read[kind](Cursor(payload))
            if kind == INDEX:
                assert self.index(Cursor(payload)) == entries[:-1]
                assert struct.unpack("<Q", data[-8:])[0] == at

    def about(self, c):
        assert c.u() == 1
        c.u()
        self.session, self.part = c.text(), c.u()

    def catalog(self, c):
        n = c.u()
        plain = subprocess.run(["zstd", "-dc"], input=c.rest(), stdout=subprocess.PIPE, check=True).stdout
        assert len(plain) == n
        c = Cursor(plain)
        first, more = c.u(), c.u()
        self.sources[first:] = [c.text() for _ in range(more)]
        first, more = c.u(), c.u()
        self.slots[first:] = [self.metric(c) for _ in range(more)]
        assert c.at == n

    def metric(self, c):
        name, inst, _, _, kind, source = c.text(), c.text(), c.text(), c.text(), c.u(), c.u()
        assert source < len(self.sources)
        if c.u():
            c.text()
        c.at += 24
        if kind == 2:
            c.i(), c.i(), c.double()
        return name + ("{" + inst + "}" if inst else ""), kind

    def stored(self):
        return [name for name, kind in self.slots if kind != 2]

    def row(self, c, part, alone):
        if alone:
            self.rows[part], self.digits[part] = [], []
        row, digits, n, at = self.rows[part], self.digits[part], c.u(), 0
        row += [math.nan] * (n - len(row))
        digits += [0] * (n - len(digits))
        while at < n:
            entry = c.u()
            at += entry >> 2
            if at >= n:
                break
            kind = entry & 3
            if kind == 0:
                scaled = row[at] * 10.0 ** digits[at]
                row[at] = float(int(scaled + math.copysign(0.5, scaled)) + c.i()) / 10.0 ** digits[at]
            elif kind == 1:
                row[at] = c.double()
            elif kind == 2:
                row[at] = math.nan
            else:
                digits[at] = c.u()
                row[at] = float(c.i()) / 10.0 ** digits[at]
            at += 1
        return list(row)

    def tick(self, c):
        alone = c.u() & 1
        times, values = self.row(c, 0, alone), self.row(c, 1, alone)
        assert len(times) == 2 + len(self.sources) and len(values) == len(self.stored())
        self.instants.append((times, values))

    def block(self, c):
        _, rows, least, span, n_times, n_values = c.u(), c.u(), c.i(), c.i(), c.u(), c.u()
        table = Block(c.rest())
        assert table.rows == rows and table.columns == n_times + n_values
        columns = [[math.nan if p is None else struct.unpack("<d", struct.pack("<Q", p))[0] for p in table.column(i)]
                   for i in range(table.columns)]
        assert min(columns[0]) == least and max(columns[0]) == least + span
        for r in range(rows):
            self.instants.append(([columns[i][r] for i in range(n_times)],
                                  [columns[i][r] for i in range(n_times, n_times + n_values)]))

    def event(self, c):
        begin, length, kind, severity, source, text = c.i(), c.i(), c.text(), c.text(), c.text(), c.text()
        self.events.append((begin, begin + length, kind, severity, source, text))

    def index(self, c):
        entries = []
        for _ in range(c.u()):
            kind, at = c.u(), c.u() * 8
            c.u(), c.u(), c.u(), c.i(), c.i()
            entries.append((kind, at))
        return entries


def compare(tape, path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    names = rows[0]
    stored = tape.stored()
    column = {name: i for i, name in enumerate(stored)}
    checked = [(i, column[name]) for i, name in enumerate(names) if name in column]
    assert len(checked) == len(stored), "metrics are missing in the CSV"
    assert len(rows) - 1 == len(tape.instants), f"{len(rows) - 1} rows, {len(tape.instants)} instants"
    for cells, (times, values) in zip(rows[1:], tape.instants):
        when = datetime.fromtimestamp(times[0] / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        assert cells[0] == when, f"{cells[0]} in the CSV, {when} on the tape"
        for i, k in checked:
            value = values[k] if k < len(values) else math.nan
            cell = float(cells[i]) if cells[i] else math.nan
            assert value == cell or math.isnan(value) and math.isnan(cell), f"{names[i]}: {cells[i]} and {value}"
    return len(checked)


def main():
    with open(sys.argv[1], "rb") as f:
        tape = Tape(f.read())
    what = f"{tape.session}: {len(tape.instants)} instants of {len(tape.stored())} stored slots"
    if len(sys.argv) > 2:
        print(f"{what}, {compare(tape, sys.argv[2])} compared")
    else:
        print(what, tape.counts, f"{len(tape.events)} events")


if __name__ == "__main__":
    main()
