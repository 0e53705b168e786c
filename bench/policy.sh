#!/bin/sh
# What the intents of `sonde run` are worth on this machine, with bars: `sonde policy bench`. policy.sh [BUILD_DIR]
# [SCENARIO ...] [OPTIONS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
[ $# -eq 0 ] || shift
ninja -C "$build" sonde sonde-load >&2
exec "$build/sonde" policy bench "$@"
