#!/bin/sh
# What keeping processes costs: bytes a tick of a busy machine, at most 120 (procs.sh [BUILD_DIR] [TICKS] [FILE]).
#
# 600 ticks of a second, while several hundred processes are there, twenty and more compute, write and
# talk at low priority, and compilers come and go. FILE keeps the recording, for `procs measure`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
ticks=${2:-600}
command -v stress-ng >/dev/null || { echo "procs: no stress-ng here; run ./dev setup test" >&2; exit 1; }
ninja -C "$build" all bench/procs bench/idlers >&2
ln -sfn .. "$build/bench/modules" # the program looks for modules where it lies itself

folder=$(mktemp -d)
load=''
finish()
{
    for pid in $load; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

compile()
{
    while :; do
        for source in "$here"/../src/core/*.c; do
            cc -O2 -I "$here/../src" -c "$source" -o "$folder/object.o" 2>/dev/null || true
        done
    done
}

"$build/bench/idlers" 300 >/dev/null &
load="$load $!"
nice -n 10 stress-ng --quiet --temp-path "$folder" --cpu 4 --cpu-load 20 --vm 3 --vm-bytes 64m --hdd 2 --hdd-bytes 32m \
    --sock 2 --pipe 2 --switch 2 --fork 1 --timer 2 --malloc 2 --matrix 1 2>/dev/null &
load="$load $!"
(trap 'exit 0' TERM; compile) &
load="$load $!"

recording=${3:-$folder/recording}
"$build/bench/procs" record "$recording" $((ticks + 1))
"$build/bench/procs" measure "$recording"
