#!/bin/sh
# Tapes play in the place of a machine: an export, a segment, a damaged one, one of two sessions; with top, check,
# analyze and metrics.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde data=$tmp/data
export XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp/none"

# Ten minutes of calm, five of a busy disk.
awk 'BEGIN {
    srand(1)
    print "timestamp,cpu.util,disk.util{sda},memory.util"
    for (i = 0; i < 1500; i++)
        printf "%d,%.2f,%.2f,%.1f\n", 1795348800 + i, 10 + rand(), (i >= 1200 ? 90 : 2) + rand(), 40 + rand() / 10
}' > "$tmp/numbers.csv"
"$sonde" import "$tmp/numbers.csv" --data "$data" --quiet > /dev/null || fail "import failed"
tape=$tmp/one.sonde
"$sonde" sessions export last --data "$data" --format sonde --output "$tape" --quiet || fail "export failed"
[ -e "$tape.partial" ] && fail "something was left beside the tape"

# The report on the tape is the report on the numbers, to the last digit.
"$sonde" analyze "$tmp/numbers.csv" --json > "$tmp/of_numbers"
for way in "analyze $tape" "analyze --replay $tape" "check --replay $tape --quiet" \
           "analyze $data/segments/20261122_120000.0.seg"; do
    "$sonde" $way --json > "$tmp/of_tape" || fail "sonde $way failed"
    for part in verdict now anomalies insights; do
        sed -n "/^  \"$part\"/,/^  []}]/p" "$tmp/of_numbers" > "$tmp/a"
        sed -n "/^  \"$part\"/,/^  []}]/p" "$tmp/of_tape" > "$tmp/b"
        [ -s "$tmp/a" ] || fail "there is no $part"
        cmp -s "$tmp/a" "$tmp/b" || fail "sonde $way: $part differs: $(diff "$tmp/a" "$tmp/b" | head -5)"
    done
done
grep -q '"level": "look"' "$tmp/of_tape" || fail "the busy disk was not found"

# --duration ends it early; a CSV that is written of it holds the same numbers.
"$sonde" check --replay "$tape" --quiet -d 100 --mode collect --export-csv "$tmp/part.csv" > /dev/null ||
    fail "check failed"
[ "$(wc -l < "$tmp/part.csv")" = 101 ] || fail "not 100 rows: $(wc -l < "$tmp/part.csv")"

# top: as text as fast as it can be read, in the order of time; metrics: the first instants.
"$sonde" top --replay "$tape" --batch 3 --json > "$tmp/top" || fail "top failed"
[ "$(grep -c '"time":"2026-11-22T12:00:0[123]' "$tmp/top")" = 3 ] || fail "top: $(cut -c1-100 "$tmp/top")"
"$sonde" top --replay "$tape" --once > "$tmp/top" || fail "top --once failed"
head -1 "$tmp/top" | grep -q '^LOOK .* 12:24:59 UTC' || fail "top --once is not the end: $(head -1 "$tmp/top")"
"$sonde" top --replay "$tape" --json > "$tmp/top" || fail "top --json failed"
[ "$(grep -c '"time":"2026-11-22T12:24:59' "$tmp/top")" = 1 ] && [ "$(wc -l < "$tmp/top")" = 1 ] ||
    fail "top --json is not the end: $(cut -c1-100 "$tmp/top")"
"$sonde" metrics --replay "$tape" | grep -q '^disk.util{sda}' || fail "metrics does not show the tape"

# Two sessions are one tape, on which the second begins as soon as the first ends: its first tick was not due yet.
"$sonde" import "$tmp/part.csv" --data "$data" --quiet > /dev/null || fail "the second import failed"
"$sonde" sessions export --from 2026-11-22 --to 2026-11-23 --data "$data" --format sonde -o "$tmp/two.sonde" --quiet
"$sonde" analyze "$tmp/two.sonde" --json | grep -q '"samples": 1599' || fail "two sessions are not 1599 samples"

# Only some metrics, and only some minutes.
"$sonde" sessions export session_20261122_120000 --data "$data" --format sonde --metrics 'cpu.*' \
    --from 2026-11-22T12:10 --to 2026-11-22T12:10:59 -o "$tmp/some.sonde" --quiet || fail "part of it: export failed"
"$sonde" analyze "$tmp/some.sonde" --json > "$tmp/some"
grep -q '"samples": 60' "$tmp/some" || fail "a minute is not 60 samples"
grep -q '"metrics": 1' "$tmp/some" || fail "cpu.* is not one metric"

# Damage is passed over and told; what is no tape is refused.
cp "$tape" "$tmp/torn.sonde"
size=$(wc -c < "$tape")
printf 'xxxxxxxx' | dd of="$tmp/torn.sonde" bs=1 seek=$((size / 2)) conv=notrunc 2> /dev/null
"$sonde" analyze "$tmp/torn.sonde" --json > "$tmp/of_torn" 2> "$tmp/said" || fail "a damaged tape was refused"
grep -q 'damaged place' "$tmp/said" || fail "it was not told: $(cat "$tmp/said")"
for bad in "$tmp/numbers.csv" "$tmp/none" "$tmp" /dev/null; do
    "$sonde" check --replay "$bad" --quiet > "$tmp/said" 2>&1 && fail "$bad was taken for a tape"
    [ -s "$tmp/said" ] || fail "$bad: nothing was said"
done
"$sonde" top --replay "$tape" --root / --once > /dev/null 2>&1 && fail "--replay and --root together"

echo "1500 samples replayed by five ways, two sessions joined, damage told"
