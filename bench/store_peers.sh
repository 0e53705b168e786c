#!/bin/sh
# Bytes that others need for our recording, as a table in Markdown. Usage: store_peers.sh [BUILD_DIR] [OPTIONS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
[ $# -eq 0 ] || shift
exec /usr/bin/python3 "$here/store_peers.py" "$build" "$@"
