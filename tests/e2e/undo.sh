# undo.sh - what is set of a running tree is set back: when asked, in time, at its end, and after every kind of death.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
XDG_CONFIG_HOME=$tmp/config
export XDG_CONFIG_HOME
data=$tmp/data
mkdir "$data"

nice_of()
{
    ps -o ni= -p "$1" | tr -d ' '
}

# waits_for WHAT COMMAND...: until the command is true, for 20 s at most
waits_for()
{
    what=$1
    shift
    for _ in $(seq 200); do
        ! "$@" || return 0
        sleep 0.1
    done
    fail "$what did not come"
}

is_nice()
{
    [ "$(nice_of "$1")" = "$2" ]
}

owner()
{
    "$sonde" policy status --data "$data" --json | sed 's/.*"owner":\([0-9]*\).*/\1/'
}

# A shell that starts a child when it is told to.
tree()
{
    rm -f "$tmp/more"
    sh -c 'sleep 60 & while [ ! -e "$1/more" ]; do sleep 0.1; done; sleep 60 & echo $! >"$1/late"; wait' tree "$tmp" &
    root=$! background="$background $!"
    waits_for "a child" sh -c "ps -o pid=,comm= --ppid $root | grep -q sleep"
    child=$(ps -o pid=,args= --ppid $root | awk '$3 == 60 { print $1; exit }')
    background="$background $child"
}

# ---- nothing is there, and nothing is made ----

expect 0 '' "$sonde" policy status --data "$data"
says 'nothing is set'
expect 0 '' "$sonde" policy revert --all --data "$data"
says 'nothing was set'
expect 1 '*no transaction p1 is open*' "$sonde" policy revert p1 --data "$data"
expect 2 '*which?*' "$sonde" policy revert --data "$data"
expect 1 '*there is no process 999999999*' "$sonde" policy apply --set nice=5 999999999 --data "$data"
expect 2 '*to which process?*' "$sonde" policy apply --set nice=5 --data "$data"
expect 1 '*1*' "$sonde" policy apply --set nice=5 1 --data "$data"
[ ! -e "$data/policy" ] || fail "a look makes a journal"

sleep 60 &
probe=$! background="$background $!"
expect 0 '*' "$sonde" policy apply --set nice=5 $probe --data "$data" --ttl 60
case $(cat "$tmp/out") in
*'nothing was set'*) skip "this user may not set the niceness of a process back: $(cat "$tmp/out")" ;;
esac

# A watcher whose transaction was set back by somebody ends by itself; while it lasts it recovers for others.
ended()
{
    waits_for "the end of process $1" sh -c "! kill -0 $1 2>/dev/null"
}

# The owner of what is set is killed, and its death is waited for.
kill_owner()
{
    watcher=$(owner)
    kill -9 "$watcher"
    ended "$watcher"
}

# ---- asked for ----

is_nice $probe 5 || fail "nice is $(nice_of $probe)"
expect 0 '' "$sonde" policy status --data "$data"
says '*apply sleep*kept by Sonde*nice of process*: 0 -> 5*'
watcher=$(owner)
expect 0 '' "$sonde" policy revert --all --data "$data"
says '1 set back*'
is_nice $probe 0 || fail "it was not set back"
ended "$watcher"

# ---- the whole tree, also what it starts later ----

tree
expect 0 '' "$sonde" policy apply --set nice=5 $root --data "$data"
is_nice $child 5 || fail "a child was left out"
: >"$tmp/more"
waits_for "another child" test -s "$tmp/late"
late=$(cat "$tmp/late") background="$background $(cat "$tmp/late")"
is_nice "$late" 5 || fail "a child does not inherit"
kill_owner
expect 0 '*a process that had set knobs is gone: * set back*' "$sonde" policy status --data "$data"
says 'nothing is set'
for pid in $root $child "$late"; do
    is_nice $pid 0 || fail "process $pid of $root $child $late is still at $(nice_of $pid)"
done
expect 0 '' "$sonde" policy status --data "$data" --past --json
says '*"undone":"restored"*'

# ---- somebody else's value ----

expect 0 '' "$sonde" policy apply --set nice=5 $root --data "$data"
watcher=$(owner)
renice -n 7 -p $root >/dev/null
expect 0 '' "$sonde" policy status --data "$data"
says '*somebody set 7 since*'
expect 3 '' "$sonde" policy revert --all --data "$data"
says "*1 left as somebody else set it since*nice of process $root: left at 7*"
is_nice $root 7 || fail "somebody's value was lost"
renice -n 0 -p $root >/dev/null
ended "$watcher"

