#!/bin/sh
# Files become sessions of the archive: CSV, CSV under zstd, the JSON of --save-data. Their numbers come back as they
# were; a file is known again; what is damaged, or does not fit, leaves nothing behind.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde data=$tmp/data
export XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp/none"

# A day and a half in steps of 30 s, over a midnight, with gaps and a counter.
awk 'BEGIN {
    print "timestamp,cpu.util,disk.read{sda},room.temp"
    for (i = 0; i < 4000; i++)
        printf "%d,%s,%d,%.1f\n", 1795348800 + 30 * i, i % 100 == 7 ? "" : (i * 7) % 101, i * 4096, 20 + i % 30 / 10
}' > "$tmp/numbers.csv"
"$sonde" import "$tmp/numbers.csv" --data "$data" > "$tmp/said" || fail "import failed"
grep -q '20261122_120000, 4000 samples of 4 metrics' "$tmp/said" || fail "it says: $(cat "$tmp/said")"
[ "$(ls "$data/segments" | wc -l)" = 2 ] || fail "not one segment for each of two days"

# What comes out is what went in.
"$sonde" sessions export last --data "$data" --metrics 'cpu.util,disk.read,room.temp' > "$tmp/out.csv"
cut -d, -f2- "$tmp/numbers.csv" | tail -n +2 > "$tmp/in.rows"
cut -d, -f2- "$tmp/out.csv" | tail -n +2 | awk -F, '{ printf "%s,%s,%.1f\n", $1, $2, $3 }' > "$tmp/out.rows"
cmp -s "$tmp/in.rows" "$tmp/out.rows" || fail "other numbers: $(diff "$tmp/in.rows" "$tmp/out.rows" | head -3)"
head -1 "$tmp/out.csv" | grep -q '^timestamp,cpu.util,disk.read{sda},room.temp$' ||
    fail "header: $(head -1 "$tmp/out.csv")"
sed -n 2p "$tmp/out.csv" | grep -q '^2026-11-22T12:00:00.000Z,' || fail "time: $(sed -n 2p "$tmp/out.csv")"
"$sonde" sessions export last --data "$data" --metrics 'disk.read.rate' --format jsonl | tail -1 |
    grep -q '"disk.read.rate{sda}":136.53333' || fail "the rate was not derived"

# The report on the session is the report on the file, but for the name of what it is about.
"$sonde" analyze "$tmp/numbers.csv" --json | grep -v '"id": "session_' > "$tmp/of_file"
"$sonde" analyze last --data "$data" --json | grep -v '"id": "session_' > "$tmp/of_session"
grep -q '"samples": 4000' "$tmp/of_session" || fail "the report is not about 4000 samples"
for part in verdict now anomalies; do
    sed -n "/^  \"$part\"/,/^  []}]/p" "$tmp/of_file" > "$tmp/a"
    sed -n "/^  \"$part\"/,/^  []}]/p" "$tmp/of_session" > "$tmp/b"
    [ -s "$tmp/a" ] || fail "there is no $part"
    cmp -s "$tmp/a" "$tmp/b" || fail "$part differs: $(diff "$tmp/a" "$tmp/b" | head -5)"
done

