#!/bin/sh
# Fix: remedies on processes of this script's own. What is set is really set, is judged by a measure, and is back when
# it did not help, when its time is over, and after a kill. Explaining writes nothing. No other process is touched.
. "$(dirname "$0")/../lib.sh"
sonde=$1/sonde
here=$(cd "$(dirname "$0")" && pwd)
export XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/home"
mkdir -p "$tmp/config" "$tmp/home"
[ -r /proc/self/schedstat ] || skip "this kernel does not say how long tasks wait"

# wait_for SECONDS COMMAND...
wait_for()
{
    tenths=$(($1 * 10))
    shift
    for _ in $(seq $tenths); do
        ! "$@" 2>/dev/null || return 0
        sleep 0.1
    done
    fail "not in time: $*: $(cat "$tmp"/*.err)"
}

# ---- what is wrong is said, and nothing happens ----

expect 2 '*no remedy for "nieghbour", perhaps it is neighbour*neighbour, swapping, writer*' "$sonde" fix nieghbour
expect 2 '*a recorded machine cannot be set*' "$sonde" fix neighbour --root "$here"
expect 2 '*--ttl*' "$sonde" fix poller --ttl 3w
expect 2 '*--pid*' "$sonde" fix poller --pid -4

# ---- loads of our own ----

# load NAME: reads its commands from standard input in a session of its own; its process is in $tmp/NAME.pid.
load()
{
    cat >"$tmp/$1.py"
    setsid python3 "$tmp/$1.py" 2>"$tmp/$1.err" &
    background="$background $!"
    wait_for 10 test -s "$tmp/$1.pid"
    wait_for 10 sh -c "kill -0 \$(head -1 '$tmp/$1.pid')"
}

# Whoever forks here ends with its parent, and in any case after two minutes.
head='import os, time, ctypes
end = time.monotonic() + 120
def child(work):
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(1, 9)
        while time.monotonic() < end: work()
        os._exit(0)
    return pid
def spin():
    for _ in range(10000): pass
def poll(): time.sleep(0.002)
def work():
    spin(); time.sleep(0.001)
def say(name, *pids):
    path = "'$tmp'/" + name
    open(path + ".part", "w").write("".join("%d\n" % p for p in pids))
    os.rename(path + ".part", path + ".pid")
'
printf '%s\nsay("poller", os.getpid(), child(poll), child(poll))\ntime.sleep(120)\n' "$head" | load poller
printf '%s\nsay("beside", os.getpid(), child(spin), child(work))\ntime.sleep(120)\n' "$head" | load beside
printf '%s\nsay("killed", os.getpid(), child(poll), child(poll))\ntime.sleep(120)\n' "$head" | load killed
printf '%s\nsay("left", os.getpid(), child(poll), child(poll))\ntime.sleep(120)\n' "$head" | load left
pid_of() # NAME LINE
{
    sed -n "$2p" "$tmp/$1.pid"
}
poller=$(pid_of poller 1) poll=$(pid_of poller 2) spin=$(pid_of beside 2)
killed=$(pid_of killed 1) killed_poll=$(pid_of killed 2) left=$(pid_of left 1) left_poll=$(pid_of left 2)
slack() # PID
{
    cat "/proc/$1/timerslack_ns"
}
is() # VALUE COMMAND...
{
    want=$1
    shift
    [ "$("$@")" = "$want" ]
}
scheduled() # PID: nice value and class
{
    ps -o ni=,cls= -p "$1" | tr -s ' ' | sed 's/^ //'
}

may_nice=
! grep -q '^CapEff:.*[89a-f]\{1\}.\{5\}$' /proc/self/status || may_nice=1 # bit 23: CAP_SYS_NICE
[ -n "$may_nice" ] || skip "the timer slack of another process takes CAP_SYS_NICE"
before=$(slack "$poll")

# ---- explained, and nothing written ----

if command -v strace >/dev/null && strace -o "$tmp/probe" true 2>/dev/null; then
    strace -f -qq -o "$tmp/calls" \
        -e trace=%file,write,fsync,setpriority,sched_setattr,sched_setscheduler,prctl,ioprio_set,mkdir,rename,unlink \
        "$sonde" fix poller --pid "$poller" --dry-run --data "$tmp/dry" >"$tmp/out" 2>"$tmp/err" ||
        fail "dry run: $(cat "$tmp/err")"
    says "*timer.slack of process $poll: $before, shall be 10000000*undone*"
    changes='O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|fsync|^[0-9]+ +(mkdir|rename|unlink|setpriority|sched_set|ioprio_set)'
    ! grep -E "$changes|PR_SET_TIMERSLACK" "$tmp/calls" | grep -v '/dev/null' >"$tmp/wrote" ||
        fail "a dry run writes: $(cat "$tmp/wrote")"
    ! grep -E 'write\([^12]' "$tmp/calls" >"$tmp/wrote" || fail "a dry run writes: $(cat "$tmp/wrote")"
    [ ! -e "$tmp/dry" ] || fail "a dry run made a folder"
