#!/bin/sh
# `sonde top`: driven by keys in tmux, resized, quit; the terminal is as it was afterwards, whichever way it
# ends. Without a terminal it says what to do, or prints.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde

# ---- without a terminal ----

"$sonde" top --once -i 0.2 >"$tmp/out" 2>"$tmp/err" </dev/null || fail "--once: exit $?: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/out")" = 24 ] || fail "--once: $(wc -l <"$tmp/out") lines"
LC_ALL=C awk 'length > 80 { exit 1 }' "$tmp/out" || fail "--once: wider than 80 columns"
! LC_ALL=C grep -q '[^ -~]' "$tmp/out" || fail "--once: other than ASCII in a file"
grep -q '1 cpu  .* %' "$tmp/out" && grep -q 'pid name' "$tmp/out" || fail "--once: $(cat "$tmp/out")"
"$sonde" top --batch 2 -i 0.2 --size 160x50 >"$tmp/out" </dev/null || fail "--batch: exit $?"
[ "$(wc -l <"$tmp/out")" = 101 ] || fail "--batch 2 of 50 rows: $(wc -l <"$tmp/out") lines"
"$sonde" top --batch 3 -i 0.2 --json >"$tmp/out" </dev/null || fail "--json: exit $?"
/usr/bin/python3 - "$tmp/out" <<'PY'
import json, os, sys
shots = [json.loads(line) for line in open(sys.argv[1])]
assert len(shots) == 3
for shot in shots:
    assert list(shot) == ["schema", "time", "interval_s", "verdict", "metrics", "processes"], list(shot)
    assert 0 <= shot["metrics"]["cpu.util"] <= 100
    names = {p["name"] for p in shot["processes"]}
    assert "sonde" in names, names
    assert all(set(p) >= {"pid", "ppid", "state", "cpu_percent", "rss_bytes"} for p in shot["processes"])
PY
rc=0
"$sonde" top >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
[ $rc = 1 ] && grep -q 'needs a terminal .*top --once' "$tmp/err" || fail "no terminal: exit $rc: $(cat "$tmp/err")"
rc=0
"$sonde" top --once --size 20x10 2>"$tmp/err" || rc=$?
[ $rc = 2 ] && grep -q 'write it like 160x50' "$tmp/err" || fail "--size: exit $rc: $(cat "$tmp/err")"

# ---- on a terminal ----

command -v tmux >/dev/null || skip "no tmux here: keys were not tried"
servers=0 ends=0
tm()
{
    tmux -S "$tmp/tmux$servers" -f /dev/null "$@"
}
trap 'tm kill-server 2>/dev/null || :; kill $background 2>/dev/null || :; rm -rf "$tmp"' EXIT

# start 'ENVIRONMENT' [OPTIONS]: in a shell that says how it ended and whether the terminal is as before.
start()
{
    environment=$1
    shift
    rm -f "$tmp/status" "$tmp/pid"
    printf 'before=$(stty -g)\nenv %s "%s" top %s 2>"%s/err" &\necho $! >"%s/pid"; fg >/dev/null\nrc=$?\n' \
        "$environment" "$sonde" "$*" "$tmp" "$tmp" >"$tmp/run"
    printf '[ "$before" = "$(stty -g)" ] && echo $rc restored >"%s/status" || echo $rc changed >"%s/status"\n' \
        "$tmp" "$tmp" >>"$tmp/run"
    echo 'echo shell again; sleep 30' >>"$tmp/run"
    tm kill-server 2>/dev/null || :
    servers=$((servers + 1)) # one that is going down takes no sessions
    tm new-session -d -x 80 -y 24 "set -m; . $tmp/run"
}

screen()
{
    tm capture-pane -p
}

# shows 'PATTERN' WHAT: within 10 s (and ten machines' worth of load).
shows()
{
    for _ in $(seq 100); do
        ! screen | grep -Eq -- "$1" || return 0
        sleep 0.1
    done
    fail "$2: no '$1' in:
$(screen)
$(cat "$tmp/err" 2>/dev/null)"
}

# ended STATUS WHAT: the program ended so, and left the terminal as it was.
ended()
{
    for _ in $(seq 100); do
        [ ! -s "$tmp/status" ] || break
        sleep 0.1
    done
    [ "$(cat "$tmp/status" 2>/dev/null)" = "$1 restored" ] || fail "$2: $(cat "$tmp/status" "$tmp/err" 2>/dev/null)
$(screen)"
    ends=$((ends + 1))
    shows '^shell again' "$2: the screen is not that of the shell again"
}

