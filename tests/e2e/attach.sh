#!/bin/sh
# Other commands use the samples of a running recorder, and those of its group may; nobody else may, and nothing that is
# asked of it, or not read from it, holds it up.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
data=$tmp/data
chmod 755 "$tmp"
SONDE_SOCKET=$tmp/run/sock
"$sonde" record --data "$data" -i 0.5 >"$tmp/out" 2>"$tmp/err" &
pid=$! background="$background $!"
for _ in $(seq 100); do
    [ ! -S "$data/sock" ] || [ ! -s "$tmp/out" ] || break
    sleep 0.1
done
sleep 7

"$sonde" top --json --batch 2 >"$tmp/top" || fail "top: exit $?"
"$sonde" top --once --data "$data" >"$tmp/screen" || fail "top --data: exit $?"
"$sonde" check -d 5 --json >"$tmp/check" || fail "check: exit $?"
"$sonde" check -d 1 -i 0.2 --json >"$tmp/apart" || fail "check, closer: exit $?"
"$sonde" check -d 1 --fresh -i 0.5 --json >"$tmp/fresh" || fail "check --fresh: exit $?"
SONDE_SOCKET='' "$sonde" check -d 1 -i 0.5 --json >"$tmp/none" || fail "check without a socket: exit $?"
python3 - "$tmp" "$data" <<'END'
import json, os, socket, sys, time
tmp, data = sys.argv[1:]
shots = [json.loads(line) for line in open(f"{tmp}/top")]
assert len(shots) == 2 and shots[0]["interval_s"] == 0.5, shots[0]["interval_s"]
assert len(shots[0]["processes"]) > 20 and 0 <= shots[0]["metrics"]["cpu.util"] <= 100
check = json.load(open(f"{tmp}/check"))["session"]
assert check["origin"].startswith("the running recorder, session_"), check
missed = sum(int(e["text"].split()[0]) for e in check["events"] if "missed" in e["text"])
assert check["samples"] + missed == 10, check # each is there, or told
for name in "apart", "fresh", "none":
    assert json.load(open(f"{tmp}/{name}"))["session"]["origin"] == "this machine", name

def ask(line, path=f"{data}/sock"):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(path)
    answer = b""
    try:
        s.sendall(line)
    except BrokenPipeError:
        pass # refused already; why can still be read
    try:
        while piece := s.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer

# Who looks on gets every instant once: those before from the files, those that come from memory.
s = socket.socket(socket.AF_UNIX)
s.connect(f"{data}/sock")
s.sendall(b"live 10\n")
s.settimeout(0.2)
with open(f"{tmp}/live.sonde", "wb") as file:
    until = time.monotonic() + 3
    while time.monotonic() < until:
        try:
            file.write(s.recv(65536))
        except TimeoutError:
            pass
s.close()

state = json.loads(ask(b"state\n"))
assert state["interval_s"] == 0.5 and state["samples"] >= 10 and state["metrics"] > 10, state
assert json.loads(ask(b"sessions\n"))["sessions"][0]["id"] == state["session"]
assert ask(b"tape - 0 9999999999999\n")[:4] == b"SdCk"
hostile = [b"\n", b"\0\n", b"x" * 5000 + b"\n", b"live -1\n", b"live nan\n", b"live 1 2\n", b"tape\n", b"tape - 1\n",
           b"tape - a b\n", b"tape " + b"s" * 300 + b" 0 1\n", b"tape - 0 99999999999999999999999\n",
           b"tape ../../etc 0 1\n", b"state 1\n", b"\xff\xfe\n", b"sessions 0\n",
           b"sessions x\n", os.urandom(200).replace(b"\n", b"") + b"\n"]
for line in hostile:
    answer = json.loads(ask(line))
    assert answer["error"], (line, answer)

# Seventeen who ask for everything and read nothing: sixteen get in; the recorder goes on, and answers again later.
slow = []
for _ in range(17):
    s = socket.socket(socket.AF_UNIX)
    s.connect(f"{data}/sock")
    try:
        s.sendall(b"live 10\n")
    except BrokenPipeError: # refused before it asked; the one that has left may not be missed yet
        assert len(slow) >= 15
    slow.append(s)
time.sleep(2)
slow[16].settimeout(5)
assert b"too many clients" in slow[16].recv(1000)
for s in slow:
    s.close()
time.sleep(1.5)
until = time.monotonic() + 15 # they are missed when there is something to send to them
while "error" in (later := json.loads(ask(b"state\n"))) and "samples" not in later and time.monotonic() < until:
    time.sleep(0.2)
