#!/bin/sh
# What is around an anomaly outlives its age: two old hours, one of them analysed, under a recorder: around.sh BUILD_DIR
. "$(dirname "$0")/../lib.sh"
sonde=$1/sonde
export XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp/none"
python3 - "$tmp/step.csv" <<'END'
import random, sys, time
random.seed(1)
start = (int(time.time()) - 60 * 86400) // 3600 * 3600
with open(sys.argv[1], "w") as out:
    print("timestamp,cpu.util", file=out)
    for i in range(7200):
        print(f"{start + i},{(90 if 3600 <= i < 3700 else 5) + random.random() * 3:.2f}", file=out)
END
for dir in judged unseen; do
    "$sonde" import "$tmp/step.csv" --data "$tmp/$dir" --quiet >/dev/null || fail "import failed"
done
"$sonde" analyze last --data "$tmp/judged" >/dev/null || fail "analyze failed"
for dir in judged unseen; do
    "$sonde" record --data "$tmp/$dir" --duration 65 --quiet >/dev/null & # what is too old goes once a minute
    pids="${pids-} $!"
done
for pid in $pids; do
    wait "$pid" || fail "a recorder ended with $?"
done
left() { "$sonde" sessions export --from '70 days ago' --to '50 days ago' --data "$tmp/$1" 2>/dev/null | tail -n +2; }
[ -z "$(left unseen)" ] || fail "what nobody looked at is older than 30 days and still there"
left judged >"$tmp/left"
n=$(wc -l <"$tmp/left")
[ "$n" -ge 1300 ] && [ "$n" -le 2600 ] || fail "$n instants are left of ten minutes on both sides of 100 s"
grep -q ':00:00.000Z,9' "$tmp/left" || fail "the anomaly itself is gone"
echo "$n of 7200 instants are kept, those around the anomaly"
