#!/bin/sh
# What changed in a window of a file, as text and as JSON; and what is asked for wrongly is said.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde

/usr/bin/python3 - "$tmp/m.csv" <<'END'
import random, sys
random.seed(3)
with open(sys.argv[1], "w") as f:
    f.write("time,cpu.util,memory.used,pump,valve\n")
    for i in range(900):
        on = i >= 600
        f.write(f"{1795343400 + i},{(80 if on else 5) + random.gauss(0, 1)},{2e9 + random.gauss(0, 1e6)},"
                f"{random.gauss(7, 1)},{(40 if on else 10) + random.gauss(0, 2)}\n")
END
"$sonde" analyze "$tmp/m.csv" --changed --from 2026-11-22T10:40:00 --json >"$tmp/out" || fail "exit $?"
/usr/bin/python3 - "$tmp/out" <<'END'
import json, sys
c = json.load(open(sys.argv[1]))["changed"]
assert c["window"]["samples"] == 300 and c["before"]["samples"] == 600, c
metrics = [m["metric"] for a in c["areas"] for m in a["metrics"]]
assert sorted(metrics) == ["cpu.util", "valve"], metrics
for m in (m for a in c["areas"] for m in a["metrics"]):
    assert m["quantile"] == 0.5 and m["effect"] > 5 and m["p_value"] < 1e-3 and m["after"] > m["before"], m
END
expect 0 '' "$sonde" analyze "$tmp/m.csv" --changed --from 2026-11-22T10:40:00 --to 2026-11-22T10:42:00
says 'What changed from 2026-11-22T10:40:00.000Z to 2026-11-22T10:42:00.000Z UTC,*against the 10 min before*'
says '*cpu.util 4.9? % to 80.? %*'
expect 0 '' "$sonde" analyze "$tmp/m.csv" --changed --from 2026-11-22T10:35:00 --to 2026-11-22T10:38:00
says 'Nothing changed that matters*'
expect 1 '*the time before the window needs at least 8 samples, has 2*' \
    "$sonde" analyze "$tmp/m.csv" --changed --from 2026-11-22T10:30:02
expect 2 '*--changed needs --from*' "$sonde" analyze "$tmp/m.csv" --changed
expect 2 '*' "$sonde" check --changed
echo "$cases cases"
