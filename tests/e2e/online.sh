#!/bin/sh
# `sonde record` learns while it runs: a process that takes the processors is told while it does, by its name, in the
# events and the index; the next run goes on from what was learned; a damaged model is said once; and without
# learning there is none. On recorded machines, which go as fast as they are read.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde data=$tmp/data

# Thousands of small files: in memory, where that is possible.
machines=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$tmp" "$machines"' EXIT

# found SESSION: how many anomalies it has that the index says are of the CPU and begin with it, by hog
found()
{
    /usr/bin/python3 - "$data/index.db" "$1" <<'END'
import json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(
    "select area, summary, causes, a.end_ms - a.time_ms from anomalies a join sessions s on s.n = a.session "
    "where s.id = ? order by time_ms", (sys.argv[2],)).fetchall()
good = 0
for area, summary, causes, lasted in rows:
    cause = json.loads(causes)[0]
    good += area == "cpu" and cause["metric"] == "cpu.util" and ", by hog (pid 77)" in summary and lasted < 60000
    assert cause["usual"][0] <= cause["expected"] <= cause["usual"][1], cause
print(good, len(rows))
END
}

# A kind of work of one's own, as a recorded machine says little of others.
export XDG_CONFIG_HOME="$tmp/config"
mkdir -p "$tmp/config/sonde/categories"
printf 'name: resting\nhelp: nearly nothing\nevidence:\n  - [cpu.util, below, 20, 1]\n' \
    >"$tmp/config/sonde/categories/resting.yaml"
printf 'session_classification: { categories: [gaming] }\n' >"$tmp/kinds.yaml"

begin=1767600000000
/usr/bin/python3 "$(dirname "$0")/busy_machine.py" "$machines/first" $begin 960 900 920 1
"$sonde" record --root "$machines/first" --data "$data" --config "$tmp/kinds.yaml" >"$tmp/out" 2>"$tmp/err" ||
    fail "exit $?: $(cat "$tmp/err")"
[ "$(grep -c -x -e '1 anomaly was found\.' -e 'The kind of work, most of the time: resting\.' "$tmp/out")" = 2 ] ||
    fail "at the end: $(cat "$tmp/out")"
session=$(sed -n 's/.* as \(session_[0-9_]*\)$/\1/p' "$tmp/out")
[ "$(found "$session")" = "1 1" ] || fail "of one incident: $(found "$session")"
"$sonde" sessions list --workload resting --data "$data" >"$tmp/out" || fail "list: exit $?"
grep -q "20260105_080000" "$tmp/out" || fail "no kind of work is kept: $(cat "$tmp/out")"
events=$("$sonde" analyze "$session" --data "$data" --json | grep -A4 '"kind": "anomaly"' | grep -c '"severity"')
[ "$events" = 2 ] || fail "$events events instead of a beginning and an end"
kinds=$("$sonde" sessions show "$session" --data "$data" --json | grep -o '"text": "now [a-z]*' | tr '\n' ' ')
case $kinds in
*'"text": "now resting '*) ;;
*) fail "kinds of work: $kinds" ;;
esac
[ -s "$data/models/detector" ] || fail "nothing was kept"
first=$session

# The machine starts again an hour later: nothing to tell but the second incident, soon after the start.
/usr/bin/python3 "$(dirname "$0")/busy_machine.py" "$machines/second" $((begin + 4500000)) 140 100 120 2
"$sonde" record --root "$machines/second" --data "$data" >"$tmp/out" 2>"$tmp/err" || fail "exit $?: $(cat "$tmp/err")"
! grep -q 'learning starts anew' "$tmp/err" || fail "it did not go on: $(cat "$tmp/err")"
session=$(sed -n 's/.* as \(session_[0-9_]*\)$/\1/p' "$tmp/out")
[ "$(found "$session")" = "1 1" ] || fail "after a restart: $(found "$session")"

# The same state has the same number and name in both.
for of in $first $session; do
    "$sonde" analyze "$of" --data "$data" --json >"$tmp/$of.json" || fail "analyze $of: exit $?"
done
/usr/bin/python3 - "$tmp/$first.json" "$tmp/$session.json" <<'END' || fail "states are others after a restart"
import json, sys
a, b = ({s["name"]: s["id"] for s in json.load(open(f))["states"]["items"]} for f in sys.argv[1:])
assert a and b and min(a.values()) >= 1 and len(set(a.values())) == len(a), (a, b)
name = lambda s: s.replace("steady, ", "")
a, b = ({name(n): i for n, i in x.items()} for x in (a, b))
assert a.keys() & b.keys() and all(a[n] == b[n] for n in a.keys() & b.keys()), (a, b)
assert len(set(a.values()) | set(b.values())) == len(a.keys() | b.keys()), (a, b)
END

# A damaged model.
printf x | dd of="$data/models/detector" bs=1 seek=200 conv=notrunc 2>/dev/null
"$sonde" record --root "$machines/second" --data "$data" >"$tmp/out" 2>"$tmp/err" || fail "damaged: exit $?"
[ "$(grep -c 'damaged or of another version; learning starts anew' "$tmp/err")" = 1 ] || fail "said: $(cat "$tmp/err")"

# Without learning.
printf 'learning:\n  enabled: false\n' >"$tmp/off.yaml"
data=$tmp/other
"$sonde" record --root "$machines/first" --data "$data" --config "$tmp/off.yaml" >"$tmp/out" 2>&1 || fail "off: exit $?"
session=$(sed -n 's/.* as \(session_[0-9_]*\)$/\1/p' "$tmp/out")
[ "$(found "$session")" = "0 0" ] && [ ! -e "$data/models/detector" ] || fail "off, and learning all the same"
echo "two incidents found by cpu.util and the process, none other in $((960 + 140)) rows"
