#!/bin/sh
# The CSV logs as other programs read them: Python's csv module finds every value within what columns.json
# promises, pandas opens them without options where it is installed, and `sonde analyze` reads them, also
# when they are compressed.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
ninja -C "$1" bench/csvlog >"$tmp/ninja" 2>&1 || fail "$(cat "$tmp/ninja")"

/usr/bin/python3 - "$tmp/plain.csv" <<'PY'
import random, sys
random.seed(5)
walk = [random.uniform(-1, 1) * 10 ** random.randrange(-2, 10) for _ in range(40)]
with open(sys.argv[1], "w") as out:
    out.write("ts_ms," + ",".join(f"m.{i}" for i in range(40)) + "\n")
    for t in range(1500):
        for i in range(40):
            if random.random() < i / 40:
                walk[i] *= random.gauss(1, 0.01 if i % 2 else 0.2)
        cells = ["" if random.random() < 0.01 else repr(w) for w in walk]
        out.write(f"{1767614400000 + 1000 * t + t % 3}," + ",".join(cells) + "\n")
PY
"$1/bench/csvlog" raw "$tmp/plain.csv" "$tmp/log" >"$tmp/said" || fail "csvlog: exit $?"

/usr/bin/python3 - "$tmp" <<'PY'
import csv, datetime, glob, json, math, sys
folder = sys.argv[1]
truth = list(csv.DictReader(open(f"{folder}/plain.csv")))
t, files = 0, sorted(glob.glob(f"{folder}/log/sonde_*.csv"))
for name in files:
    meant = json.load(open(name.replace(".csv", ".columns.json")))
    floor = {c["name"]: c["floor"] for c in meant["columns"]}
    assert meant["percent"] == 2
    now = {}
    for row in csv.DictReader(open(name, newline="")):
        now.update({k: float(v) for k, v in row.items() if k in floor and v})
        want = truth[t]
        when = datetime.datetime.fromisoformat(row["timestamp"].ljust(23, "0") if "." in row["timestamp"] else
                                               row["timestamp"]).replace(tzinfo=datetime.timezone.utc)
        assert round(when.timestamp() * 1000) == int(want["ts_ms"]), (row["timestamp"], want["ts_ms"])
        assert len(now) == 40, "the first row of a file is not full"
        for k, said in now.items():
            if not want[k]:
                assert math.isnan(said), (name, t, k)
            else:
                assert abs(float(want[k]) - said) <= max(0.02 * abs(said), floor[k]), (name, t, k, want[k], said)
        t += 1
assert t == len(truth), f"{t} rows of {len(truth)}"
try:
    import pandas
except ImportError:
    print("pandas is not installed: not tried with it")
else:
    for name in files:
        table = pandas.read_csv(name)
        assert not table.iloc[0][1:].isna().any() and table.ffill().shape == table.shape
        assert all(d.kind == "f" or d.kind == "i" for d in table.dtypes[1:])
PY

newest=$(ls "$tmp"/log/sonde_*.csv | tail -n 1)
"$sonde" analyze "$newest" >"$tmp/report" || fail "analyze: exit $?"
rows=$(($(wc -l <"$newest") - 1))
grep -q "  $rows samples of 40 metrics" "$tmp/report" || fail "analyze: $(sed -n 3p "$tmp/report")"
if command -v zstd >/dev/null; then
    zstd -q "$newest" -o "$tmp/packed.csv.zst"
    "$sonde" analyze "$tmp/packed.csv.zst" >"$tmp/packed" || fail "analyze of the compressed file: exit $?"
    grep -q "  $rows samples of 40 metrics" "$tmp/packed" || fail "analyze: $(sed -n 3p "$tmp/packed")"
fi
echo "$rows rows in the newest of $(ls "$tmp"/log/sonde_*.csv | wc -l) files"
