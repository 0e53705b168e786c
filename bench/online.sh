#!/bin/sh
# What learning costs `sonde record` on this machine, as a JSON line; fails where a bar is missed: 0.1 % of
# a core at 1 Hz with all metrics, 8 MiB. Usage: online.sh [BUILD_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
ninja -C "$build" bench/online >&2
line=$("$build/bench/online")
printf '%s\n' "$line"
failed=0

# bar KEY MOST
bar()
{
    value=$(printf '%s\n' "$line" | sed -E "s/.*\"$1\": ([0-9.]+).*/\1/")
    if ! awk "BEGIN { exit !($value <= $2) }"; then
        printf 'online.sh: %s is %s, at most %s is wanted\n' "$1" "$value" "$2" >&2
        failed=1
    fi
}

bar percent_of_core 0.1
bar heap_bytes 8388608
exit $failed
