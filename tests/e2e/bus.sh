#!/bin/sh
# What goes over a bus, on a private one: power profiles are held, released, dropped, and end with a process that is
# killed; GameMode's interface is served to its real client library and programs, and to callers that are wrong, gone,
# foreign or many; scopes of systemd. The services are stand-ins (bus_stub.c).
. "$(dirname "$0")/lib.sh"
build=$(cd "$1" && pwd)
command -v dbus-daemon >/dev/null || skip "no dbus-daemon (Debian: dbus)"
[ -x "$build/tests/e2e/bus_stub" ] && [ -f "$build/sonde-bus.so" ] || skip "a build without sonde-bus"
export XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/data" HOME="$tmp"
unset XDG_RUNTIME_DIR SNAP
chmod 711 "$tmp" # another user asks, too
mkdir -p "$tmp/config/sonde"
chmod go-w "$tmp" "$tmp/config" "$tmp/config/sonde"
echo "storage: { directory: $tmp/data }" >"$tmp/config/sonde/sonde.yaml"

# Modules lie beside the program that opens them; another user gets at all of it.
cp "$build/sonde" "$build/sonde-bus.so" "$build/tests/e2e/bus_client" "$tmp"
sonde=$tmp/sonde client=$tmp/bus_client

# bus_start: without any file of services that could be started by a call.
cat >"$tmp/bus.conf" <<END
<busconfig>
  <type>session</type>
  <listen>unix:path=$tmp/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
END
bus_start()
{
    dbus-daemon --config-file="$tmp/bus.conf" --nofork --print-address=3 3>"$tmp/address" 2>"$tmp/bus.err" &
    bus=$! background="$background $!"
    await test -s "$tmp/address"
    DBUS_SYSTEM_BUS_ADDRESS=$(cat "$tmp/address")
    DBUS_SESSION_BUS_ADDRESS=$DBUS_SYSTEM_BUS_ADDRESS
    export DBUS_SYSTEM_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS
}

# await COMMAND...: until it holds, for twenty seconds
await()
{
    for _ in $(seq 200); do
        ! "$@" 2>/dev/null || return 0
        sleep 0.1
    done
    fail "not within twenty seconds: $*"
}

stub_start() # NAMES...
{
    : >"$tmp/stub"
    "$build/tests/e2e/bus_stub" "$@" >"$tmp/stub" 2>>"$tmp/stub.err" &
    stub=$! background="$background $!"
    await grep -q ready "$tmp/stub"
}

stop() # PID
{
    kill "$1"
    wait "$1" 2>/dev/null || :
}

# gives 'GLOB' COMMAND...: what it prints on one line or several
gives()
{
    glob=$1
    shift
    text=$("$@" 2>&1) || :
    case $text in
    $glob) cases=$((cases + 1)) ;;
    *) fail "'$text' instead of '$glob': $*" ;;
    esac
}

# ---- without a bus, without a service ----

DBUS_SYSTEM_BUS_ADDRESS=unix:path=$tmp/nothing DBUS_SESSION_BUS_ADDRESS=unix:path=$tmp/nothing
export DBUS_SYSTEM_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS
expect 1 '*there is no system bus*' "$sonde" policy profile
expect 1 '*there is no session bus*' "$sonde" policy gamemode
expect 2 '*performance and power-saver can be held, not *balanced*' "$sonde" policy profile balanced
gives 'No such device: there is no * bus*' "$client" scope $$ x 0
bus_start
expect 0 '' "$sonde" policy profile
says 'Nobody serves power profiles*'
expect 1 '*nobody serves power profiles*' "$sonde" policy profile performance
gives 'No such device: systemd is not the manager*' "$client" scope $$ x 0

# ---- power profiles, under both names ----

hold_start() # OPTIONS...
{
    : >"$tmp/hold.out"
    "$sonde" policy profile "$@" >"$tmp/hold.out" 2>"$tmp/hold.err" &
    holder=$! background="$background $!"
    await grep -q held "$tmp/hold.out"
}

for service in profiles profiles-old; do
    stub_start $service tuned
    expect 0 '' "$sonde" policy profile
    says '*active    balanced*power-saver balanced performance*lap-detected*virtual-guest*not switched*'
    expect 0 '' "$sonde" policy profile performance --for 0.2s
    says '*held*released*'
    grep -qx 'hold 1 performance sonde' "$tmp/stub" && grep -qx 'release 1 performance' "$tmp/stub" ||
        fail "no hold and release: $(cat "$tmp/stub")"

    hold_start power-saver # ended by a signal
    gives '*"active":"power-saver"*"application":"sonde"*"tuned_profile":"virtual-guest"*' \
        "$sonde" policy profile --json
    kill -TERM $holder
    wait $holder || fail "a hold that was interrupted ended with $?"
    await grep -qx 'release 2 power-saver' "$tmp/stub"

    hold_start performance # killed
    kill -9 $holder
    await grep -qx 'lost 3 performance' "$tmp/stub"
    gives '*"active":"balanced"*"holds":\[\]*' "$sonde" policy profile --json

    hold_start performance --json # dropped by hand
    "$client" choose || fail "the stand-in took no other profile"
    rc=0 && wait $holder || rc=$?
    [ $rc -eq 3 ] || fail "exit $rc when the hold was dropped"
    grep -q '"event":"dropped"' "$tmp/hold.out" || fail "not said: $(cat "$tmp/hold.out")"
    ! grep -q 'release 4' "$tmp/stub" || fail "released what was dropped"

    hold_start performance # the service ends
    stop $stub
    rc=0 && wait $holder || rc=$?
    [ $rc -eq 3 ] || fail "exit $rc when the service ended"
