#!/bin/sh
# What ends a run midway - a recording that breaks off, a reader that goes away, a signal, a limit - loses
# nothing that was gathered, is said in one line, and leaves no litter.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
machines=$(cd "$(dirname "$0")/../fixtures" && pwd)
cd "$tmp"
cases=0

# ends STATUS 'GLOB of standard error' COMMAND...
ends()
{
    want=$1 glob=$2
    shift 2
    rc=0
    timeout 20 "$@" >out 2>err </dev/null || rc=$?
    [ $rc -eq "$want" ] || fail "$*: exit $rc instead of $want: $(cat err)"
    text=$(cat err)
    case $text in
    $glob) cases=$((cases + 1)) ;;
    *) fail "$*: said otherwise than '$glob': $text" ;;
    esac
}

# A recording that breaks off: a report on what there is, and that it is a part.
cp -r "$machines/laptop" broken
mkfifo broken/0002/proc/ff
ends 3 'sonde: check: broken breaks off after 2 samples*' "$sonde" check --root broken
grep -q '2 samples' out || fail "broken recording: $(cat out)"
rm broken/0002/proc/ff
ln -s ../../../../outside broken/0002/proc/ff
ends 3 'sonde: check: broken breaks off after 2 samples*' "$sonde" check --root broken --quiet
rm broken/0002/proc/ff
head -c 5000000 /dev/zero >broken/0002/proc/ff
ends 3 'sonde: check: broken breaks off after 2 samples*' "$sonde" check --root broken
rm broken/0002/proc/ff

rm broken/0002/.sonde/clock
mkfifo broken/0002/.sonde/clock
ends 1 'sonde: broken is not a whole recording*' "$sonde" check --root broken

# One longer than the default duration is played to its end.
mkdir long
cp -r "$machines/laptop/0000" long
for i in $(seq 1 89); do
    mkdir -p "$(printf 'long/%04d/.sonde' "$i")"
    echo "$((i * 1000)) $((i * 1000000000 + 3600000000000)) $((i * 1000000000 + 3600000000000))" \
        >"$(printf 'long/%04d/.sonde/clock' "$i")"
done
ends 0 '' "$sonde" check --root long
grep -q '90 samples' out || fail "long recording: $(cat out)"
ends 0 '' "$sonde" check --root long -d 30
grep -q '30 samples' out || fail "long recording: $(cat out)"

# A reader that goes away: the copy of the recording is removed, files are written, the run ends.
copies()
{
    rc=0
    TMPDIR=$tmp/copies timeout 20 "$@" || rc=$?
    left=$(find copies -mindepth 1)
    [ -z "$left" ] || fail "$*: left $left"
    cases=$((cases + 1))
}
mkdir copies
if unshare -m true 2>/dev/null; then # without /dev/shm, copies go where they can be counted
    cat >in_namespace <<'SH'
mount -t tmpfs -o ro tmpfs /dev/shm
exec "$@"
SH
    alone="unshare -m sh in_namespace"
fi
copies ${alone-} sh -c "'$sonde' metrics --root '$machines/laptop' 2>err | true"
[ ! -s err ] || fail "| true: $(cat err)"
timeout 20 "$sonde" check --mode monitor -d 60 -i 0.1 --export-csv monitor.csv 2>err | head -n 2 >/dev/null
[ ! -s err ] && [ "$(wc -l <monitor.csv)" -ge 3 ] || fail "monitor | head: $(cat err)"
cases=$((cases + 1))

# No room in memory for the copy: it is made elsewhere.
if [ -n "${alone-}" ]; then
    cat >in_small <<'SH'
mount -t tmpfs -o size=64k tmpfs /dev/shm
exec "$@"
SH
    ends 0 '' unshare -m sh in_small "$sonde" check --root "$machines/laptop"
fi

# A limit on the size of files: no litter.
copies ${alone-} prlimit --fsize=0 "$sonde" metrics --root "$machines/laptop" >out 2>err
[ $rc = 1 ] || fail "fsize=0: exit $rc: $(cat err)"
copies prlimit --fsize=0 "$sonde" capture -n 1 captured >out 2>err
[ $rc = 1 ] && [ ! -e captured ] && [ ! -e captured.part ] || fail "fsize=0: exit $rc: $(ls)"

# Signals: what was gathered is reported; one that was ignored from the start is still. Sent after a second, and not
# before $until is there, on a machine that is busy.
until=.
stopped()
{
    "$@" >out 2>err &
    pid=$! background="$background $!"
    sleep 1
    for _ in $(seq 100); do
        [ ! -e "$until" ] || break
        sleep 0.1
    done
    kill -$signal $pid
    rc=0
    wait $pid || rc=$?
    cases=$((cases + 1))
}
for signal in HUP TERM; do
    stopped "$sonde" check -d 20 -i 0.1 --export-csv $signal.csv
    [ $rc = 3 ] && [ -s $signal.csv ] && grep -q samples out || fail "SIG$signal: exit $rc: $(cat out err)"
done

# A capture: what there is, said to be a part; what cannot be written there is refused before.
signal=TERM until=stopped.part/0002
stopped "$sonde" capture -n 100 -i 0.1 stopped
until=.
[ $rc = 3 ] && [ -d stopped/0001 ] && grep -q 'stopped after' err || fail "capture: exit $rc: $(cat err)"
ends 3 'sonde: capture: the recording ended after*' "$sonde" capture -n 100 --root stopped fewer
ends 0 '' "$sonde" capture --root stopped all
mkdir empty
ln -s empty link
ends 1 'sonde: link is *name a new directory' "$sonde" capture link
ends 1 'sonde: . is *name a new directory' sh -c "cd empty && exec '$sonde' capture ."
[ -z "${alone-}" ] || ends 1 'sonde: empty is a mount point*' \
    unshare -m sh -c "mount -t tmpfs tmpfs empty && exec '$sonde' capture empty"
[ -d empty ] || fail 'a refused capture removed the directory'

mkdir killed.part
ends 1 'sonde: killed.part is *killed*' "$sonde" capture killed
ends 0 '' sh -c "ulimit -s 64; exec '$sonde' capture -n 1 --root '$machines/laptop' small"

signal=HUP
stopped nohup "$sonde" check -d 2 -i 0.1
[ $rc = 0 ] || fail "nohup: exit $rc: $(cat out err)"
signal=INT
stopped "$sonde" check -d 2 -i 0.1
[ $rc = 0 ] || fail "SIGINT in the background: exit $rc: $(cat out err)"

echo "$cases runs ended midway"
