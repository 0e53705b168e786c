#!/bin/sh
# `sonde policy bench`: what each load says, the shape of what is told, and that nothing of it is left, however it ends.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde load=$1/sonde-load openmp=$1/sonde-load-openmp
export XDG_CONFIG_HOME="$tmp/config" TMPDIR="$tmp"

# has FILE KEY...: one line of JSON with these keys, all of them numbers or texts
has()
{
    python3 - "$@" <<'PY'
import json, sys
line = open(sys.argv[1]).read()
assert line.count("\n") == 1, line
said = json.loads(line)
for key in sys.argv[2:]:
    assert isinstance(said[key], (int, float, str)), (key, said)
PY
}

# mine: processes that were started with the mark of this script
mine()
{
    grep -lzs "^SONDE_BENCH_MARK=$tmp\$" /proc/[0-9]*/environ || :
}

gone()
{
    for _ in $(seq 100); do
        [ -n "$(mine)" ] || return 0
        sleep 0.1
    done
    fail "left behind: $(for e in $(mine); do tr '\0' ' ' <"${e%environ}cmdline"; echo; done)"
}

# ---- the loads ----

expect 0 '' "$load" poll --processes 3 --seconds 0.2 --json
has "$tmp/out" polls poll_ms cpu_s
expect 0 '' "$load" table --mib 2 --updates 1e5 --json
has "$tmp/out" wall_s user_s system_s faults
expect 0 '' "$load" hog --processes 2 --seconds 0.1
says 'load         hog
processes    2
cpu_s *'
if [ -x "$openmp" ]; then
    expect 0 '' "$openmp" barrier --steps 20 --json
    has "$tmp/out" wall_s cpu_s threads
    for n in 1 1 3; do
        OMP_NUM_THREADS=$n "$openmp" reduce --terms 1e5 --json |
            sed 's/.*"bits":"\([0-9a-f]*\)".*"threads":\([0-9]*\).*/\1 \2/'
    done >"$tmp/bits"
    [ "$(sed -n 1p "$tmp/bits")" = "$(sed -n 2p "$tmp/bits")" ] || fail "one thread gives two results: $(cat "$tmp/bits")"
    grep -q '^41[0-9a-f]* 3$' "$tmp/bits" || fail "not with three threads: $(cat "$tmp/bits")"
fi
expect 0 '' "$load" --help
says '*redis: *poll: *table: *hog: *'
expect 2 '*usage:*' "$load" nothing
expect 2 '*--seconds takes a number from 0.01 to 3600*' "$load" poll --seconds 0
expect 2 "*poll takes no '--mib'*" "$load" poll --mib 5

if command -v redis-server >/dev/null; then
    redis-server --save '' --appendonly no --port 0 --unixsocket "$tmp/redis" --dir "$tmp" >/dev/null &
    background="$background $!"
    expect 0 '' "$load" redis --socket "$tmp/redis" --rate 500 --seconds 0.3 --connections 3 --json
    has "$tmp/out" sent late lost errors fifo p50_us p99_us p999_us max_us
    grep -q '"sent":150,.*"lost":0,"errors":0,' "$tmp/out" || fail "redis: $(cat "$tmp/out")"
    kill $!
    expect 0 '' env TMPDIR="$tmp" "$load" redis --start --seconds 0.2 --json
    grep -q '"sent":400,.*"errors":0,.*"spread":[0-9]' "$tmp/out" || fail "redis of its own: $(cat "$tmp/out")"
    ! ls "$tmp" | grep -q sonde-load || fail "the server's folder is left"
    expect 1 '*a folder for the server in TMPDIR*' env TMPDIR="$tmp/nowhere" "$load" redis --start --seconds 0.2
fi

# ---- scenarios ----

expect 0 '' "$sonde" policy bench --list
says 'A1    redis*A4 *idle *'
expect 2 '*there is no scenario A12, perhaps A1*' "$sonde" policy bench A12
[ -z "$(ls "$tmp/sonde"* 2>/dev/null)" ] || fail "a folder is left"

SONDE_BENCH_MARK=$tmp "$sonde" policy bench A4 A1 --quick --json --against 'env A=1; nothing-here' \
    >"$tmp/out" 2>"$tmp/err" || fail "exit $?: $(cat "$tmp/err")"
gone
python3 - "$tmp/out" "$(command -v redis-server || :)" <<'PY'
import json, sys
said = json.load(open(sys.argv[1]))
assert said["quick"] and not said["stopped"] and said["met"] == said["missed"] == 0, said
assert said["machine"]["cpus"] >= 1, said["machine"]
a1, a4 = said["scenarios"]
assert (a1["scenario"], a4["scenario"]) == ("A1", "A4"), said
assert a4["rounds"] == 2 and a4["skipped"] is None, a4
arms = {a["name"]: a for a in a4["arms"]}
assert list(arms) == ["default", "power", "env A=1", "nothing-here"], arms
for name in "default", "power", "env A=1":
    metrics = {m["name"]: m for m in arms[name]["metrics"]}
    assert list(metrics) == ["interrupts", "per poll", "cpu"], metrics
    assert metrics["per poll"]["n"] == 2 and metrics["per poll"]["min"] >= 3, (name, metrics, a4["trials"])
    assert name == "default" or metrics["per poll"]["gain"]["pairs"] == 2, metrics
assert len(a4["trials"]) == 8 and sorted(t["round"] for t in a4["trials"]) == [0] * 4 + [1] * 4, a4["trials"]
failed = [t for t in a4["trials"] if t["failed"]]
assert len(failed) == 2 and all(t["arm"] == "nothing-here" and "nothing-here" in t["failed"] for t in failed), failed
assert [b["metric"] for b in a4["bars"]] == ["interrupts", "per poll"], a4["bars"]
assert all(b["met"] is None and b["got"] > 0 for b in a4["bars"]), a4["bars"]
if sys.argv[2]:
    [latency] = [a for a in a1["arms"] if a["name"] == "latency"]
    assert all(m["n"] == 2 and m["median"] > 0 for m in latency["metrics"][:3]), a1
else:
    assert "redis-server is not there" in a1["skipped"], a1
PY

# ---- ended early, and killed ----

begin() # OPTIONS...: in the background, and not before a load runs
{
    SONDE_BENCH_MARK=$tmp "$sonde" policy bench "$@" >"$tmp/out" 2>"$tmp/err" & pid=$! background="$background $!"
    for _ in $(seq 100); do
        ! mine | sed 's/environ$/cmdline/' | xargs cat 2>/dev/null | tr '\0' ' ' | grep -q 'sonde-load poll' || return 0
        sleep 0.1
    done
    fail "no load within ten seconds: $(cat "$tmp/err")"
}

begin A4 --json
kill -TERM $pid
rc=0
wait $pid || rc=$?
[ $rc -eq 1 ] || fail "exit $rc after a signal in the first trial: $(cat "$tmp/err")"
gone
grep -q '"stopped":true,.*"scenario":"A4"' "$tmp/out" || fail "nothing is told: $(cat "$tmp/out")"
begin A4
kill -KILL $pid
wait $pid 2>/dev/null || :
gone
echo "$cases cases"