done
# As a knob: held while a program runs.
stub_start profiles
gives '*none -> performance*' "$sonde" run --system --set power.profile=performance -- true
grep -qx 'hold 1 performance sonde' "$tmp/stub" && grep -qx 'release 1 performance' "$tmp/stub" ||
    fail "no hold and release: $(cat "$tmp/stub")"
gives '*power.profile is one of performance*' "$sonde" run --system --set power.profile=balanced -- true
"$sonde" run --system --set power.profile=power-saver -- sh -c 'echo $$ >"$0"; exec sleep 300' "$tmp/run.pid" \
    2>"$tmp/run.err" & runner=$! background="$background $!"
await test -s "$tmp/run.pid"
background="$background $(cat "$tmp/run.pid")"
grep -qx 'hold 2 power-saver sonde' "$tmp/stub" || fail "no hold while it runs: $(cat "$tmp/stub" "$tmp/run.err")"
kill -9 $runner
await grep -qx 'lost 2 power-saver' "$tmp/stub"
expect 0 '*' "$sonde" policy status
stop $stub

STUB_REFUSES=yes
export STUB_REFUSES
stub_start profiles
unset STUB_REFUSES
expect 1 '*holding performance was refused (Not authorized)*' "$sonde" policy profile performance
stop $stub
stub_start tuned # alone
expect 0 '' "$sonde" policy profile
says 'Nobody serves power profiles*tuned owns the frequencies*'
stop $stub

# ---- GameMode ----

interface=com.feralinteractive.GameMode

serve_games() # OPTIONS...
{
    : >"$tmp/games"
    "$sonde" policy gamemode "$@" >"$tmp/games" 2>"$tmp/games.err" &
    server=$! background="$background $!"
    await grep -q erving "$tmp/games"
}

gone() # PID
{
    ! kill -0 "$1"
}

stub_start profiles
serve_games
expect 1 '*somebody serves*not replaced*' "$sonde" policy gamemode
gives '0' "$client" property /com/feralinteractive/GameMode $interface ClientCount
gives '0' "$client" call RefreshConfig

# A game, and what others see of it.
helped=no
sleep 300 & game=$! background="$background $!"
sleep 300 & other=$! background="$background $!"
gives '0' "$client" call QueryStatus $game
gives '0' "$client" call RegisterGame $game
gives '-1' "$client" call RegisterGame $game
gives '2' "$client" call QueryStatus $game
gives '1' "$client" call QueryStatus $other
gives '1' "$client" property /com/feralinteractive/GameMode $interface ClientCount
gives "$game" "$client" property /com/feralinteractive/GameMode/Games/$game $interface.Game ProcessId
gives '*/sleep' "$client" property /com/feralinteractive/GameMode/Games/$game $interface.Game Executable
gives '*Unknown*' "$client" property /com/feralinteractive/GameMode/Games/1 $interface.Game Executable
await grep -qx "sleep ($game): registered" "$tmp/games"
await grep -qx 'hold 1 performance sonde' "$tmp/stub"
gives '0' "$client" call RegisterGameByPID $$ $other
await grep -qE "^sleep \($other\): (under|nothing)" "$tmp/games"
if grep -q "^sleep ($other): under.*timer.slack 50000 -> 1000" "$tmp/games"; then
    [ "$(cat /proc/$other/timerslack_ns)" -eq 1000 ] || fail "said, not set"
    helped=yes
fi
gives '0' "$client" call UnregisterGameByPID $$ $other
await grep -q "^sleep ($other): needs no help any more" "$tmp/games"
slack_is() # PID NS
{
    [ "$(cat /proc/$1/timerslack_ns)" -eq $2 ]
}
[ $helped = no ] || await slack_is $other 50000
gives '-1' "$client" call UnregisterGame $other
kill $game # without a word
await grep -qx "sleep ($game): has ended" "$tmp/games"
await grep -qx 'release 1 performance' "$tmp/stub"
gives '0' "$client" call QueryStatus $game

# What cannot be: no process, process 1, the server itself; arguments of another type; a caller that is gone.
for pid in 0 -1 -4711 2147483647; do gives '-1' "$client" call RegisterGame " $pid"; done
gives '-[12]' "$client" call RegisterGame 1
gives '-2' "$client" call RegisterGame $server
gives '*InvalidArgs*InvalidArgs*InvalidArgs*InvalidArgs*a pipe -1' "$client" wrong
gives '*Unknown*' "$client" call RestartGamemode
"$client" hasty $other || fail "the hasty caller failed"
gives '-[12]' "$client" call RegisterGame 1 # answered after the hasty one, who got no answer
"$client" call UnregisterGame $other >"$tmp/hasty" # who was there for long enough was heard
gives '0' "$client" call QueryStatus 1

