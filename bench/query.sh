#!/bin/sh
# Summaries and questions on an archive of days (default 7) made of the sample: bytes per value of the
# summaries, then how long one metric over everything in 600 points takes, from summaries and from blocks, as
# JSON lines; fails where a bar is missed. Usage: query.sh [BUILD_DIR] [DATA_DIR] [DAYS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
data=${2:-$here/../../shared/data}
days=${3:-7}
ninja -C "$build" bench/query >&2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
xz -dc "$data/telemetry-sample.csv.xz" >"$tmp/sample.csv"
failed=0

# bar JSON KEY MOST
bar()
{
    printf '%s\n' "$1"
    value=$(printf '%s\n' "$1" | sed -E "s/.*\"$2\": ([0-9.]+).*/\1/")
    if ! awk "BEGIN { exit !($value <= $3) }"; then
        printf 'query.sh: %s is %s, at most %s is wanted\n' "$2" "$value" "$3" >&2
        failed=1
    fi
}

"$build/bench/query" sum "$tmp/sample.csv" 240 >"$tmp/sum"
bar "$(sed -n 1p "$tmp/sum")" bytes_per_value 0.5
bar "$(sed -n 2p "$tmp/sum")" mb_per_day 0.4
"$build/bench/query" make "$tmp/sample.csv" "$tmp" "$days"
for metric in mem.MemFree stat.intr.rate; do
    bar "$("$build/bench/query" ask "$tmp" $metric 600)" kept_open_ms 2
done
"$build/bench/query" strip "$tmp"
for metric in mem.MemFree stat.intr.rate; do
    bar "$("$build/bench/query" ask "$tmp" $metric 600)" kept_open_ms 100
done
exit $failed
