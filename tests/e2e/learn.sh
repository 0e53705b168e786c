#!/bin/sh
# Learning by trials: a program whose number a variable decides, so that a knob truly wins; useless arms, a program that
# fails, that is noisy, that is stopped; what is kept, listed, found again, written for others, forgotten.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
export XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/home"
unset OMP_WAIT_POLICY OMP_NUM_THREADS OMP_PROC_BIND
mkdir "$tmp/config"
data=$tmp/data

# runs: how often the program ran since it was asked last
runs()
{
    wc -l <"$tmp/ran" 2>/dev/null || echo 0
    rm -f "$tmp/ran"
}

# program NAME, its lines on standard input
program()
{
    { printf '#!/bin/sh\necho x >>"%s/ran"\nn=$(wc -l <"%s/ran")\n' "$tmp" "$tmp"; cat; } >"$tmp/$1"
    chmod 755 "$tmp/$1"
}
program waits <<'PROG'
base=1000
[ "${OMP_WAIT_POLICY:-}" != passive ] || base=600
echo "p50=9"
echo "p99=$((base + n * 37 % 20)) us"
PROG
program same <<'PROG'
echo "p99=$((1000 + n * 37 % 20)) us"
PROG
program fails <<'PROG'
echo "the disk is on fire" >&2
exit 3
PROG
program noisy <<'PROG'
v=1
i=$((n * 7919 % 7))
while [ $i -gt 0 ]; do v=$((v * 9)); i=$((i - 1)); done
echo "p99=$v us"
PROG
program picky <<'PROG'
[ "${OMP_NUM_THREADS:-}" != 1 ] || { echo "cannot run with one thread" >&2; exit 1; }
v=1000
[ "${OMP_WAIT_POLICY:-}" != passive ] || v=500
echo "p99=$((v + n % 7))"
PROG
metric='stdout:p99=([0-9]+)'
learn()
{
    "$sonde" policy learn --intent throughput --max-regret 1000 --seed 1 --data "$data" "$@"
}

# What is wrong is said before anything runs.
expect 2 '*which goal?*' "$sonde" policy learn -- "$tmp/waits"
expect 2 '*which program?*' "$sonde" policy learn --intent latency
expect 2 '*no extended regular expression*' learn -m 'stdout:p99=([0-9' -- "$tmp/waits"
expect 2 '*has no group that is the number*' learn -m 'stdout:p99=[0-9]+' -- "$tmp/waits"
expect 2 '*is no metric*' learn -m p99 -- "$tmp/waits"
expect 2 '*--budget: *' learn --budget 5 -- "$tmp/waits"
expect 1 '*the program*none*' learn -- "$tmp/none"
[ ! -e "$tmp/ran" ] || fail "it ran before all was well"

# Said, and neither run nor written.
expect 0 '' learn --dry-run -m "$metric" -- "$tmp/waits"
says '*omp.wait=passive*runs the program up to 98 times: 6 *24 (up to 72 *) *20 *slower*'
[ ! -e "$tmp/ran" ] && [ ! -e "$data" ] || fail "--dry-run ran or wrote"

# A knob that decides is found, with exactly as many runs as were announced at most.
expect 0 '' learn -m "$metric" -- "$tmp/waits"
says '*  1  same*default*So it takes about*search*behind the others*pairs*won 10 of 10*'
says '*Accepted: omp.wait=passive: 10 of 10 pairs won, 1.6* times better*'
n=$(runs)
[ "$n" -eq 50 ] || fail "$n runs, and not 50"

# By its content, not its name; as one object.
cp "$tmp/waits" "$tmp/copy"
expect 0 '' learn -m "$metric" --json --pairs 7 --budget 30 -- "$tmp/copy" some arguments
python3 - "$tmp/out" "$(runs)" <<'PY'
import json, sys
a = json.load(open(sys.argv[1]))
assert a["verdict"] == "accepted" and a["arm"] == "omp.wait=passive", a
assert a["won"] == 7 and a["pairs"] == 7 and 1.5 < a["lo"] <= a["ratio"] <= a["hi"] < 1.9, a
assert len(a["trials"]) == int(sys.argv[2]) <= a["runs_at_most"] == 50, a
assert [t["phase"] for t in a["trials"]].count("pairs") == 14 and a["class"] == "shell", a
assert a["trials"][0]["arm"] == "" and 1000 <= a["trials"][0]["value"] < 1020, a
PY
expect 0 '' "$sonde" policy learn --list --json --data "$data"
python3 - "$tmp/out" <<'PY'
import json, sys
a = json.load(open(sys.argv[1]))
assert [p["number"] for p in a] == [2, 1] and all(p["state"] == "learned" for p in a), a
assert a[0]["workload"] == a[1]["workload"] and a[0]["arm"] == "omp.wait=passive", a
assert [p["name"] for p in a] == ["copy", "waits"], a
PY

