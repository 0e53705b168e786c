#!/bin/sh
# Forecasts of the public series against the judge's baselines: MASE_60 <= 0.95, WQL <= 0.68, <= 2 ms of CPU a task.
#
# Usage: forecast.sh [BUILD_DIR] [DATA]    DATA: folders nab/ and smd/ of the judge's series, unpacked
#
# The judge and its series lie beside the tree, in ../shared, or in $SHARED; without them there is nothing to do.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
shared=${SHARED:-$here/../../shared}
data=${2:-$shared/data}
judge=$shared/bench/ml/forecast.py
[ -e "$judge" ] && [ -d "$data/nab" ] || { echo "forecast: no judge and series in ../shared; nothing was measured" >&2; exit 0; }
python=/usr/bin/python3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
export SONDE_SOCKET=

if ls "$data"/smd/*/*.zst >/dev/null 2>&1; then # as they are kept: unpacked beside
    mkdir "$folder/data"
    cp -r "$data/nab" "$data/smd" "$folder/data/"
    zstd -q -d --rm "$folder"/data/*/*/*.zst
    data=$folder/data
fi
"$python" "$judge" --data "$data" --emit "$folder/tasks"
ninja -C "$build" sonde >&2 2>/dev/null || true
"$python" - "$build/sonde" "$folder/tasks" "${MODEL:-auto}" <<'EOF'
import glob, resource, subprocess, sys
sonde, tasks, model = sys.argv[1:]
def cpu():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime
folders = sorted(glob.glob(tasks + "/*"))
def run(horizon, out):
    before = cpu()
    for d in folders:
        subprocess.run([sonde, "forecast", "--quiet", "--input", d + "/history.csv", "--metric", "value", "--horizon",
                        horizon, "--model", model, "--out", d + "/" + out], check=True)
    return 1000 * (cpu() - before) / len(folders)
def idle():
    before = cpu()
    for d in folders:
        subprocess.run([sonde, "help", "forecast"], check=True, stdout=subprocess.DEVNULL)
    return 1000 * (cpu() - before) / len(folders)
whole = run("60", "forecast.csv")
print("%d tasks: %.2f ms of CPU each as a process of its own, of which %.2f ms are for starting one" %
      (len(folders), whole, idle()))
EOF
"$python" "$judge" --data "$data" --judge "$folder/tasks" --name sonde --out "$folder/result.json" | sed -n '/geometric/,$p'
"$python" - "$folder/result.json" <<'EOF'
import json, sys
g = json.load(open(sys.argv[1]))["sonde"]["gmean"]
met = g[0] <= 0.95 and g[4] <= 0.68
print("MASE_60 %.3f (bar 0.95), WQL %.3f (bar 0.68): %s" % (g[0], g[4], "met" if met else "MISSED"))
sys.exit(not met)
EOF
