#!/bin/sh
# The archive: bytes per value and nanoseconds on a recorded sample of 645 metrics; fails where a bar
# is missed. Usage: store.sh [BUILD_DIR] [--block FILE]
#
# SONDE_SAMPLE names another recording: a CSV compressed by xz, the wall clock in its first column.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
[ $# -eq 0 ] || shift
sample=${SONDE_SAMPLE:-$here/../tests/data/telemetry-sample.csv.xz}
command -v xz >/dev/null || { echo "no xz here: install xz-utils" >&2; exit 1; }
ninja -C "$build" bench/store >&2
xz -dc "$sample" | "$build/bench/store" "$@"
