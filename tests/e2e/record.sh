#!/bin/sh
# `sonde record`: what it samples is there after SIGTERM and after kill -9; one recorder a directory; SIGHUP reloads;
# a service manager hears what it should; the self-test tells good from bad.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
sonde=$1/sonde
data=$tmp/data

# waits FILE PATTERN WHAT: within 10 s.
waits()
{
    for _ in $(seq 100); do
        ! grep -q -- "$2" "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    fail "$3: no '$2' in: $(cat "$1")"
}

# ---- a service manager ----

for address in "$tmp/notify" "@sonde-test-$$"; do
    python3 "$here/notify.py" "$address" 40 >"$tmp/heard" &
    listener=$! background="$background $!"
    waits "$tmp/heard" listening 'the listener'
    printf 'logging:\n  delta_threshold_percent: 2\n' >"$tmp/conf.yaml"
    NOTIFY_SOCKET=$address WATCHDOG_USEC=2000000 "$sonde" record --data "$data" -i 0.2 --config "$tmp/conf.yaml" \
        --verbose >"$tmp/out" 2>"$tmp/err" &
    pid=$! background="$background $!"
    waits "$tmp/heard" READY=1 'ready'
    rc=0
    "$sonde" record --data "$data" >"$tmp/second" 2>&1 || rc=$?
    [ $rc = 1 ] && grep -q "process $pid records in $data already; stop it, or .*--data" "$tmp/second" ||
        fail "a second one: exit $rc: $(cat "$tmp/second")"
    printf 'logging:\n  delta_threshold_percent: 5\ngeneral:\n  logging_interval: 3\n' >"$tmp/conf.yaml"
    kill -HUP $pid
    waits "$tmp/heard" 'RELOADING=1 MONOTONIC_USEC=[0-9]' 'reload'
    waits "$tmp/err" 'general.logging_interval changed, and is used from the next start' 'what cannot change is said'
    waits "$tmp/err" 'read again: 2 changes' 'reload'
    printf 'logging:\n  delta_threshold: 5\n' >"$tmp/conf.yaml"
    kill -HUP $pid
    waits "$tmp/err" 'the configuration has errors and stays as it was' 'a bad file'
    sleep 4
    kill -0 $pid || fail "SIGHUP ended it: $(cat "$tmp/err")"
    kill -TERM $pid
    rc=0
    wait $pid || rc=$?
    [ $rc = 0 ] || fail "SIGTERM: exit $rc: $(cat "$tmp/err")"
    wait $listener
    python3 - "$tmp/heard" <<'END'
import sys
heard = [line.split(None, 1) for line in open(sys.argv[1])][1:]
words = [text.split("=")[0] for _, text in heard]
assert words[0] == "READY" and words[-1] == "STOPPING", words
assert words.count("RELOADING") == 2 and words.count("READY") == 3, words
at = [float(when) for when, text in heard if text.startswith("WATCHDOG=1")]
assert len(at) >= 4, at
assert max(b - a for a, b in zip(at, at[1:])) < 2, "later than the watchdog allows: " + str(at)
END
done

# A recorder that no longer samples no longer says that it is alive.
python3 "$here/notify.py" "$tmp/notify2" 9 >"$tmp/heard" &
listener=$! background="$background $!"
waits "$tmp/heard" listening 'the listener'
NOTIFY_SOCKET=$tmp/notify2 WATCHDOG_USEC=2000000 "$sonde" record --data "$data" -i 0.2 --quiet >/dev/null 2>&1 &
pid=$! background="$background $!"
waits "$tmp/heard" WATCHDOG=1 'watchdog'
kill -STOP $pid
sleep 0.5
n=$(grep -c WATCHDOG=1 "$tmp/heard")
sleep 2.5
[ "$(grep -c WATCHDOG=1 "$tmp/heard")" = "$n" ] || fail 'stopped, and alive by its word'
kill -KILL $pid
wait $pid 2>/dev/null || :
wait $listener

# ---- what was recorded ----

