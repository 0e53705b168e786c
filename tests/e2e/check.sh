#!/bin/sh
# The main job: `sonde check` takes the samples that were asked for, writes its files whole, ends early
# when told to, and `sonde analyze` reads back what it wrote.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde

# 20 s at 0.5 s are 40 samples (41 at most), half a second apart.
"$sonde" check --duration 20 --interval 0.5 --save-data --save-analysis --output-dir "$tmp" \
    --export-csv "$tmp/run.csv" --export-json "$tmp/run.json" >"$tmp/report" 2>"$tmp/errors" || fail "check: exit $?"
[ ! -s "$tmp/errors" ] || fail "check wrote to stderr: $(cat "$tmp/errors")"
head -n 1 "$tmp/report" | grep -Eq '^(WELL|LOOK)  ' || fail "no verdict in the first line: $(head -n 1 "$tmp/report")"
LC_ALL=C awk 'length > 80 { print FILENAME ": " length " columns: " $0; bad = 1 } END { exit bad }' "$tmp/report" ||
    fail "wider than 80 columns"
! LC_ALL=C grep -q '[^ -~]' "$tmp/report" || fail "other than ASCII in a file"
/usr/bin/python3 - "$tmp" <<'PY'
import csv, datetime, glob, json, statistics, sys
folder = sys.argv[1]
rows = list(csv.reader(open(f"{folder}/run.csv", newline="")))
assert rows[0][0] == "timestamp" and all(len(r) == len(rows[0]) for r in rows), "CSV rows of unequal length"
times = [datetime.datetime.fromisoformat(r[0].replace("Z", "+00:00")).timestamp() for r in rows[1:]]
assert len(times) in (40, 41), f"{len(times)} samples"
steps = [b - a for a, b in zip(times, times[1:])]
assert 0.495 <= statistics.median(steps) <= 0.505, f"median step {statistics.median(steps)} s"
exported = json.load(open(f"{folder}/run.json"))
assert len(exported) == len(times) and set(exported[0]["metrics"]) == set(rows[0][1:])
data, = glob.glob(f"{folder}/telemetry_data_????????_??????.json")
samples = json.load(open(data))
assert len(samples) == len(times)
parts = {"timestamp", "cpu", "memory", "disk", "network", "temperature", "fans", "battery", "power", "processes"}
assert all(set(s) == parts for s in samples)
assert 0 <= samples[-1]["cpu"]["cpu_percent"] <= 100
result, = glob.glob(f"{folder}/analysis_results_????????_??????.json")
report = json.load(open(result))
parts = ["schema", "host", "session", "verdict", "now"]
parts += ["anomalies", "states", "trends", "insights", "workload", "forecast", "cost"]
assert [k for k in report if not k.endswith("_reason")] == parts, list(report)
assert all(report[p] is not None or report[p + "_reason"] for p in parts)
assert open(f"{folder}/report").readline().split(None, 1)[0].lower() == report["verdict"]["level"]
assert {"cpu.util", "memory.util"} <= {row["metric"] for row in report["now"]}
assert report["session"]["samples"] == len(times) and report["cost"]["cpu_us_per_sample"] > 0
PY

# What was saved is read back, and says the same about the same samples.
"$sonde" analyze --json "$tmp"/telemetry_data_*.json >"$tmp/again.json" || fail "analyze: exit $?"
"$sonde" analyze --json "$tmp/run.csv" >"$tmp/csv.json" || fail "analyze of CSV: exit $?"
/usr/bin/python3 - "$tmp" <<'PY'
import glob, json, sys
folder = sys.argv[1]
first = json.load(open(glob.glob(f"{folder}/analysis_results_*.json")[0]))
for name in "again", "csv":
    again = json.load(open(f"{folder}/{name}.json"))
    for key in "samples", "start", "end":
        assert again["session"][key] == first["session"][key], (name, key)
    assert again["cost"]["cpu_us_per_sample"] is None and again["cost"]["cpu_us_per_sample_reason"]
csv, first = json.load(open(f"{folder}/csv.json")), first
times = lambda r: [a["time"] for a in (r["anomalies"] or {"items": []})["items"]]
assert times(csv) == times(first), f"anomalies differ: {times(first)} and, read back, {times(csv)}"
PY

# A recording of hours is judged by the detector as well, which says so; a short one it refuses.
/usr/bin/python3 - "$tmp/hours.csv" <<'PY'
import random, sys
random.seed(5)
with open(sys.argv[1], "w") as f:
    f.write("time,pump,valve\n")
    for i in range(900):
        f.write(f"{1795343400 + 10 * i},{random.gauss(7, 1)},{(900 if 800 <= i < 830 else 10) + random.gauss(0, 2)}\n")
PY
"$sonde" analyze --json "$tmp/hours.csv" >"$tmp/hours.json" || fail "analyze of hours: exit $?"
"$sonde" analyze --json --method detector "$tmp/run.csv" >"$tmp/short.json" || fail "detector of seconds: exit $?"
/usr/bin/python3 - "$tmp" <<'PY'
import json, sys
found = json.load(open(f"{sys.argv[1]}/hours.json"))["anomalies"]
assert found["method"] == "detector" and found["threshold"] is None and found["threshold_reason"], found
assert [a["causes"][0]["metric"] for a in found["items"]] == ["valve"], found
short = json.load(open(f"{sys.argv[1]}/short.json"))
assert short["anomalies"] is None and "needs at least 2.0 h" in short["anomalies_reason"], short["anomalies_reason"]
PY

