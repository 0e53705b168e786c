#!/bin/sh
# The workload classifier on the telemetry of real programs (tests/data/workloads.tar.xz, of bench/workloads.sh): the
# model in the program is what is learnt from the runs of some programs, and it is right about the runs of others.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")/../.." && pwd)
data=$here/tests/data/workloads.tar.xz
[ -f "$data" ] || skip "no telemetry of programs was recorded: bench/workloads.sh --record DIR --pack DIR"
mkdir "$tmp/runs"
tar -xJf "$data" -C "$tmp/runs"
sh "$here/bench/workloads.sh" "$1" --judge "$tmp/runs" --check > "$tmp/said" 2> "$tmp/err" ||
    fail "$(cat "$tmp/said" "$tmp/err")"
grep '^Macro F1' "$tmp/said"
