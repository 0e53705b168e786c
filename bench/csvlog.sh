#!/bin/sh
# How large the CSV logs get, as JSON lines: MB per hour of 645 metrics and of what OptiMetrics collects, at a
# band of 2 %, from a real recording of a busy machine. Each is written twice: into an empty folder, where the
# order of the columns is not known, and after that. Fails where a bar is missed. What lies beside the logs
# (columns.json) counts. Usage: csvlog.sh [BUILD_DIR] [DATA_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
data=${2:-$here/../../shared/data}
ninja -C "$build" bench/csvlog >&2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
xz -dc "$data/telemetry-sample.csv.xz" >"$tmp/sample.csv"
exec /usr/bin/python3 - "$build/bench/csvlog" "$tmp" <<'PY'
import json, os, subprocess, sys

program, folder = sys.argv[1:]
BARS = {"raw": 2.5, "rates": 2.5, "few": 0.4, "seed": 0.4}


def size(kind):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(f"{folder}/{kind}") for f in files)


missed = False
for kind, bar in BARS.items():
    before = 0
    for known in (False, True):
        run = [program, kind, f"{folder}/sample.csv", f"{folder}/{kind}"]
        said = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
        mb = (size(kind) - before) / said["hours"] / 1e6
        before = size(kind)
        missed |= mb > bar
        print(json.dumps({"what": kind, "order_known": known, "mb_per_hour": round(mb, 3), "bar": bar,
                          "metrics": said["metrics"], "cpu_us_per_tick": said["cpu_us_per_tick"]}))
sys.exit(missed)
PY