# The next start finishes what the killed one left, and says how long nothing was recorded.
sleep 1
"$sonde" record --data "$data" -i 0.2 -d 3 --json >"$tmp/lines" 2>"$tmp/err" || fail "after a kill: exit $?: $(cat "$tmp/err")"
"$sonde" sessions list --data "$data" --json >"$tmp/sessions" || fail "sessions: exit $?"
"$sonde" analyze last --data "$data" --json >"$tmp/report" || fail "analyze last: exit $?"
python3 - "$tmp" <<'END'
import json, sys
tmp = sys.argv[1]
lines = [json.loads(line) for line in open(f"{tmp}/lines")]
assert [line["state"] for line in lines] == ["recording", "ended"], lines
end = lines[-1]
assert lines[0]["cpu_percent"] is None and "only begun" in lines[0]["cpu_percent_reason"], lines[0]
assert 0 < end["cpu_percent"] < 100 and "cpu_percent_reason" not in end, end
assert 2 <= end["samples"] <= 15 and end["dropped"] == 0 and end["error"] is None and end["used_bytes"] > 0, end
sessions = json.load(open(f"{tmp}/sessions"))
by_id = {s["id"]: s for s in sessions}
assert len(by_id) == 4, by_id
states = sorted(s["state"] for s in sessions)
assert states == ["crashed", "ended", "ended", "ended"], states
assert by_id[end["session"]]["samples"] == end["samples"], by_id[end["session"]]
report = json.load(open(f"{tmp}/report"))["session"]
held_up = sum(1 for e in report["events"] if e["kind"] == "gap" and e["source"] == "sampler")
# What comes soon after a late one is left out.
assert end["samples"] - held_up <= report["samples"] <= end["samples"], report
assert end["session"] in report["origin"], report
gaps = [e for e in report["events"] if e["kind"] == "gap" and e["source"] == "recorder"]
assert len(gaps) == 1 and "the recorder did not run" in gaps[0]["text"], report["events"]
END

# ---- the minutes before now ----