# Known again, whatever it is called now.
cp "$tmp/numbers.csv" "$tmp/renamed.csv"
"$sonde" import "$tmp/renamed.csv" --data "$data" > "$tmp/said" 2>&1 && fail "it was imported twice"
grep -q 'in the archive already, as 20261122_120000' "$tmp/said" || fail "it says: $(cat "$tmp/said")"
"$sonde" import "$tmp/renamed.csv" --again --quiet --data "$data" | grep -q '20261122_120000_2' || fail "--again was refused"
[ "$("$sonde" sessions list --data "$data" --json | grep -c '"origin": "imported ')" = 2 ] || fail "not two sessions"

# JSON of --save-data, and a compressed file.
machine=$(dirname "$0")/../fixtures/vm-2cpu
"$sonde" check --root "$machine" --save-data --output-dir "$tmp" --quiet > /dev/null || fail "check failed"
"$sonde" import "$tmp"/telemetry_data_*.json --data "$data" > /dev/null || fail "the JSON of --save-data was refused"
if command -v zstd > /dev/null; then
    sed 's/cpu/gpu/' "$tmp/numbers.csv" > "$tmp/other.csv"
    zstd -q "$tmp/other.csv"
    "$sonde" import "$tmp/other.csv.zst" --data "$data" | grep -q '4000 samples' || fail "a compressed file was refused"
    head -c 5000 "$tmp/other.csv.zst" > "$tmp/torn.csv.zst"
    "$sonde" import "$tmp/torn.csv.zst" --data "$data" > "$tmp/said" 2>&1 && fail "a torn file was taken"
    grep -q 'torn.csv.zst' "$tmp/said" || fail "it says: $(cat "$tmp/said")"
fi

# A tape: the same numbers in an archive of its own, and known again.
"$sonde" sessions export 20261122_120000 --data "$data" --format sonde -o "$tmp/part.sonde" --quiet || fail "export failed"
"$sonde" import "$tmp/part.sonde" --data "$tmp/second" > "$tmp/said" || fail "a tape was refused"
grep -q '20261122_120000, 4000 samples of 4 metrics' "$tmp/said" || fail "a tape: it says: $(cat "$tmp/said")"
"$sonde" sessions export 20261122_120000 --data "$data" > "$tmp/of_first.csv"
"$sonde" sessions export last --data "$tmp/second" > "$tmp/of_second.csv"
cmp -s "$tmp/of_first.csv" "$tmp/of_second.csv" ||
    fail "a tape: $(diff "$tmp/of_first.csv" "$tmp/of_second.csv" | head -3)"
"$sonde" sessions verify --data "$tmp/second" > "$tmp/said" || fail "a tape: verify: $(cat "$tmp/said")"
"$sonde" import "$tmp/part.sonde" --data "$tmp/second" > "$tmp/said" 2>&1 && fail "a tape was imported twice"
grep -q 'in the archive already' "$tmp/said" || fail "a tape, again: it says: $(cat "$tmp/said")"

# That of a recorder: with its events and processes, and with rates by the times at which its sources were read.
"$sonde" record --root "$machine" --data "$tmp/third" --quiet > /dev/null 2>&1 || fail "record failed: exit $?"
"$sonde" sessions export last --data "$tmp/third" --format sonde -o "$tmp/third.sonde" --quiet || fail "export failed"
"$sonde" import "$tmp/third.sonde" --data "$tmp/fourth" > /dev/null || fail "a recorder's tape was refused"
for archive in third fourth; do
    "$sonde" sessions verify --data "$tmp/$archive" > "$tmp/said" || fail "$archive: verify: $(cat "$tmp/said")"
    "$sonde" sessions export last --data "$tmp/$archive" --format csv > "$tmp/$archive.csv"
    "$sonde" analyze last --data "$tmp/$archive" --json | sed -n '/"events"/,/\]/p' > "$tmp/$archive.events"
    "$sonde" top --once --replay "$tmp"/$archive/segments/*.seg > "$tmp/$archive.top"
done
for what in csv events top; do
    cmp -s "$tmp/third.$what" "$tmp/fourth.$what" ||
        fail "$what of a recorder's tape differ: $(diff "$tmp/third.$what" "$tmp/fourth.$what" | cut -c1-200 | head -4)"
done
"$sonde" check --root "$machine" --archive --archive-dir "$tmp/fifth" --quiet > /dev/null || fail "check --archive failed"
"$sonde" sessions verify --data "$tmp/fifth" > "$tmp/said" || fail "check --archive: verify: $(cat "$tmp/said")"

# What is bad leaves nothing behind, and the rest is taken.
find "$data/segments" | sort > "$tmp/before"
printf 'timestamp,a\n2026-11-22T10:00:00Z,1\n2026-11-22T10:00:01Z,oops\n' > "$tmp/bad.csv"
printf '\0\1\2\3' > "$tmp/binary"
for bad in "$tmp/bad.csv" "$tmp/binary" "$tmp/none.csv" "$tmp"; do
    status=0
    "$sonde" import "$bad" --data "$data" > "$tmp/said" 2>&1 || status=$?
    [ $status = 1 ] || fail "$bad: exit $status"
    [ -s "$tmp/said" ] || fail "$bad: nothing was said"
done
find "$data/segments" | sort | cmp -s - "$tmp/before" || fail "a bad file left something behind"
printf 'timestamp,a\n2026-11-22T10:00:00Z,1\n2026-11-22T10:00:01Z,2\n' > "$tmp/good.csv"
status=0
"$sonde" import "$tmp/bad.csv" "$tmp/good.csv" --data "$data" > /dev/null 2>&1 || status=$?
[ $status = 3 ] || fail "one bad, one good: exit $status"

# An index that was lost is made anew from the segments.
rm "$data"/index.db*
"$sonde" import "$tmp/good.csv" --again --quiet --data "$data" > /dev/null || fail "no new index"
"$sonde" sessions list --data "$data" | grep -q '20261122_120000_2' || fail "a session is not in the new index"

# Coarser: three hours of the first, whose numbers repeat, an hour a row.
"$sonde" sessions export 20261122_120000 --from 2026-11-22T13:00 --to 2026-11-22T16:00 --every 1h --data "$data" \
    --metrics 'cpu.util,disk.read' > "$tmp/hours.csv" || fail "no coarse export"
awk -F, 'NR > 1 && NR <= 4001 && $1 >= 1795352400 && $1 < 1795363200 {
    h = int(($1 - 1795352400) / 3600); last[h] = $3
    if ($2 == "") next
    sum[h] += $2
    if (!n[h]++ || $2 < min[h]) min[h] = $2
    if (n[h] == 1 || $2 > max[h]) max[h] = $2
}
END {
    for (h = 0; h < 3; h++)
        printf "2026-11-22T%d:00:00.000Z,%d,%.9f,%d,%d\n", 13 + h, min[h], sum[h] / n[h], max[h], last[h]
}' "$tmp/numbers.csv" > "$tmp/want"
tail -n +2 "$tmp/hours.csv" | paste -d, "$tmp/want" - | awk -F, '
    # the mean of a summary is kept to 1 part in 1024 of the range of its window
    { off = $3 - $8; if ($1 != $6 || $2 != $7 || $4 != $9 || $5 != $10 || off * 1024 > $4 || -off * 1024 > $4) bad = 1 }
    END { exit bad || NR != 3 }' || fail "coarse: $(paste "$tmp/want" "$tmp/hours.csv")"
[ "$(head -1 "$tmp/hours.csv")" = 'timestamp,cpu.util.min,cpu.util.mean,cpu.util.max,disk.read.last{sda}' ] ||
    fail "header: $(head -1 "$tmp/hours.csv")"
"$sonde" sessions export 20261122_120000 --every 0.1 --data "$data" > "$tmp/said" 2>&1 && fail "too many rows"
grep -q 'a longer --every' "$tmp/said" || fail "it says: $(cat "$tmp/said")"

# What an analysis found stays with the session, also when it is analysed again; of a part of it nothing is kept.
python3 - "$tmp/step.csv" <<'END'
import random, sys
random.seed(1)
with open(sys.argv[1], "w") as out:
    print("timestamp,cpu.util", file=out)
    for i in range(1200):
        busy = 90 if 800 <= i < 900 else 5
        print(f"{1795608000 + i},{busy + random.random() * 3:.2f}", file=out)
END
"$sonde" import "$tmp/step.csv" --data "$data" --quiet > /dev/null || fail "import failed"
found() { "$sonde" sessions show 20261125_120000 --data "$data" --json; }
found | grep -q '"anomalies": null' || fail "anomalies of a session that nobody analysed: $(found)"
"$sonde" sessions list --data "$data" | grep -q '20261125_120000 .* 1200 *- ' || fail "list: $("$sonde" sessions list --data "$data")"
"$sonde" analyze 20261125 --to 2026-11-25T12:05 --data "$data" > /dev/null || fail "analyze failed"
found | grep -q '"anomalies": null' || fail "the verdict on a part stands for the whole"
for again in 1 2; do
    "$sonde" analyze 20261125 --data "$data" --json > "$tmp/step.json" || fail "analyze failed"
    found > "$tmp/found.json"
    python3 - "$tmp/step.json" "$tmp/found.json" <<'END' || fail "what was found was not kept (time $again)"
import json, sys
report, kept = (json.load(open(f)) for f in sys.argv[1:])
items = report["anomalies"]["items"]
assert len(items) >= 1 and kept["anomalies"] == len(items) == len(kept["anomaly_items"])
assert kept["verdict"] == "look: " + report["verdict"]["text"], kept["verdict"]
for a, b in zip(items, kept["anomaly_items"]):
    assert all(a[k] == b[k] for k in ("time", "end", "score", "severity", "area", "summary", "causes")), (a, b)
END
done
"$sonde" sessions list --min-anomalies 1 --data "$data" | grep -q '20261125_120000' || fail "not found by its anomalies"

echo "4000 samples there and back, bad files refused, the index made anew"