# Somebody else, and of somebody else's.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    as_other="setpriv --reuid=65534 --regid=65534 --clear-groups"
    $as_other sleep 300 & foreign=$! background="$background $!"
    await grep -q '^Uid:.65534.65534' /proc/$foreign/status
    gives '-2' $as_other "$client" call RegisterGame $foreign
    gives '-2' $as_other "$client" call QueryStatus $other
    gives '-2' "$client" call RegisterGame $foreign
    gives '-2' "$client" call RegisterGameByPID $$ $foreign
fi
gives '256 taken, 44 refused, 1000 known already, 1000 in turn' "$client" many
none_plays()
{
    [ "$("$client" property /com/feralinteractive/GameMode $interface ClientCount)" = 0 ]
}
await none_plays

# A wrapper that does nothing itself: the busy one below it is the game.
sh -c 'sh -c "while :; do :; done" & echo $! >"$0/busy"; wait' "$tmp" & wrapper=$! background="$background $!"
await test -s "$tmp/busy"
busy=$(cat "$tmp/busy") background="$background $busy"
gives '0' "$client" call RegisterGame $wrapper
await grep -qx "[a-z]* ($wrapper): the game itself is process $busy" "$tmp/games"
kill $busy $wrapper
kill -TERM $server
wait $server || fail "the server ended with $?: $(cat "$tmp/games.err")"

# A server that is killed: the next command sets back what it had set.
if [ $helped = yes ]; then
    serve_games --no-profile
    gives '0' "$client" call RegisterGame $other
    await slack_is $other 1000
    kill -9 $server
    wait $server 2>/dev/null || :
    slack_is $other 1000 || fail "who set it back?"
    "$sonde" policy status >"$tmp/status" 2>&1 || fail "policy status: $(cat "$tmp/status")"
    slack_is $other 50000 || fail "not set back: $(cat "$tmp/status")"
fi

# GameMode's own library and programs.
serve_games --json --no-profile
library=no
mkfifo "$tmp/go"
"$client" game <"$tmp/go" >"$tmp/game" & game=$! background="$background $!"
exec 3>"$tmp/go"
game_began()
{
    grep -q 'begin' "$tmp/game" || gone $game
}
await game_began
if grep -q 'begin' "$tmp/game"; then
    library=yes
    await grep -q '"event":"registered".*"program":"bus_client"' "$tmp/games"
    if command -v gamemoded >/dev/null; then
        gives '*gamemode is active*' gamemoded -s
        gives '*registered*' gamemoded -s$game
    fi
    exec 3>&-
    wait $game || fail "the game ended with $?"
    [ "$(tr '\n' ' ' <"$tmp/game")" = 'state 0 begin 0 state 2 end 0 state 0 ' ] ||
        fail "the library: $(cat "$tmp/game")"
    await grep -q '"event":"unregistered"' "$tmp/games"
fi
exec 3>&-
run=$(PATH=$PATH:/usr/games command -v gamemoderun) || run=
if [ -n "$run" ]; then
    "$run" sleep 2 >"$tmp/run.out" 2>&1 || fail "gamemoderun: $(cat "$tmp/run.out")"
    await grep -q '"event":"registered".*"program":"sleep"' "$tmp/games"
    gives '*gamemode is inactive*' gamemoded -s
fi
"$sonde" policy gamemode --for 0.1s 2>/dev/null && fail "two serve one name" || :

# The bus goes.
stop $bus
rc=0 && wait $server || rc=$?
[ $rc -eq 1 ] || fail "exit $rc when the bus went"
grep -q 'session bus has gone' "$tmp/games.err" || fail "not said: $(cat "$tmp/games.err")"
rm -f "$tmp/address"

# ---- scopes ----

bus_start
stub_start systemd
gives "sonde-*-0-$$.scope /system.slice/x.scope" "$client" scope $$ 'make, for throughput' 1000 4096
grep -q "^scope sonde-.*-$$.scope fail PIDs=$$ Description=Sonde: make, for throughput CollectMode=inactive-or-failed \
CPUWeight=1000 MemoryLow=4096\$" "$tmp/stub" || fail "the scope: $(cat "$tmp/stub")"
gives 'sonde-* /system.slice/x.scope' "$client" scope $$ early 50
gives 'Input/output error: sonde-*.scope was not made: failed' "$client" scope $$ 'it fails' 50
gives 'Connection timed out*' "$client" scope $$ never 50
gives 'Invalid argument: a weight may be 1 to 1000*' "$client" scope $$ x 1001
stop $stub
gives 'No such device: systemd is not the manager*' "$client" scope $$ x 0

[ $library = yes ] || echo "without libgamemode0: its client was not tried"
echo "$cases answers"
