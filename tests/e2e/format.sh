#!/bin/sh
# Blocks, segments and journals, read by decoders made from docs/FORMAT.md alone: format.sh BUILD_DIR
set -u
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")/..
command -v xz >/dev/null || skip "no xz here"
command -v python3 >/dev/null || skip "no python3 here"
ninja -C "$1" bench/store >/dev/null 2>&1 || skip "bench/store cannot be built here"

# read_back CSV: its first 600 rows as a block, and back by other means.
read_back()
{
    "$1/bench/store" --block "$tmp/block" <"$2" || fail "no block of $2"
    python3 "$here/format/block.py" "$tmp/block" "$2" || fail "$2 is not what came back"
}

# What the recording lacks: gaps, true doubles, noise, negative zeros, infinities, huge numbers.
awk 'BEGIN {
    srand(1)
    print "counter,follows,gaps,late,doubles,noise,zeros,huge,half_huge,state,absent,constant,tenths"
    for (i = 0; i < 300; i++) {
        counter += int(rand() * 1000)
        printf "%d,%d,%s,%s,%.17g,%.17g,%s,%.0f,%.0f,%d,,123.25,%.1f\n", counter, counter * 3 + (i % 9 == 0),
            i % 5 ? i : "", i < 100 ? "" : i % 10, i % 4 / 3, rand() / 3, i % 7 ? "-0" : i % 2 ? "inf" : "-inf",
            (rand() - 0.5) * 2 ^ 63, (rand() - 0.5) * 2 ^ 60, (i / 70) % 3, rand() * 100
    }
}' >"$tmp/odd.csv"
read_back "$1" "$tmp/odd.csv"

xz -dc "$here/data/telemetry-sample.csv.xz" >"$tmp/sample.csv" || fail "the sample does not unpack"
read_back "$1" "$tmp/sample.csv"

# A whole segment, recorded here, and the segment and journal of old.
command -v zstd >/dev/null || skip "no zstd here, which unpacks catalogs"
"$1/sonde" record --quiet --data "$tmp/data" --interval 0.2 --duration 4 || fail "nothing was recorded"
"$1/sonde" sessions export last --data "$tmp/data" --format csv --output "$tmp/all.csv" || fail "no export"
python3 "$here/format/tape.py" "$tmp/data/segments/"*.seg "$tmp/all.csv" ||
    fail "the export is not what the segment says"
for file in "$here"/data/format-1.0/*/*; do
    python3 "$here/format/tape.py" "$file" || fail "$file cannot be read any more"
done
