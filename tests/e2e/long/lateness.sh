#!/bin/sh
# Ticks come on time: over 600 ticks the sampler's p99 lateness is at most 1 ms above that of a bare
# clock_nanosleep loop that runs beside it.
. "$(dirname "$0")/../lib.sh"
build=$1

ninja -C "$build" bench/bare_loop >/dev/null || fail "bench/bare_loop does not build"
"$build/bench/bare_loop" 0.1 600 >"$tmp/bare" &
bare=$! background="$background $!"
"$build/sonde" check --mode collect --quiet --interval 0.1 --duration 60 --export-csv "$tmp/run.csv" ||
    fail "check failed"
wait "$bare"

/usr/bin/python3 - "$tmp/run.csv" "$tmp/bare" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
at = rows[0].index("sonde.tick.lateness")
ours = sorted(float(r[at]) for r in rows[1:])
bare = sorted(float(line) for line in open(sys.argv[2]))
p99 = lambda x: x[int(0.99 * (len(x) - 1))]
print(f"p99 lateness: {p99(ours) * 1e3:.3f} ms over {len(ours)} ticks, bare loop {p99(bare) * 1e3:.3f} ms")
sys.exit(not (len(ours) == 600 and p99(ours) <= p99(bare) + 1e-3))
PY
