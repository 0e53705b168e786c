#!/bin/sh
# The default detector: quality on the judge's public series with the one configuration there is, false episodes at the
# default budget, quiet machines and planted faults, cost. JSON lines; fails where a bar is missed.
#
# Usage: detector.sh [BUILD_DIR] [DATA]    DATA: folders nab/, smd/ and asd/ of the judge's series
#
# The judge and its series lie beside the tree, in ../shared, or in $SHARED; without them that part is left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
shared=${SHARED:-$here/../../shared}
data=${2:-$shared/data}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
export SONDE_SOCKET=
ninja -C "$build" sonde bench/detector >&2
status=0
if [ -e "$shared/bench/ml/evaluate.py" ] && [ -d "$data/smd" ]; then
    mkdir "$folder/data"
    cp -r "$data/nab" "$data/smd" "$data/asd" "$folder/data/"
    find "$folder/data" -name '*.zst' -exec zstd -q -d --rm {} +
    /usr/bin/python3 "$here/detector.py" "$build/sonde" "$shared/bench/ml" "$folder" || status=1
else
    echo "detector: no judge and series in ../shared; only simulated machines are measured" >&2
fi
"$build/bench/detector" cost 38 50000
"$build/bench/detector" cost 361 5000
for step in 60 10; do
    "$build/bench/detector" quiet $step 20 7 || status=1
done
"$build/bench/detector" faults 10 100 || status=1
[ -z "${LONG:-}" ] || "$build/bench/detector" quiet 1 20 7 || status=1 # ten minutes of computing
exit $status