# Nothing to win: default is kept, and that is kept as well.
expect 0 '' learn -m "$metric" -- "$tmp/same"
says '*Default: no arm was more than 5 % better*'
runs >/dev/null

# Larger is better: what halves the number is none.
expect 0 '' learn -m "max:$metric" -- "$tmp/waits"
says '*Default: no arm was more than 5 % better*'
runs >/dev/null

# A number of another command.
cat >"$tmp/writes" <<PROG
[ "\${OMP_WAIT_POLICY:-}" = passive ] && echo "took 5 s" >"$tmp/last" || echo "took 9 s" >"$tmp/last"
PROG
expect 0 '' learn -m "command:tail -1 '$tmp/last'" -- sh "$tmp/writes"
says '*Accepted: omp.wait=passive*1.8*'

# Where default fails there is nothing to compare with; an arm that fails is out.
expect 1 '*fails: its status is 3: the disk is on fire*' learn -- "$tmp/fails"
[ "$(runs)" -eq 1 ] || fail "a program that fails was run again"
expect 1 '*p98*is not in what it printed*' learn -m 'stdout:p98=([0-9]+)' -- "$tmp/waits"
runs >/dev/null
expect 0 '' learn -m "$metric" -- "$tmp/picky"
says '*omp.threads=1 * failed: its status is 1: cannot run with one thread; out*Accepted: omp.wait=passive*'
runs >/dev/null

# So noisy that nothing could be shown: told after the search, without pairs.
expect 0 '' learn -m "$metric" -- "$tmp/noisy"
says '*Default: too noisy*'
[ "$(runs)" -le 30 ] || fail "it went on though it was too noisy"

# An arm that takes too long is ended, with all that it started.
cat >"$tmp/slow" <<PROG
#!/bin/sh
echo x >>"$tmp/ran"
[ "\${OMP_NUM_THREADS:-}" != 1 ] || { sleep 97.531; echo; }
sleep 0.1
echo p99=100
PROG
chmod 755 "$tmp/slow"
expect 0 '' learn -m "$metric" -- "$tmp/slow"
says '*omp.threads=1 * ended after *3 times default*'
! ps -e -o args= | grep -q '[s]leep 97.531' || fail "what an ended run started still runs"
runs >/dev/null

# Ctrl-C keeps what was measured, and nothing is used of it.
cat >"$tmp/long" <<PROG
#!/bin/sh
echo x >>"$tmp/ran"
sleep 0.2
PROG
chmod 755 "$tmp/long"
before=$("$sonde" policy learn --list --data "$data" --json | grep -o '"number"' | wc -l)
"$sonde" policy learn -i throughput --data "$data" -- "$tmp/long" >"$tmp/out" 2>"$tmp/err" &
pid=$! background="$background $pid"
for _ in $(seq 100); do
    [ "$(wc -l 2>/dev/null <"$tmp/ran" || echo 0)" -lt 4 ] || break
    sleep 0.1
done
kill -TERM $pid
rc=0
wait $pid || rc=$?
[ $rc -eq 3 ] || fail "stopped it ends with $rc: $(cat "$tmp/out" "$tmp/err")"
says '*stopped after * runs; what was measured is kept*'
after=$("$sonde" policy learn --list --data "$data" --json | grep -o '"number"' | wc -l)
[ "$after" -eq $((before + 1)) ] || fail "what was measured is not kept"
expect 0 '' "$sonde" policy learn --list --data "$data"
says '*throughput long (shell)*stopped*waits (shell)*learned: omp.wait=passive*'

# For others: a line each, no name, path, argument or expression of anybody.
expect 0 '' "$sonde" policy learn --export "$tmp/effects" --data "$data"
python3 - "$tmp/effects" "$tmp" <<'PY'
import json, sys
text = open(sys.argv[1]).read()
rows = [json.loads(line) for line in text.splitlines()]
assert len(rows) >= 5 and all(r["schema"] == 1 and r["goal"] == "throughput" for r in rows), rows
assert {r["verdict"] for r in rows} == {"learned", "default"}, rows
assert rows[-1]["knobs"] == {"omp.wait": "passive"} and rows[-1]["effect"]["won"] == 10, rows
assert {r["metric"] for r in rows} <= {"wall", "stdout", "max:stdout", "command"}, rows
assert set(rows[0]) == {"schema", "hardware", "workload", "goal", "metric", "verdict", "knobs", "effect", "contention",
                        "day", "version"}, rows
for word in [sys.argv[2], "waits", "p99", "tail"]:
    assert word not in text, word
PY

expect 0 '' "$sonde" policy learn --forget 1 --data "$data"
expect 1 '*nothing was learned under the number 1*' "$sonde" policy learn --forget 1 --data "$data"
expect 0 '' "$sonde" policy learn --list --data "$tmp/other"
says 'Nothing was learned here yet*'
[ ! -e "$tmp/other" ] && [ ! -e "$tmp/home" ] || fail "looking made a directory"
echo "$cases cases: found, kept default, failed, noisy, ended, stopped, told"