assert later["samples"] >= state["samples"] + 6 and later["dropped"] == 0, (state, later)
END
"$sonde" check --replay "$tmp/live.sonde" --mode collect --export-csv "$tmp/live.csv" --quiet >/dev/null 2>&1 || :
tail -n +2 "$tmp/live.csv" | cut -d, -f1 >"$tmp/times"
[ "$(wc -l <"$tmp/times")" -gt 15 ] || fail "live: $(wc -l <"$tmp/times") instants"
sort -u "$tmp/times" | cmp -s - "$tmp/times" ||
    fail "live: an instant came twice: $(sort "$tmp/times" | uniq -d | head -1)"

# The recorder reads its own index for "sessions"; whoever writes there next must not think itself alone with it.
"$sonde" sessions label last 'a name' --data "$data" >/dev/null || fail "a session of the recorder cannot be labelled"
ls -l "/proc/$pid/fd" | grep 'index.db.*deleted' && fail "a label took the index's log away from the recorder"

# What was recorded is sought where the recorder puts it; --data, and no recorder, lead elsewhere.
session=$(python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])' <<END
$("$sonde" sessions list --json --data "$data")
END
)
export HOME="$tmp/other" XDG_DATA_HOME="$tmp/other/share"
for command in list show stats verify; do
    expect 0 '' "$sonde" sessions $command --json
    [ $command = verify ] || [ $command = stats ] || says "*$session*"
done
expect 0 '' "$sonde" sessions stats
says "$data
*1 (1 running, 0 crashed*"
expect 0 '' "$sonde" analyze "$session" --json
says "*$data*"
expect 0 '' "$sonde" sessions list --data "$tmp/nil"
says "Nothing is recorded in $tmp/nil yet*"
expect 0 '' env SONDE_SOCKET= "$sonde" sessions list
says "Nothing is recorded in * yet*"

# What cannot be read is answered with a sentence, not with nothing.
for dir in segments journal; do
    mv "$data/$dir" "$tmp/$dir"
    : >"$data/$dir"
done
refused=$(python3 - "$data/sock" <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(10)
s.connect(sys.argv[1])
s.sendall(b"tape - 0 9999999999999\n")
print(s.recv(65536))
END
)
for dir in segments journal; do
    rm "$data/$dir"
    mv "$tmp/$dir" "$data/$dir"
done
case $refused in *'"error"'*) ;; *) fail "an archive that cannot be read: no error: $(printf %.60s "$refused")" ;; esac

# Nor may everyone read its directory; then it is asked.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    cp "$sonde" "$tmp/sonde"
    rights=+dac_override,+dac_read_search
    SONDE_SOCKET="$tmp/own/sock" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps $rights \
        --ambient-caps $rights "$tmp/sonde" record --data "$tmp/closed" -i 0.5 --quiet >"$tmp/closed.out" 2>&1 &
    closed=$! background="$background $!"
    for _ in $(seq 100); do
        [ ! -S "$tmp/own/sock" ] || break
        sleep 0.1
    done
    sleep 2
    chown 0 "$tmp/closed"
    chmod 700 "$tmp/closed"
    for how in --json --from=now; do
        expect 0 '' env SONDE_SOCKET="$tmp/own/sock" setpriv --reuid 65534 --regid 65534 --clear-groups \
            "$tmp/sonde" sessions list $how
    done
    says '*[1-9]  *  - * running*'
    kill $closed
    wait $closed || fail "a recorder in a directory that is closed to others: $(cat "$tmp/closed.out")"
fi

kill -0 $pid || fail "the recorder ended: $(cat "$tmp/err")"

# Who it is: nobody's business but root's, the user's own and the group's.
others='skipped: only root can be another user'
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    rc=0
    setpriv --reuid 65534 --regid 65534 --clear-groups "$sonde" check -d 0.5 -i 0.5 --json --verbose \
        >"$tmp/nobody" 2>"$tmp/nobody.err" || rc=$?
    [ $rc = 0 ] && grep -q '"origin": *"this machine"' "$tmp/nobody" || fail "another user: exit $rc: $(cat "$tmp/nobody.err")"
    others='another user is not let in'
    group=$(getent group sonde | cut -d: -f3)
    if [ -n "$group" ]; then
        setpriv --reuid 65534 --regid 65534 --groups "$group" "$sonde" check -d 2 --json >"$tmp/member" ||
            fail "a member: exit $?"
        grep -q 'the running recorder' "$tmp/member" || fail "a member of the group was not let in"
        others="$others, a member of the group is"
    fi
fi

kill -TERM $pid
wait $pid || fail "SIGTERM: exit $?: $(cat "$tmp/err")"
[ ! -e "$data/sock" ] && [ ! -e "$tmp/run/sock" ] || fail 'a socket was left behind'
"$sonde" analyze --from -10m --data "$data" --json | grep -q '"origin": *"'"$data" || fail "analyze by files: exit $?"
echo "attached, hostile requests refused; $others"