# Ctrl-C ends early: the report is about what there is, and the exit status says that it is a part.
# (env: a shell without job control ignores SIGINT in the background.)
env --default-signal=INT "$sonde" check --duration 600 --interval 0.2 --export-csv "$tmp/part.csv" \
    >"$tmp/part" 2>&1 &
pid=$! background="$background $!"
sleep 3
kill -INT $pid
rc=0
wait $pid || rc=$?
[ $rc = 3 ] || fail "interrupted: exit $rc instead of 3: $(cat "$tmp/part")"
head -n 1 "$tmp/part" | grep -Eq '^(SHORT|LOOK)  ' || fail "interrupted: no report"
n=$(wc -l <"$tmp/part.csv")
[ "$n" -ge 10 ] && [ "$n" -le 20 ] || fail "interrupted: $n lines in the CSV"

# The modes.
cd "$tmp"
"$sonde" check --mode collect -d 1 -i 0.2 --export-csv mode.csv --quiet >out 2>&1 || fail "collect: exit $?"
[ ! -s out ] && [ "$(wc -l <mode.csv)" = 6 ] || fail "collect: $(cat out), $(wc -l <mode.csv) lines"
"$sonde" check --mode monitor -d 1 -i 0.2 >out || fail "monitor: exit $?"
[ "$(grep -Ec '^[0-9:]{8}  cpu|^[0-9:]{8}  mem' out)" = 5 ] || fail "monitor: not a line per tick: $(cat out)"
"$sonde" check --mode analyze mode.csv >out || fail "analyze by mode: exit $?"
"$sonde" check -d 1 -i 0.2 --predict --json >out || fail "json: exit $?"
/usr/bin/python3 -c 'import json; r = json.load(open("out")); assert r["forecast"] is None and r["forecast_reason"]'
"$sonde" check -d 3 -i 0.1 --predict --prediction-steps 7 --json >out || fail "predict: exit $?"
/usr/bin/python3 -c '
import json
f = json.load(open("out"))["forecast"]
assert f["horizon"] == 7 and abs(f["step_s"] - 0.1) < 0.05
by = {m["metric"]: m for m in f["metrics"]}
assert all(len(m["points"]) == 7 for m in by.values() if m["points"])
cpu = by["cpu.util"]
assert all(0 <= p["p10"] <= p["p50"] <= p["p90"] <= 100 for p in cpu["points"])
assert cpu["model"] and cpu["words"] and {a["baseline"] for a in cpu["against"]} == {"last", "hour", "seasonal"}
assert f["risk"] is None and f["risk_reason"] and f["patterns"]["significant"] is False'
"$sonde" check -d 1 -i 0.2 --export-csv only.csv --metrics 'cpu.util,memory.*' >/dev/null || fail "selection: exit $?"
head -n 1 only.csv | tr ',' '\n' | sed 1d | grep -Evq '^(cpu\.util$|memory\.)' &&
    fail "selection: $(head -n 1 only.csv)"

# What the configuration switches off is not opened, and the report says so.
printf 'general:\n  collect_disk: false\nadapters:\n  disabled: [load]\n' >off.yaml
"$sonde" metrics --config off.yaml --json >out || fail "switched off: exit $?"
! grep -Eq '"(disk|fs)\.|"cpu\.load' out || fail "switched off, and read all the same"
"$sonde" check --config off.yaml -d 0.4 -i 0.2 >out || fail "switched off: exit $?"
grep -q 'load (off)' out || fail "switched off, and not said: $(tail -n 3 out)"

# A reader that goes away, and one that takes nothing.
"$sonde" metrics 2>err | head -n 1 >/dev/null
[ ! -s err ] || fail "| head: $(cat err)"
rc=0
"$sonde" metrics >/dev/full 2>err || rc=$?
[ $rc = 1 ] && [ "$(wc -l <err)" = 1 ] || fail "/dev/full: exit $rc: $(cat err)"
for command in metrics doctor id; do
    "$sonde" $command >/dev/null || fail "$command: exit $?"
    "$sonde" $command --json | /usr/bin/python3 -c 'import json, sys; json.load(sys.stdin)' ||
        fail "$command --json is not JSON"
done

# A source that is read may have something to say as well.
mkdir -p "$tmp/machine/proc"
printf 'MemTotal: 1000 kB\nMemFree: 500 kB\nMemAvailable: 600 kB\nSwapTotal: 0 kB\n' >"$tmp/machine/proc/meminfo"
"$sonde" doctor --root "$tmp/machine" | tr -s ' \n' ' ' | grep -q 'swap space; no swap: swap.used' ||
    fail "doctor keeps the reason of a source that is read to itself"
echo "$(grep -c . "$tmp/run.csv") lines of CSV, files whole, read back alike, interrupted after $((n - 1)) samples"