start 'LANG=C.UTF-8' -i 0.5
shows '^ ?!?1? ?1 cpu .*%' 'start'
shows '▼cpu' 'start: sorted by cpu'
shows 'q quit' 'start: the keys are named'
tm send-keys M
shows '▼memory' 'M'
tm send-keys r
shows '▲memory' 'r'
tm send-keys '?'
shows 'SIGTERM' '?'
tm send-keys Escape
shows 'pid name' 'Esc'
tm send-keys / s o n d e
shows 'filter: sonde_' '/'
shows '^ *[0-9]+ sonde ' 'filter'
tm send-keys Enter
shows 'of [0-9]+ processes' 'Enter'
tm send-keys Escape t
shows '[├└]─' 't'
tm send-keys Space
shows 'HELD' 'Space'
tm send-keys Space +
shows 'every 1 s' '+'
tm send-keys e
shows 'findings and events' 'e'
tm send-keys e d
shows 'cpu so far' 'd'
tm send-keys d 1
shows '╭─ 1 cpu' '1'
tm send-keys 0
tm resize-window -x 160 -y 50
shows '╭─ 3 disk' 'resize: boxes'
shows '^╰.*╰.*╰.*╯$' 'resize: to the right edge'
tm resize-window -x 30 -y 5
shows 'too small' 'resize: too small'
tm resize-window -x 80 -y 24
shows 'q quit' 'resize: back'
tm send-keys q
ended 0 'q'

# Every other end: Ctrl-C, a signal, a crash; and a pause in the background.
start 'LANG=C.UTF-8'
shows 'q quit' 'Ctrl-Z'
tm send-keys C-z
ended 148 'Ctrl-Z'
kill -CONT "$(cat "$tmp/pid")"
kill -KILL "$(cat "$tmp/pid")"
start 'LANG=C.UTF-8'
shows 'q quit' 'Ctrl-C'
tm send-keys C-c
ended 0 'Ctrl-C'
for signal in TERM HUP QUIT SEGV ABRT; do
    start 'LANG=C.UTF-8'
    shows 'q quit' "$signal"
    kill -$signal "$(cat "$tmp/pid")"
    case $signal in
    QUIT) ended 131 QUIT ;;
    SEGV) ended 139 SEGV ;;
    ABRT) ended 134 ABRT ;;
    *) ended 0 $signal ;;
    esac
done

# A process is ended after a yes, and only then.
sleep 777 &
victim=$! background="$background $!"
start 'LANG=C.UTF-8' -i 0.5
shows 'q quit' 'k'
tm send-keys / $victim Enter
shows "^ *$victim sleep" 'k: the filter'
tm send-keys Down k
shows "End sleep .pid $victim.. y: yes" 'k'
tm send-keys n k
sleep 0.3
kill -0 $victim 2>/dev/null || fail 'k: ended without a yes'
tm send-keys y
shows 'was asked to end' 'y'
rc=0
wait $victim || rc=$?
[ $rc = 143 ] || fail "k: the process ended with $rc"
tm send-keys q
ended 0 'after k'

# Poorer terminals: ASCII, no colour, and one that cannot move its cursor.
start 'LANG=C LC_ALL=C'
shows 'v cpu' 'LANG=C'
! screen | LC_ALL=C grep -q '[^ -~]' || fail "LANG=C: other than ASCII: $(screen)"
tm send-keys q
ended 0 'LANG=C'
start 'TERM=vt100 LANG=C'
shows 'v cpu' 'vt100'
! tm capture-pane -e -p | grep -q "$(printf '\033')\[[0-9;]*3[0-8][;m]" || fail 'vt100: colours'
tm send-keys q
ended 0 'vt100'
start 'NO_COLOR=1 LANG=C.UTF-8'
shows 'q quit' 'NO_COLOR'
! tm capture-pane -e -p | grep -q "$(printf '\033')\[[0-9;]*38;5" || fail 'NO_COLOR: colours'
tm send-keys q
ended 0 'NO_COLOR'
start 'TERM=dumb LANG=C'
ended 1 'dumb'
grep -q "'dumb' cannot move its cursor; .*top --once" "$tmp/err" || fail "dumb: $(cat "$tmp/err")"
start 'TERM=no-such-terminal'
ended 1 'unknown terminal'
grep -q "'no-such-terminal' is not known here" "$tmp/err" || fail "unknown terminal: $(cat "$tmp/err")"

# A recorded machine is played, and stays at its end.
fixture=$(cd "$(dirname "$0")/../fixtures/laptop" && pwd)
start 'LANG=C.UTF-8' --root "$fixture"
shows 'ENDED' 'a recorded machine'
tm send-keys k
shows 'cannot be ended' 'k on a recorded machine'
tm send-keys q
ended 0 'a recorded machine'
echo "keys, resize, $ends ends, each with the terminal restored"
