# deeds.sh - what commands set and set back stands among the events of the recorder of the same archive.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
data=$tmp/data
export XDG_CONFIG_HOME="$tmp/config"

# wait_for WHAT COMMAND...
wait_for()
{
    what=$1
    shift
    for _ in $(seq 300); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    fail "$what did not come"
}

"$sonde" record --data "$data" --interval 1 >/dev/null 2>"$tmp/recorder" &
recorder=$! background="$background $!"
wait_for 'the recorder' sh -c "'$sonde' sessions --data '$data' --json | grep -q running"
sleep 60 &
work=$! background="$background $!"
sleep 60 &
other=$! background="$background $!"
wait_for 'the work' grep -q sleep /proc/$work/comm
wait_for 'the other work' grep -q sleep /proc/$other/comm

expect 0 '*' "$sonde" policy apply --intent latency --set timer.slack=70000 $work --data "$data"
says '*sleep*'
sleep 8 # it looks every four seconds, and is told at the next instant
expect 0 '*' "$sonde" policy revert --all --data "$data"
sleep 8

# One that is over before it is looked at is told as well; a dry run is none.
expect 0 '*' "$sonde" policy apply --dry-run --set timer.slack=80000 $other --data "$data"
expect 0 '*' "$sonde" policy apply --set timer.slack=90000 $other --data "$data"
expect 0 '*' "$sonde" policy revert --all --data "$data"
sleep 8
kill $recorder
wait $recorder || :

expect 0 '' "$sonde" events --kind policy --json --data "$data"
says '*set for sleep, goal latency, by sonde policy apply:*timer.slack 50000 to 70000*'
says '*set back for sleep, by sonde policy apply*'
says '*set for sleep, by sonde policy apply: timer.slack 50000 to 90000*'
case $text in
*80000*) fail 'a dry run is told' ;;
esac
[ "$(grep -o "set back for" "$tmp/out" | wc -l)" = 2 ] || fail "not two ends: $(cat "$tmp/out")"

# ---- without names of programs ----

printf 'privacy:\n  collect_process_names: false\n' >"$tmp/private.yaml"
"$sonde" record --config "$tmp/private.yaml" --data "$tmp/quiet" --interval 1 >/dev/null 2>>"$tmp/recorder" &
recorder=$! background="$background $!"
wait_for 'the recorder' sh -c "'$sonde' sessions --data '$tmp/quiet' --json | grep -q running"
expect 0 '*' "$sonde" policy apply --set timer.slack=75000 $work --data "$tmp/quiet"
sleep 10
kill $recorder
wait $recorder || :
expect 0 '' "$sonde" events --kind policy --json --data "$tmp/quiet"
says '*set for a program, by sonde policy apply*'
case $text in
*sleep*) fail 'a program is named' ;;
esac
echo "what was set is told, $cases cases"
