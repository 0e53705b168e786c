#!/bin/sh
# The archive's promises at length: 1,000 kills, 48 simulated hours into a small cap: archive.sh BUILD_DIR
set -u
. "$(dirname "$0")/../lib.sh"
ninja -C "$1" tests/faults/test_kill tests/faults/test_fill >/dev/null || skip "the tests are not built here"
SONDE_KILLS=1000 "$1/tests/faults/test_kill" >"$tmp/kill" 2>&1 || fail "$(cat "$tmp/kill")"
SONDE_FILL_HOURS=48 "$1/tests/faults/test_fill" >"$tmp/fill" 2>&1 || fail "$(cat "$tmp/fill")"
echo "$(grep -h '^#' "$tmp/kill" "$tmp/fill" | tr '\n' ' ')"
