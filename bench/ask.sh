#!/bin/sh
# The first answer of `sonde ask`, as a whole process, over an archive of days at 1 Hz (default 7) with the metrics of
# the fixture laptop: the median of 15 runs of each question, as JSON lines; fails where one takes over 50 ms.
# Usage: ask.sh [BUILD_DIR] [DAYS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
days=${2:-7}
ninja -C "$build" bench/ask sonde >&2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
SONDE_SOCKET=
export SONDE_SOCKET HOME="$tmp" XDG_CONFIG_HOME="$tmp/config"
"$build/bench/ask" make "$here/../tests/golden/machines/laptop.txt" "$tmp/data" "$days" >&2
failed=0

# ask QUESTION
ask()
{
    for run in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        begin=$(date +%s%N)
        "$build/sonde" ask --data "$tmp/data" "$1" >"$tmp/out" || [ $? -eq 3 ]
        end=$(date +%s%N)
        echo $(((end - begin) / 1000))
    done | sort -n | sed -n 8p >"$tmp/us"
    us=$(cat "$tmp/us")
    printf '{"question": "%s", "ms": %s.%03d}\n' "$1" $((us / 1000)) $((us % 1000))
    if [ "$us" -gt 50000 ]; then
        printf 'ask.sh: "%s" takes over 50 ms\n' "$1" >&2
        failed=1
    fi
}

ask 'how is the cpu'
ask 'how was the memory last night'
ask 'how was the disk this week'
ask 'what was the highest temperature in the last 7 days'
ask 'what was using memory an hour ago'
ask 'why was it slow yesterday'
ask 'what happened last night'
ask 'any anomalies?'
ask 'when will /home be full'
ask 'what is coming'
ask 'is memory growing'
ask 'compare today with yesterday'
ask 'what changed in the last hour'
ask 'when did the cpu exceed 90 percent'
ask 'how much did I download this week'
ask 'is everything ok'
ask 'any recommendations?'
ask 'which process used the most cpu yesterday'
exit $failed
