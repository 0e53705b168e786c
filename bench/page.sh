#!/bin/sh
# The page in Chromium: 60 charts of 3,600 points, a value a second, against bare uPlot with the same data in the same
# run (at most 1.3 x its task time); weight and first paint. Usage: page.sh [BUILD_DIR] [SECONDS] [ROUNDS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
photos=$(mktemp -d)
trap 'rm -rf "$photos"' EXIT
trap 'exit 130' INT TERM
node "$here/../tests/web/bench.mjs" "$build/web" "${2:-10}" "${3:-3}"
node "$here/../tests/web/run.mjs" "$build/web" "$photos" 'weight and first paint' | sed -n 's/^figures: //p'
