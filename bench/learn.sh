#!/bin/sh
# The learners beside scikit-learn: time, inertia, agreement of scores, as JSON lines; fails where a
# bar is missed. Usage: learn.sh [BUILD_DIR] [DATA_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
data=${2:-$here/../../shared/data}
ninja -C "$build" bench/learn >&2
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
exec /usr/bin/python3 "$here/learn.py" "$build/bench/learn" "$data"
