#!/bin/sh
# What other collectors cost beside Sonde, as a table in Markdown. Usage: peers.sh [BUILD_DIR] [OPTIONS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
[ $# -eq 0 ] || shift
ninja -C "$build" all bench/recorder bench/idlers >&2
ln -sfn .. "$build/bench/modules" # the recorder looks for modules where it lies itself
exec /usr/bin/python3 "$here/peers.py" "$build" "$@"
