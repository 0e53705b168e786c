#!/bin/sh
# How many values of the system are known, and how many change under load: at least 650 and 300.
#
# Usage: changes.sh [BUILD_DIR] [MINUTES] [LIST]    10 minutes; LIST gets one line a reading: known, changes, name
#
# Readings are gauges and counters; rates, ratios, processes and Sonde's own cost are not counted.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
minutes=${2:-10}
known_bar=650 changed_bar=300
command -v stress-ng >/dev/null || { echo "changes: no stress-ng here; run ./dev setup test" >&2; exit 1; }
ninja -C "$build" all bench/recorder >&2
ln -sfn .. "$build/bench/modules" # the recorder looks for modules where it lies itself

folder=$(mktemp -d)
load=''
finish()
{
    [ -z "$load" ] || kill "$load" 2>/dev/null || true
    [ -z "$load" ] || wait "$load" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Computing, memory, a disk, the network, processes that come and go: at low priority.
nice -n 10 stress-ng --quiet --temp-path "$folder" --timeout "${minutes}m" --cpu 1 --vm 1 --vm-bytes 128m --hdd 1 \
    --hdd-bytes 64m --sock 1 --udp 1 --fork 1 --switch 1 &
load=$!
"$build/bench/recorder" --no-process --seconds $((minutes * 60)) --census "$folder/census" >/dev/null

awk -F'\t' -v known_bar=$known_bar -v changed_bar=$changed_bar -v minutes="$minutes" '
    { family = $3; sub(/\{.*/, "", family); sub(/\..*/, "", family)
      all[family] += $1; moved[family] += ($1 && $2); known += $1; changed += ($1 && $2) }
    END {
        for (family in all)
            printf "  %-12s %4d known, %4d changed\n", family, all[family], moved[family]
        met = known >= known_bar && changed >= changed_bar
        printf "%d readings known (bar %d), %d of them changed within %d loaded minutes (bar %d): %s\n",
            known, known_bar, changed, minutes, changed_bar, met ? "met" : "missed"
        exit met ? 0 : 3
    }' "$folder/census" && rc=0 || rc=$?
[ -z "${3-}" ] || cp "$folder/census" "$3"
exit $rc
