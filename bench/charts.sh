#!/bin/sh
# How long the numbers of any chart of any range take, of 7 days at 1 Hz, through the HTTP API's own function, as JSON
# lines; fails above 50 ms. Usage: charts.sh [BUILD_DIR] [DATA_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
data=${2:-$here/../../shared/data}
ninja -C "$build" bench/query bench/charts >&2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
xz -dc "$data/telemetry-sample.csv.xz" >"$tmp/sample.csv"
"$build/bench/query" make "$tmp/sample.csv" "$tmp" 7
"$build/bench/charts" "$tmp" mem.MemFree stat.intr.rate
