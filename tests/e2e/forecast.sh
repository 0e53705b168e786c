#!/bin/sh
# `sonde forecast`: of a CSV and of the archive, as CSV, JSON and text; what it refuses; grades.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
export HOME="$tmp" XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/share"
data=$tmp/data
cd "$tmp"

# json 'EXPRESSION over the object j', of the last command
json()
{
    /usr/bin/python3 -c "import json, sys
j = json.load(open(sys.argv[1]))
assert $1, json.dumps(j)[:2000]" "$tmp/out" || fail "not so: $1"
}

/usr/bin/python3 - <<'EOF'
import math, random
random.seed(4)
day = [(1700006400 + 60 * i, 30 + 20 * math.sin(2 * math.pi * i / 1440) + random.gauss(0, 2), 40 + 0.001 * i)
       for i in range(1440 * 4)]
def write(name, rows):
    with open(name, "w") as f:
        f.write('time,cpu.util,"fs.util{/a,b}"\n' + "".join("%d,%.3f,%.4f\n" % r for r in rows))
write("days.csv", day[:4500])
write("later.csv", day[4500:4700])
with open("noise.csv", "w") as f:
    f.write("t,noise,nothing,still\n" + "".join("%d,%f,,7\n" % (60 * i, random.gauss(5, 1)) for i in range(1440)))
with open("short.csv", "w") as f:
    f.write("t,a\n1,5\n2,6\n")
with open("ten.csv", "w") as f:
    f.write("t,a\n" + "".join("%d,%d\n" % (i, i % 3) for i in range(10)))
with open("huge.csv", "w") as f:
    cells = ("1e308", "-1e308", "inf", "nan", "")
    f.write("t,a\n" + "".join("%d,%s\n" % (60 * i + i % 7, cells[i % 5]) for i in range(500)))
EOF

# ---- a file ----

expect 0 '' "$sonde" forecast --input days.csv --metric cpu.util --out cpu.csv
[ "$(head -n 1 cpu.csv)" = metric,step,p10,p50,p90 ] || fail "header: $(head -n 1 cpu.csv)"
/usr/bin/python3 -c '
import csv, math
rows = list(csv.DictReader(open("cpu.csv")))
assert [int(r["step"]) for r in rows] == list(range(1, 61)) and {r["metric"] for r in rows} == {"cpu.util"}
for r in rows:
    true = 30 + 20 * math.sin(2 * math.pi * (4499 + int(r["step"])) / 1440)
    p10, p50, p90 = (float(r[k]) for k in ("p10", "p50", "p90"))
    assert 0 <= p10 <= p50 <= p90 <= 100 and abs(p50 - true) < 5, r' || fail 'cpu.csv'
says 'cpu.util: a mixture of models*closer than*in 60 min*'
expect 0 '' "$sonde" forecast days.csv --metric 'cpu.util,fs.*' --horizon 5 --out -
[ "$(wc -l <"$tmp/out")" = 11 ] || fail "two metrics: $(cat "$tmp/out")"
expect 0 '' "$sonde" forecast days.csv --step 10m --horizon 3 --json
json 'j["step_s"] == 600 and j["horizon"] == 3 and len(j["metrics"]) == 2'
json 'all(m["skill"] > 0 and len(m["points"]) == 3 for m in j["metrics"])'
json 'j["metrics"][0]["grades"] is None and "not kept" in j["metrics"][0]["grades_reason"]'

# Noise has no skill, and what is not known no forecast: done in part.
expect 3 '*none of nothing*at least 3*' "$sonde" forecast noise.csv --json
json '[m["metric"] for m in j["metrics"]] == ["noise", "nothing", "still"]'
json 'not j["metrics"][0]["has_skill"] and j["metrics"][0]["model"] == "hour"'
json '"no skill" in j["metrics"][0]["words"]'
json 'j["metrics"][1]["points"] is None and j["metrics"][1]["points_reason"]'
json 'all(p["p10"] == p["p90"] == 7 for p in j["metrics"][2]["points"])'
for model in blend last seasonal ar forest; do
    expect 0 '' "$sonde" forecast noise.csv --metric noise --model $model --horizon 4 --json
    json "j['metrics'][0]['model'] == '$model' and 'points' in j['metrics'][0]"
done

# Little, and much: an answer or a refusal.
expect 1 '*at least 3*' "$sonde" forecast short.csv
expect 1 '*at least 3 known values, one every 60 min*' "$sonde" forecast ten.csv --step 1h
expect 0 '' "$sonde" forecast ten.csv --horizon 100 --json
json 'len(j["metrics"][0]["points"]) == 100'
expect 0 '' "$sonde" forecast huge.csv --out huge.out
! grep -Eqi 'nan|inf' huge.out || fail "huge: $(grep -Ei 'nan|inf' huge.out | head -n 1)"

cp days.csv kept.csv
ln -s days.csv link.csv
expect 1 '*days.csv is read, or written, already*' "$sonde" forecast days.csv --out days.csv
expect 1 '*link.csv is read, or written, already*' "$sonde" forecast days.csv --out link.csv
cmp -s days.csv kept.csv || fail 'a forecast wrote over what it read'
expect 2 '*no model oracle*auto*' "$sonde" forecast days.csv --model oracle
expect 2 '*matches no metric*' "$sonde" forecast days.csv --metric gpu.util
expect 2 '*horizon*' "$sonde" forecast days.csv --horizon 0
expect 2 '*give one of*' "$sonde" forecast days.csv --input noise.csv
expect 2 '*--from*' "$sonde" forecast days.csv --from -2h
expect 1 '*absent.csv*' "$sonde" forecast --input ./absent.csv
expect 1 '*cannot be written*' "$sonde" forecast days.csv --out "$tmp/no/such/folder.csv"
expect 1 "*nothing is recorded in $data yet*" "$sonde" forecast --data "$data"

# ---- the archive ----

expect 0 '' "$sonde" import --data "$data" days.csv
expect 0 '' "$sonde" forecast --data "$data" --json
json 'j["step_s"] == 60 and {m["metric"] for m in j["metrics"]} == {"cpu.util", "fs.util{/a,b}"}'
json 'all(m["skill"] > 0 and m["grades"] is None and m["grades_reason"] for m in j["metrics"])'

# Two hours later it is known how good it was.
expect 0 '' "$sonde" import --data "$data" later.csv
expect 0 '' "$sonde" forecast --data "$data" --metric cpu.util --json
json 'j["metrics"][0]["grades"]["forecasts"] == 1 and 0 < j["metrics"][0]["grades"]["error"] < 3'
json '0.6 <= j["metrics"][0]["grades"]["coverage"] <= 1'
expect 0 '' "$sonde" forecast --data "$data" --metric 'fs.util*' --json
json 'j["metrics"][0]["grades"]["forecasts"] == 1' # of a name with a comma
expect 0 '' "$sonde" forecast --data "$data" last --metric cpu.util --horizon 2 --out two.csv
says '*its 1 forecast that is over*'
expect 0 '' "$sonde" analyze --data "$data" --from 2023-11-15 --to 2023-11-19 --predict --prediction-steps 4 --json
json 'j["forecast"]["horizon"] == 4 and len(j["forecast"]["risk"]) == 4'
json 'all(0 <= r["probability"] <= 1 and r["level"] in ("low", "medium", "high") for r in j["forecast"]["risk"])'
json 'j["forecast"]["patterns"]["significant"] and len(j["forecast"]["patterns"]["hour"]) == 24'
json 'j["forecast"]["patterns"]["metric"] == "cpu.util" and j["forecast"]["patterns"]["weekday"] is None'
echo 'forecasts of files and the archive, refusals, grades'
