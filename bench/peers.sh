#!/bin/sh
# What other collectors cost beside Sonde, as a table in Markdown. Usage: peers.sh [BUILD_DIR] [OPTIONS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
[ $# -eq 0 ] || shift
ninja -C "$build" sonde bench/recorder bench/idlers >&2
exec /usr/bin/python3 "$here/peers.py" "$build" "$@"
