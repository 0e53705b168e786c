#!/bin/sh
# What collecting costs: one JSON line. Usage: collect.sh [BUILD_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec /usr/bin/python3 "$here/collect.py" "${1:-$here/../build}/sonde"