data=$tmp/flown
expect 0 '' "$sonde" sessions flight --data "$data"
says "No flight recording is in $data/flight."*
expect 1 '*no recorder runs in*' "$sonde" sessions flight the screen froze --data "$data"
expect 2 '*WHY is a text*' "$sonde" sessions flight '' --data "$data"
"$sonde" record --data "$data" -i 0.2 >"$tmp/lines" 2>"$tmp/said" &
pid=$! background="$background $!"
waits "$tmp/lines" Recording 'a recorder'
expect 0 '' "$sonde" sessions flight the screen froze --data "$data"
says "The minutes before now are kept in $data/flight/*.flight*sonde top --replay *"
expect 0 '' "$sonde" sessions flight again --data "$data" --json
says '{"asked":true,"directory":"*/flown/flight","file":*}'
kill -USR1 $pid
for _ in $(seq 50); do
    ! grep -qs 'asked for: SIGUSR1' "$data"/flight/*.txt || break
    sleep 0.1
done
kill -0 $pid || fail "SIGUSR1 ended it: $(cat "$tmp/said")"
kill -TERM $pid
wait $pid || fail "with a flight recording: exit $?: $(cat "$tmp/said")"
expect 0 '' "$sonde" sessions flight --data "$data"
says '*asked for: the screen froze (and 2 more)*To play one: sonde top --replay *.flight'
expect 0 '' "$sonde" sessions flight --data "$data" --json
python3 - "$tmp/out" <<'END'
import json, os, sys
kept = json.load(open(sys.argv[1]))
assert len(kept) == 1 and kept[0]["bytes"] == os.path.getsize(kept[0]["file"]), kept
assert kept[0]["notes"] == ["asked for: the screen froze", "asked for: again", "asked for: SIGUSR1"], kept
END
"$sonde" top --replay "$(echo "$data"/flight/*.flight)" --once >"$tmp/out" || fail "it does not play: exit $?"

# ---- what is not kept, and where ----

# Without an archive there are CSV logs, and other commands see what is sampled; with neither nothing would be kept.
printf 'storage:\n  archive: false\n' >"$tmp/none.yaml"
expect 2 '*storage.archive is false and so is logging.csv*' "$sonde" record --data "$tmp/none" --config "$tmp/none.yaml"
printf 'logging:\n  csv: true\n' >>"$tmp/none.yaml"
"$sonde" record --data "$tmp/none" -i 0.2 --config "$tmp/none.yaml" >"$tmp/lines" 2>"$tmp/said" &
pid=$! background="$background $!"
waits "$tmp/lines" 'as CSV logs only' 'CSV only'
expect 0 '*' "$sonde" top --once --data "$tmp/none"
expect 1 '*a recorder runs in *--archive is not needed*' "$sonde" check -d 60 --archive --data "$tmp/none"
kill -TERM $pid
wait $pid || fail "CSV only: exit $?: $(cat "$tmp/said")"
grep -q 'Recorded [1-9][0-9]* samples in' "$tmp/lines" || fail "CSV only: $(cat "$tmp/lines")"
ls "$tmp"/none/csv/*.csv >"$tmp/out" || fail 'CSV only: no CSV'
[ -z "$(ls "$tmp/none/segments" "$tmp/none/journal" | grep -v ':$')" ] || fail 'CSV only, and an archive'

# The second recorder of a machine is found by its directory only, and says so.
SONDE_SOCKET=$tmp/public "$sonde" record --data "$tmp/one" >"$tmp/lines" 2>"$tmp/said" &
pid=$! background="$background $!"
waits "$tmp/lines" Recording 'a recorder'
expect 0 '*another recorder answers at *find this one with --data*' \
    env SONDE_SOCKET="$tmp/public" "$sonde" record --data "$tmp/two" -d 1 -i 0.5
kill -TERM $pid
wait $pid || fail "the first of two: exit $?: $(cat "$tmp/said")"

# A disk that refuses.
rc=0
(ulimit -f 60 && exec "$sonde" record --data "$tmp/full" -i 0.1 -d 6) >"$tmp/out" 2>"$tmp/err" || rc=$?
grep -q '^[1-9][0-9]* samples* could not be kept: ' "$tmp/out" && { [ $rc = 3 ] || [ $rc = 1 ]; } ||
    fail "files that cannot grow: exit $rc: $(cat "$tmp/out" "$tmp/err")"

# ---- the self-test ----

"$sonde" record --test --data "$tmp/not/yet" >"$tmp/out" 2>"$tmp/err" ||
    fail "--test: exit $?: $(cat "$tmp/out" "$tmp/err")"
grep -q '^ok  *archive  *[0-9]* values read back, 0 of them differ$' "$tmp/out" || fail "--test: $(cat "$tmp/out")"
grep -q '^ok  *directory  *.*/not/yet can be written$' "$tmp/out" || fail "--test: $(cat "$tmp/out")"
[ ! -e "$tmp/not" ] || fail '--test made the directory'
grep -q 's left' "$tmp/err" && fail "--test: a bar where no terminal is: $(cat "$tmp/err")"
rc=0
(ulimit -f 8 && python3 - "$sonde" >"$tmp/out" <<'END'
import os, pty, subprocess, sys
ours, theirs = pty.openpty() # standard error is a terminal: the bar is on it
test = subprocess.Popen([sys.argv[1], "record", "--test", "--data", "/dev/null/sonde"], stderr=theirs)
os.close(theirs)
said = b""
try:
    while piece := os.read(ours, 4096):
        said += piece
except OSError:
    pass
assert b" 50 %" in said and b"s left" in said, said
sys.exit(test.wait())
END
) || rc=$?
[ $rc = 1 ] && grep -q '^FAILS archive' "$tmp/out" && grep -q '^FAILS directory' "$tmp/out" ||
    fail "--test with files that cannot grow: exit $rc: $(cat "$tmp/out")"
echo "recorded, stopped, killed, reloaded, and heard by a service manager"
