#!/bin/sh
# Ten weeks of a machine whose cooler fills with dust, and of one whose room warms: the report of the weeks and the
# answer to a question tell the first, and of the second that it is the room, or nothing.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
XDG_CONFIG_HOME=$tmp/config
export XDG_CONFIG_HOME

make() # FILE AGEING ROOM: degrees at the end
{
    /usr/bin/python3 - "$@" <<'END'
import random, sys, math, time
random.seed(7)
ageing, room = float(sys.argv[2]), float(sys.argv[3])
n, end = 70 * 144, int(time.time()) // 600 * 600 - 3600
with open(sys.argv[1], "w") as f:
    f.write("time,cpu.util,cpu.temp,sensor.temp{board/nct/SYSTIN},battery.wear{BAT0}\n")
    for i in range(n):
        t, hour = i / n, i % 144 / 144
        load = 12 + (35 * random.random() if 0.3 < hour < 0.8 else 0)
        around = 24 + room * t + math.sin(hour * 6.28)
        temp = around + 15 + (0.5 + ageing / 50 * t) * load + random.gauss(0, 0.5)
        board, wear = around + 8 + random.gauss(0, 0.3), 10 + random.gauss(0, 0.03)
        f.write(f"{end - (n - i) * 600},{load:.2f},{temp:.2f},{board:.2f},{wear:.2f}\n")
END
}
make "$tmp/dusty.csv" 12 0
"$sonde" import "$tmp/dusty.csv" --data "$tmp/dusty" >/dev/null 2>"$tmp/err" || fail "import: $(cat "$tmp/err")"
expect 0 '*' "$sonde" analyze --data "$tmp/dusty" --from '80 days ago' --json
/usr/bin/python3 - "$tmp/out" <<'END'
import json, sys
found = [i for i in json.load(open(sys.argv[1]))["insights"] if i["id"].startswith("ageing:")]
assert [i["id"] for i in found] == ["ageing:cpu.temp"], found
assert "hotter at" in found[0]["title"] and "than around" in found[0]["title"], found
assert len(found[0]["evidence"]) == 2 and "interval" in found[0]["evidence"][0], found
END
expect 0 '' "$sonde" ask --json --data "$tmp/dusty" 'is my machine ageing?'
says '*The processor is * C hotter at * load than around *'
expect 0 '*' "$sonde" analyze --data "$tmp/dusty" --from '10 days ago' --json
! grep -q '"ageing:' "$tmp/out" || fail "ten days are told to age"

make "$tmp/summer.csv" 0 9
"$sonde" import "$tmp/summer.csv" --data "$tmp/summer" >/dev/null 2>"$tmp/err" || fail "import: $(cat "$tmp/err")"
expect 0 '*' "$sonde" analyze --data "$tmp/summer" --from '80 days ago' --json
! grep -q '"ageing:' "$tmp/out" || fail "a summer is told to age"
expect 0 '' "$sonde" ask --json --data "$tmp/summer" 'is the computer aging'
says '*Nothing aged that can be seen*so did the sensors around it: the room, not the machine*'
echo "$cases cases"
