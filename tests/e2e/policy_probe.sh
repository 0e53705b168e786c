# `sonde policy probe`: which knobs there are, as a table and as JSON, of this machine and of a recorded one; it writes
# nothing, which is traced.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
export XDG_CONFIG_HOME="$tmp/config"

expect 0 '' "$sonde" policy probe
says '*environment *may we*omp.wait *process*autogroup*system*vm.swappiness*Nothing was written.*'
awk 'length > 100 { exit 1 }' "$tmp/out" || fail "a line is wider than 100 columns"

expect 0 '' "$sonde" policy probe --json
python3 - "$tmp/out" <<'EOF' || fail "the JSON is not what it should be"
import json, sys
told = json.load(open(sys.argv[1]))
rows = told["probed"]
assert told["knobs"] == len({r["knob"] for r in rows}) > 60
assert told["here"] == len({r["knob"] for r in rows if r["exists"]})
assert told["writable"] == len({r["knob"] for r in rows if r["writable"]})
assert {r["class"] for r in rows} >= {"environment", "process", "group", "system"}
for r in rows:
    assert r["exists"] or (r["why"] and not r["writable"] and not r["readable"]), r
    assert r["writable"] or not r["exists"] or r["why"], r
nice = [r for r in rows if r["knob"] == "nice"]
assert len(nice) == 1 and nice[0]["min"] == -15 and nice[0]["max"] == 19 and nice[0]["current"] is not None
EOF

# What is set already is seen.
OMP_WAIT_POLICY=passive expect 0 '' "$sonde" policy probe omp.wait
says '*omp.wait *passive*how its threads wait*'

# A machine that was recorded: its clocks, and who turns them.
policy=$tmp/machine/sys/devices/system/cpu/cpufreq/policy0
mkdir -p "$policy" "$tmp/machine/proc/700"
echo powersave >"$policy/scaling_governor"
echo 'performance powersave' >"$policy/scaling_available_governors"
echo tuned >"$tmp/machine/proc/700/comm"
expect 0 '' "$sonde" policy probe --root "$tmp/machine" 'cpufreq.*'
says '*cpufreq.governor@policy0 *powersave *yes *tuned turns it here*not here: cpufreq.epp, *and 1 are somebody*'
expect 0 '' "$sonde" policy probe --root "$tmp/machine" cpufreq.governor --json
says '*"owner": "tuned"*'

expect 2 '*no knob is called "autogruop"; did you mean autogroup?*' "$sonde" policy probe autogruop
expect 1 '*cannot be opened*' "$sonde" policy probe --root "$tmp/none"

# Nothing is opened for writing, and nothing is set of any task.
calls=openat,open,creat,mkdir,mkdirat,rmdir,unlink,unlinkat,rename,renameat2,setsid,setpriority,sched_setattr
calls=$calls,sched_setaffinity,sched_setscheduler,ioprio_set,prlimit64,prctl
traced=', untraced: no strace here'
if strace -f -o "$tmp/trace" -e trace=$calls "$sonde" policy probe >/dev/null 2>&1; then
    grep -q 'openat.*swappiness.*O_RDONLY' "$tmp/trace" || fail "the trace does not show what was read"
    if grep -E 'O_WRONLY|O_RDWR|O_CREAT|^[0-9]+ +(creat|mkdir|rmdir|unlink|rename|set|sched_set|ioprio_set)|PR_SET_T' \
        "$tmp/trace" >"$tmp/written"; then
        fail "it writes: $(head -3 "$tmp/written")"
    fi
    traced=', traced'
fi
echo "$cases cases$traced"
