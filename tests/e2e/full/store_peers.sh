#!/bin/sh
# The archive needs fewer bytes for the same values than Debian's VictoriaMetrics does, in this run, on this machine.
. "$(dirname "$0")/../lib.sh"
bench=$(cd "$(dirname "$0")/../../../bench" && pwd)
command -v victoria-metrics >/dev/null || skip "victoria-metrics is not installed"
[ -f "$bench/store.sh" ] || skip "bench/store.sh, which measures the archive, is not built"

rc=0
sh "$bench/store_peers.sh" "$1" --only VictoriaMetrics >"$tmp/said" 2>&1 || rc=$?
[ $rc -eq 0 ] || fail "status $rc: $(cat "$tmp/said")"
grep -q '^| VictoriaMetrics .*| all equal |$' "$tmp/said" || fail "not all values came back: $(cat "$tmp/said")"
tail -n 1 "$tmp/said"
