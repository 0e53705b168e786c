#!/bin/sh
# Static analysis of src/: cppcheck.sh SOURCE_DIR BUILD_DIR
#
# Exceptions stand in cppcheck.txt beside this file, each with its reason.
set -eu
command -v cppcheck >/dev/null || { echo "no cppcheck here"; exit 77; }
mkdir -p "$2/cppcheck"
cd "$1"
exec cppcheck --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
    --cppcheck-build-dir="$2/cppcheck" -j 2 --suppressions-list=tests/lint/cppcheck.txt \
    --library=posix,gnu -D_GNU_SOURCE -I src -I "$2/src" src 2>&1
