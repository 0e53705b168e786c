#!/bin/sh
# Scripted incidents on this machine beside one recorder: does the first cause name the right family of metrics, and
# the process? A table on stdout; fails where that is so in less than 90 % of the runs, in the report or in what the
# recorder itself said. A minute and then ten for each run; best on a machine that has nothing else to do.
# Usage: incidents.sh [BUILD_DIR] [RUNS] [INCIDENT ...]
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
[ $# -eq 0 ] || shift
exec /usr/bin/python3 "$here/incidents.py" "$build/sonde" "$@"