fi

# ---- all at the same time, for each takes three quarters of a minute ----

run() # NAME ARGUMENTS...: in the background, its exit status in $tmp/NAME.rc
{
    name=$1
    shift
    {
        rc=0
        "$sonde" fix "$@" --data "$tmp/data" >"$tmp/$name.out" 2>"$tmp/$name.err" </dev/null || rc=$?
        echo $rc >"$tmp/$name.rc"
    } &
    background="$background $!"
}
run tried poller --pid "$poller" --yes --ttl 4 --json
run lowered neighbour --pid "$spin" --yes --ttl 1 --json
run asked poller --pid "$poller"
run list --json
"$sonde" fix poller --pid "$killed" --yes --data "$tmp/data" >"$tmp/killed.out" 2>"$tmp/killed.err" & asker=$!
"$sonde" fix poller --pid "$left" --yes --data "$tmp/left" >"$tmp/left.out" 2>"$tmp/left.err" & leaver=$!
background="$background $asker $leaver"

# Nobody can be asked.
wait_for 60 test -s "$tmp/asked.rc"
[ "$(cat "$tmp/asked.rc")" = 2 ] || fail "asked: $(cat "$tmp/asked.rc")"
grep -q 'nothing was set: here nobody can be asked; --yes tries it' "$tmp/asked.err" ||
    fail "asked: $(cat "$tmp/asked.err")"

# Another user's.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 755 "$tmp"
    expect 1 '*nothing was set*' setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
        "$sonde" fix poller --pid "$killed" --yes --data "$tmp/nobody"
    [ ! -e "$tmp/nobody" ] || fail "a journal of nothing"
fi

# Who asked is killed: the owner sets it back by itself.
wait_for 60 is 10000000 slack "$left_poll"
kill -9 $leaver
wait_for 20 is "$before" slack "$left_poll"

# The owner is killed while it is set: whatever command comes next sets it back, and nothing of those that live.
wait_for 60 is 10000000 slack "$killed_poll"
owner=$(pgrep -P $asker)
kill -9 "$owner"
is 10000000 slack "$killed_poll" || fail "it was not set any more"
wait $asker && fail "its owner was killed, and it says that all is well" || :
grep -q 'the next command of Sonde sets back' "$tmp/killed.err" || fail "killed: $(cat "$tmp/killed.err")"
"$sonde" policy status --data "$tmp/data" >"$tmp/out" 2>"$tmp/status.err" || fail "status: $(cat "$tmp/status.err")"
is "$before" slack "$killed_poll" || fail "not set back after a kill: $(slack "$killed_poll")"

# Really set, by their own values.
wait_for 60 is 10000000 slack "$poll"
set_or_judged()
{
    is '19 B' scheduled "$spin" || [ -s "$tmp/lowered.rc" ]
}
wait_for 60 set_or_judged

# Judged with figures, and back.
for name in tried lowered list; do
    wait_for 90 test -s "$tmp/$name.rc"
done
python3 - "$tmp" <<'PY'
import json, sys
tmp = sys.argv[1]
rc = lambda name: int(open(f"{tmp}/{name}.rc").read())
told = lambda name: json.load(open(f"{tmp}/{name}.out"))
for name, knobs in ("tried", {"timer.slack"}), ("lowered", {"nice", "sched"}):
    t = told(name)
    assert t["outcome"] in ("kept", "reverted") and rc(name) == (0 if t["outcome"] == "kept" else 3), t
    assert {s["knob"] for s in t["steps"]} == knobs and all(s["state"] == "done" for s in t["steps"]), t
    assert len(t["measure"]["before"]) == len(t["measure"]["after"]) == 4, t
    e = t["effect"]
    assert e["before"] is not None and e["after"] is not None and len(e["interval"]) == 2, t
    if t["outcome"] == "kept":
        better = e["change"] > 0 if t["measure"]["higher_is_better"] else e["change"] < 0
        assert better and abs(e["change"]) >= 0.1 and t["until"], t
    else:
        assert t["reason"] and t["until"] is None, t
    assert t["transaction"].startswith("p2"), t
t = told("list")
assert rc("list") == 0 and t["source"] in ("archive", "look"), t
assert all(f["remedy"] and f["title"] and f["number"] == i + 1 for i, f in enumerate(t["findings"])), t
PY
wait_for 60 is "$before" slack "$poll" # when its time is over
wait_for 60 is '0 TS' scheduled "$spin"
expect 0 '' "$sonde" policy status --data "$tmp/data" --json
python3 -c 'import json, sys; t = json.load(open(sys.argv[1])); assert not t["transactions"], t' "$tmp/out"

python3 - "$tmp" <<'PY'
import json, sys
told = [json.load(open(f"{sys.argv[1]}/{name}.out")) for name in ("tried", "lowered")]
print(", ".join(f"{t['remedy']} {t['outcome']} ({t['effect']['change']:+.0%})" for t in told), "and back after kills")
PY
