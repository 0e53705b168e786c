#!/bin/sh
# The rows of what moved, put together again, say what `sonde check --export-csv` says of the same machine.
. "$(dirname "$0")/lib.sh"
build=$1
machines=$(cd "$(dirname "$0")/../fixtures" && pwd)
command -v python3 >/dev/null || skip "no python3 here"
ninja -C "$build" bench/recorder >"$tmp/ninja" 2>&1 || fail "$(cat "$tmp/ninja")"

cat >"$tmp/compare.py" <<'END'
import csv
import math
import sys

moved, whole = csv.reader(open(sys.argv[1])), list(csv.DictReader(open(sys.argv[2])))
threshold = float(sys.argv[3]) / 100
names, now, at, cells, written = [], {}, 0, 0, 0
for row in moved:
    if row[0] == "timestamp":
        names = row
        continue
    assert len(row) == len(names), f"row {at}: {len(row)} cells, {len(names)} names"
    now.update({name: value for name, value in zip(names, row) if value})
    assert row[0] == whole[at]["timestamp"], f"row {at}: {row[0]} instead of {whole[at]['timestamp']}"
    for name in names[1:]:
        if name.startswith("sonde."):
            continue
        got, want = float(now.get(name, "nan")), float(whole[at][name] or "nan")
        near = math.isclose(got, want, rel_tol=threshold + 1e-5) or math.isnan(got) and math.isnan(want)
        assert near, f"row {at}: {name} is {got}, should be {want}"
        cells += 1
    written += sum(map(bool, row[1:]))
    at += 1
assert at == len(whole), f"{at} rows instead of {len(whole)}"
assert written < cells, "every cell is written"
print(cells)
END

checked=0
for machine in "$machines"/*/0000; do
    machine=$(dirname "$machine")
    "$build/sonde" check --mode collect --quiet --root "$machine" --export-csv "$tmp/whole" || fail "$machine: no CSV"
    for threshold in 0 5; do
        "$build/bench/recorder" --root "$machine" --output "$tmp/moved" --threshold $threshold >/dev/null ||
            fail "$machine: the recorder failed"
        cells=$(python3 "$tmp/compare.py" "$tmp/moved" "$tmp/whole" $threshold 2>&1) || fail "$machine: $cells"
        checked=$((checked + cells))
    done
done
[ $checked -gt 0 ] || fail "no recorded machine"
echo "$checked values agree"
