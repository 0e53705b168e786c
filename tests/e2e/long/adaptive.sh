#!/bin/sh
# The adaptive runtime on real knobs: a program that was named gets the timer slack that saves power, nobody else does;
# events say so; all is back when the recorder ends, and after one that was killed.
. "$(dirname "$0")/../lib.sh"
sonde=$1/sonde
[ -r /proc/pressure/memory ] || [ -r /proc/self/schedstat ] || skip "nothing to judge a change by: no /proc/pressure"
export XDG_CONFIG_HOME="$tmp/config"
mkdir -p "$tmp/config/sonde"
chmod go-w "$tmp" "$tmp/config" "$tmp/config/sonde"

cp "$(command -v sleep)" "$tmp/named_toy"
cp "$(command -v sleep)" "$tmp/other_toy"
"$tmp/named_toy" 600 & named=$! background="$background $!"
"$tmp/other_toy" 600 & other=$! background="$background $!"
slack() { cat "/proc/$1/timerslack_ns"; }
before=$(slack $named)

settings() # ADAPTIVE
{
    printf 'policy: { adaptive: %s, trees: ["named_to?"], goal: power }\nstorage: { flight_severity: never }\n' "$1" \
        >"$tmp/config/sonde/sonde.yaml"
}

# A recorder in the background, until the program has another slack, for two minutes at most.
record_until_set()
{
    "$sonde" record --data "$tmp/data" --interval 1 >"$tmp/record.out" 2>"$tmp/record.err" &
    recorder=$! background="$background $!"
    for _ in $(seq 240); do
        set=$(slack $named)
        [ "$set" = "$before" ] || return 0
        kill -0 $recorder 2>/dev/null || fail "the recorder ended: $(cat "$tmp/record.err")"
        sleep 0.5
    done
    fail "nothing was set: $(cat "$tmp/record.err")"
}

settings true
record_until_set
[ "$(slack $other)" = "$before" ] || fail "a program that nobody named was touched"
sleep 2 # the event is of the next instant
kill $recorder
wait $recorder || fail "the recorder ended with $?: $(cat "$tmp/record.err")"
[ "$(slack $named)" = "$before" ] || fail "it is not back at the end: $(slack $named)"
expect 0 '' "$sonde" events --data "$tmp/data" --kind policy
case $(tr -s ' \n' ' ' <"$tmp/out") in
*"set for named_toy (pid $named), goal power: timer.slack $before to $set"*) ;;
*) fail "no event says it: $(cat "$tmp/out")" ;;
esac

# Killed: what it left is set back by whoever opens the journal next; an ordinary recorder, here.
record_until_set
kill -9 $recorder
wait $recorder 2>/dev/null || :
expect 0 '*' "$sonde" policy status --data "$tmp/data"
[ "$(slack $named)" = "$before" ] || fail "it is not back after a kill: $(slack $named)"

# Off: nobody is touched.
settings false
expect 0 '*' "$sonde" record --data "$tmp/data" --interval 1 --duration 35
[ "$(slack $named)" = "$before" ] || fail "it was set though the runtime is off"
echo "set for one program, told, and set back at the end and after a kill"
