#!/bin/sh
# Workload classes: labelled telemetry of real programs, what the classifier learns of it, how right it is.
#
# usage: workloads.sh [BUILD_DIR] --record DIR [--seconds N] [--long] [--sitting N] [--only GLOB] [--list]
#        workloads.sh [BUILD_DIR] --judge DIR [--check]
#        workloads.sh [BUILD_DIR] --pack DIR
#
# --record runs each program of the list beside `sonde check` and writes DIR/RUN.csv and DIR/runs.json, the
# launcher's log: the label is what was launched. Run by run: what is there already is not made again. Some seventy
# minutes on a machine that does nothing else, not even what looks after it: a command or two a minute show in what is
# idle. --long adds sessions of five minutes for the count of changes, --sitting N the same runs once more.
# --judge learns from the runs of the split `train` into data/workload.yaml, builds, classifies the runs of the
# split `test`, other programs, and prints Markdown for docs/LEARNING.md; with --check the model must be there already.
# --pack puts the telemetry into tests/data, where `./dev test` judges the model by it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../build
case ${1-} in
'' | --*) ;;
*)
    build=$1
    shift
    ;;
esac
[ $# -gt 0 ] || { sed -n '4,6s/^# *//p' "$0" >&2; exit 2; }
build=$(cd "$build" && pwd)
ninja -C "$build" sonde bench/workloads >&2
exec /usr/bin/python3 -B "$here/workloads.py" "$build" "$@"