# ---- in time, at the end of the tree, and when the watcher is asked to end ----

expect 0 '' "$sonde" policy apply --set nice=5 $probe --data "$data" --ttl 1
waits_for "the end of its time" is_nice $probe 0
expect 0 '' "$sonde" policy apply --set nice=5 $probe --data "$data"
watcher=$(owner)
kill "$watcher"
ended "$watcher"
is_nice $probe 0 || fail "the watcher set nothing back"
expect 0 '' "$sonde" policy apply --set nice=5 $probe --data "$data"
watcher=$(owner)
kill $probe
ended "$watcher"
tail -n 1 "$data/policy/journal" | grep -q '"open":0' || fail "the journal does not end: $(cat "$data/policy/journal")"

# ---- a knob of the whole machine ----

swappiness=/proc/sys/vm/swappiness
was=$(cat $swappiness)
word=no
if [ -w $swappiness ] && "$sonde" policy explain --set vm.swappiness=11 --json >/dev/null 2>&1; then
    trap 'kill $background 2>/dev/null || :; echo "$was" >$swappiness; rm -rf "$tmp"' EXIT
    expect 0 '' "$sonde" policy apply --system --set vm.swappiness=$((was == 11 ? 12 : 11)) $root --data "$data"
    [ "$(cat $swappiness)" != "$was" ] || fail "vm.swappiness was not set: $(cat "$tmp/out")"
    kill_owner
    expect 0 '*set back*' "$sonde" policy status --data "$data"
    [ "$(cat $swappiness)" = "$was" ] || fail "vm.swappiness is $(cat $swappiness) instead of $was"
    is_back()
    {
        [ "$(cat $swappiness)" = "$was" ] || fail "$1: vm.swappiness is $(cat $swappiness) instead of $was"
    }
    other=$((was == 11 ? 12 : 11))
    # Nothing of what is said comes into a journal that would be among the first descriptors.
    "$sonde" policy apply --system --set vm.swappiness=$other $root --data "$data" >&-
    [ "$(cat $swappiness)" = $other ] || fail 'not set with a closed output'
    kill_owner
    "$sonde" policy status --data "$data" >/dev/null 2>&1
    is_back 'closed output'
    # The program takes away the folder of the journal; nobody else knows what was set.
    mkdir "$tmp/away"
    expect 0 '*all is as it was*' "$sonde" run --data "$tmp/away" --system --set vm.swappiness=$other \
        -- rm -rf "$tmp/away"
    is_back 'journal removed'
    # What is no instance is refused: it would be another place to the journal, and the same to the kernel.
    expect 2 '*nice has no instances*' "$sonde" policy explain --set nice@x=5
    expect 0 '*was not set*' "$sonde" run --data "$data" --system --set vm.swappiness@x=$other -- true
    is_back 'another name'
    word=and
fi

# ---- what writes nothing sets nothing back ----

expect 0 '' "$sonde" policy apply --set nice=5 $root --data "$data"
kill_owner
sum=$(cksum <"$data/policy/journal")
expect 0 '*' "$sonde" policy explain --set nice=3 $root
expect 0 '*' "$sonde" policy apply --dry-run --set nice=3 $root --data "$data"
expect 0 '*' "$sonde" run --dry-run --set nice=3 --data "$data" -- true
expect 0 '*' "$sonde" help policy
[ "$sum" = "$(cksum <"$data/policy/journal")" ] || fail "a command that writes nothing wrote the journal"
is_nice $root 5 || fail "a command that writes nothing set something back"
traced=0
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
    for words in "policy explain --set nice=3 $root" "policy apply --dry-run --set nice=3 $root --data $data" \
        "run --dry-run --set nice=3 --data $data -- true" "help policy" "help --bash-completion" "policy apply --help"; do
        # shellcheck disable=SC2086 # words
        strace -f -o "$tmp/trace" "$sonde" $words >/dev/null 2>&1
        changes='O_WRONLY|O_RDWR|O_CREAT|(rename|unlink|mkdir|truncate|setpriority|sched_set|ioprio_set|kill)[a-z]*\('
        ! grep -E "$changes" "$tmp/trace" | grep -vE '/dev/(null|tty)' | grep . || fail "$words writes"
        traced=$((traced + 1))
    done
fi
expect 0 '*set back*' "$sonde" policy status --data "$data"
is_nice $root 0 || fail "it was not set back at last"
echo "$cases commands, $word a knob of the machine, $traced traced"
