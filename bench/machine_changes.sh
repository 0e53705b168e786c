#!/bin/sh
# What it costs to look for changes of this machine: at most 0.05 % of a core. Usage: machine_changes.sh [BUILD_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
ninja -C "$build" bench/machine_changes >&2
exec "$build/bench/machine_changes"
