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

echo "$cases runs ended midway"
