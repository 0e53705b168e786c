# run.sh - a program under a policy: its status, signals and output are its own, what was set ends with it, and what
# only says what would be set writes nothing.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde

run()
{
    "$sonde" run --data "$tmp/data" "$@"
}

# ---- it is the program's ----

expect 7 '*' run --intent latency -- sh -c 'echo out; echo err >&2; exit 7'
says out
[ "$(grep -c '^sonde: ' "$tmp/err")" -ge 2 ] || fail "not told what was set: $(cat "$tmp/err")"
expect 0 'err' run --quiet -i latency sh -c 'echo err >&2' # options end at the program
expect 143 '*' run -i power -- sh -c 'kill -TERM $$'
expect 127 '*there-is-none cannot be started*' run -i latency -- there-is-none
expect 126 '*cannot be started*' run -i latency -- /etc/passwd
expect 126 '*Too many open files*' sh -c 'ulimit -n 4; exec "$@"' sh "$sonde" run --data "$tmp/data" --set nice=2 \
    -- true
(trap '' PIPE; run -q --set nice=1 -- grep SigIgn /proc/self/status) >"$tmp/out" 2>&1
says '*SigIgn:*1???' # who ignores it goes on to do so
printf 'x y\n' | run -q -i throughput cat >"$tmp/out"
says 'x y'
expect 0 '*' run -q -i throughput -- sh -c '[ "$1" = "a  b" ] && [ $# = 1 ]' sh 'a  b'

# ---- what is wrong is named ----

expect 2 '*which program*' run -i latency
expect 2 '*which goal*' run -- true
expect 2 '*latency*' run -i latencies -- true
expect 2 '*did you mean omp.wait*' run --set omp.wiat=passive -- true
expect 2 '*-15 to 19*' run --set nice=-19 -- true
expect 0 '*' run -q -i latency --strict -- true # what --system would allow was not asked for
expect 0 '*' run -q -i latency --set session=shared -- sh -c '[ $(cut -d" " -f6 /proc/$$/stat) != $$ ]'

expect 0 '*/none/report cannot be written*' run --report "$tmp/none/report" --set nice=1 -- touch "$tmp/ran"
[ -e "$tmp/ran" ] || fail 'a report that cannot be written stopped the program'

# ---- what is set ends with it ----

expect 0 '*' run -q --set 'omp.wait=passive nice=3 session=own' -- \
    sh -c '[ $OMP_WAIT_POLICY = passive ] && [ $(nice) = 3 ] && [ $(cut -d" " -f6 /proc/$$/stat) = $$ ]'
[ "$(nice)" = 0 ] || fail 'our own priority is not what it was'
OMP_NUM_THREADS=3 run -q -i precision -- sh -c '[ $OMP_NUM_THREADS = 3 ]' || fail 'a variable of the user was changed'

expect 0 '*' run --json -i precision --report "$tmp/report" -- true
/usr/bin/python3 - "$tmp/err" "$tmp/report" <<'PY'
import json, sys
said, kept = (json.load(open(name)) for name in sys.argv[1:])
assert said == kept
assert kept["intent"] == "precision" and kept["status"] == 0 and kept["wall_s"] > 0
step = {one["knob"]: one for one in kept["steps"]}
assert step["omp.threads"]["state"] == "done" and step["omp.threads"]["now"] == "1", step["omp.threads"]
assert all(one["why"] and one["reverts"] for one in kept["steps"])
assert "omp.threads=1" in kept["arm"] and kept["cost_factor"] >= 1
PY

# A class that can lock a machine up takes a word more.
expect 0 '*rt=rr:1 was not set*--rt*' run --set rt=rr:1 -- true
expect 1 '*--rt*' run --strict --set rt=rr:1 -- true
[ ! -e "$tmp/data" ] || fail 'a journal where nothing was set that outlives a program'

# ---- only said ----

command -v strace >/dev/null || skip 'strace is not here'
rm -rf "$tmp/data"
for line in 'run --dry-run -i latency -- touch X' 'policy explain -i power --system' \
    'run -n -i latency --json -- touch X'; do
    (cd "$tmp" && strace -f -qq -o trace -e trace=%file,write,fsync,fdatasync,setsid,setpriority,sched_setattr,prctl \
        "$sonde" $line >out 2>err) || fail "$line: $(cat "$tmp/err")"
    says '*timer.slack*'
    if grep -E 'O_(WRONLY|RDWR|CREAT)|mkdir|rename|unlink|sync|setsid|setpriority|sched_setattr|PR_SET_TIMERSLACK' \
        "$tmp/trace" | grep -v /dev/tty; then
        fail "$line: it writes"
    fi
    [ ! -e "$tmp/X" ] && [ ! -e "$tmp/data" ] || fail "$line: it ran or kept something"
done

# ---- with the rights of nobody ----

[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "$cases cases; not as another user"; exit 0; }
chmod 755 "$tmp"
expect 0 '*' setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$tmp/none" \
    "$sonde" run -i latency -- sh -c '[ $(cut -d" " -f6 /proc/$$/stat) = $$ ]'
case $(cat "$tmp/err") in
*session*left*) ;;
*) fail "nobody is not told what it takes: $(cat "$tmp/err")" ;;
esac
echo "$cases cases, nothing written where nothing is to be"
