# helper.sh - the helper that has rights: an ordinary user is given what the table of knobs allows, and nothing else; it
# ends with the connection, whoever is killed.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip 'only root can lend rights'
command -v setpriv >/dev/null || skip 'no setpriv here'
group=$(getent group 65534 | cut -d : -f 1)
[ -n "$group" ] || skip 'no group of nobody here'
chmod 755 "$tmp"
cp "$1/sonde" "$tmp/sonde"
sonde=$tmp/sonde
socket=$tmp/run/sock data=$tmp/data
XDG_CONFIG_HOME=$tmp/config
export XDG_CONFIG_HOME

# nobody COMMAND...: as an ordinary user, who is in that group only
nobody()
{
    setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$tmp/none" SONDE_POLICY_SOCKET="$socket" "$@"
}

# As its unit has it: root with these rights only, as far as we have them ourselves. (Who gives the socket to a group
# without CAP_CHOWN must be in it; a service manager does that otherwise.)
rights=-all
for right in $("$sonde" service print --policy | sed -n 's/^CapabilityBoundingSet=//p' | tr 'A-Z' 'a-z'); do
    ! setpriv --bounding-set="-all,+${right#cap_}" true 2>/dev/null || rights="$rights,+${right#cap_}"
done

# helper_start OPTIONS...: in the background; $helper is its process, $tmp/helper.out what it said
helper_start()
{
    : >"$tmp/helper.out"
    setpriv --groups 65534 --no-new-privs --inh-caps=-all --bounding-set="$rights" \
        "$sonde" policy helper --socket "$socket" --data "$data" --group "$group" --json "$@" >"$tmp/helper.out" \
        2>>"$tmp/helper.err" &
    helper=$! background="$background $!"
    for _ in $(seq 100); do
        [ ! -s "$tmp/helper.out" ] || return 0
        kill -0 "$helper" 2>/dev/null || break
        sleep 0.1
    done
    fail "the helper does not start: $(cat "$tmp/helper.err")"
}

nice_of()
{
    cut -d ' ' -f 19 "/proc/$1/stat"
}

# until 'WHAT' COMMAND...: it comes true within 20 seconds
until_true()
{
    what=$1
    shift
    for _ in $(seq 200); do
        ! "$@" || return 0
        sleep 0.1
    done
    fail "$what"
}

is_nice()
{
    [ "$(nice_of "$1")" = "$2" ]
}

cat >"$tmp/helping.py" <<'END'
import json, os, socket

class Helper:
    def __init__(self, path=None):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.connect(path or os.environ["SONDE_POLICY_SOCKET"])
        self.s.settimeout(60)
        self.f = self.s.makefile("rb")

    def ask(self, line):
        self.s.sendall(line if isinstance(line, bytes) else line.encode() + b"\n")
        return self.hear()

    def hear(self):
        line = self.f.readline()
        return json.loads(line) if line else None

def nice_of(pid):
    return int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[16])
END
python()
{
    nobody env PYTHONPATH="$tmp" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$@"
}
python_of_root()
{
    env SONDE_POLICY_SOCKET="$socket" PYTHONPATH="$tmp" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$@"
}

# ---- without one ----

expect 0 '*nice=-5 was not set*no helper runs here*' nobody "$sonde" run --set nice=-5 -- true
expect 0 '*' nobody env SONDE_POLICY_SOCKET= "$sonde" run --set nice=-5 -- true
expect 2 '*' "$sonde" policy helper --idle never

# ---- what an ordinary user is given ----

helper_start
[ "$(stat -c '%a %U %G' "$socket")" = "660 root $group" ] || fail "the socket: $(stat -c '%a %U %G' "$socket")"
expect 0 '*' nobody "$sonde" run --intent latency --report "$tmp/none" --json -- sh -c '
    for _ in $(seq 200); do
        ! grep -q "nice -10" /proc/self/autogroup || exit 0
        [ "$(nice)" != -10 ] || exit 0
        sleep 0.1
    done
    exit 1'
grep -q '"state":"done".*"set_by_helper":1,"helper_lost":false' "$tmp/err" || fail "not lent: $(cat "$tmp/err")"
expect 0 '*nice 0 -> -5*all is as it was*' nobody "$sonde" run --set nice=-5 -- \
    sh -c 'for _ in $(seq 200); do [ "$(nice)" != -5 ] || exit 0; sleep 0.1; done; exit 1'
expect 1 '*nice=-5*' nobody "$sonde" run --strict --set nice=-5 -- true

# Not of its group: it cannot even ask; nor where anybody may connect.
expect 0 '*nice=-5 was not set*for members of its group only*' setpriv --reuid 65534 --regid 65533 --clear-groups \
    env HOME="$tmp/none" SONDE_POLICY_SOCKET="$socket" "$sonde" run --set nice=-5 -- true
chmod 666 "$socket"
expect 0 '*nice=-5 was not set*root and members of its group only*' setpriv --reuid 65534 --regid 65533 --clear-groups \
    env HOME="$tmp/none" SONDE_POLICY_SOCKET="$socket" "$sonde" run --set nice=-5 -- true
chmod 660 "$socket"

sleep 300 &
roots=$! background="$background $!"
python - "$roots" <<'END' || fail 'what was refused, see above'
import os, subprocess, sys
from helping import Helper, nice_of
own = subprocess.Popen(["sleep", "300"])
roots = sys.argv[1]
h = Helper()
assert "begin first" in h.ask(f"set nice {own.pid} -5")["error"]
assert "for which goal" in h.ask("begin run speed x")["error"]
assert h.ask("begin run - test")["id"]
assert "begun already" in h.ask("begin run - test")["error"]
refused = [
    (f"nice {roots} -5", "another user"), (f"oom {roots} 500", "another user"),
    (f"autogroup {roots} 5", "another user"),
    ("nice 1 -5", "left alone"), ("nice 2 -5", "left alone"), ("nice 2147483647 -5", "no process"),
    (f"nice {own.pid} -16", "-15 to 19"), (f"nice {own.pid} -20", "-15 to 19"), (f"nice {own.pid} x", "whole number"),
    (f"oom {own.pid} -501", "-500 to 1000"), (f"autogroup {own.pid} -20", "-15 to 19"),
    (f"rt {own.pid} rr:1", "lock a machine up"), (f"deadline {own.pid} 1/2/3", "lock a machine up"),
    (f"ioprio.rt {own.pid} rt/0", "lock a machine up"), (f"session {own.pid} own", "about to start"),
    ("omp.threads - 4", "about to start"), ("cpu.weight@/ - 10", "control groups"),
    ("group@/x - present", "control groups"),
    ("vm.swappiness@../../x - 5", "no \"../../x\""), ("disk.scheduler@../../x - none", "no \"../../x\""),
    ("cpufreq.governor@/etc/passwd - x", "no \"/etc/passwd\""), ("irq.affinity@0/../0 - 0", "no \"0/../0\""),
    ("vm.swappiness - 201", "0 to 200"), ("vm.swappiness - -1", "0 to 200"),
    (f"vm.swappiness {own.pid} 60", "of no process"),
    ("no.such - 5", "no knob"), ("/etc/passwd - 5", "no knob"), ("../nice - 5", "no knob"), ("NICE - 5", "no knob"),
]
for line, why in refused:
    answer = h.ask("set " + line)
    assert answer["state"] == "left" and why in answer["note"], (line, answer)
assert nice_of(roots) == 0 and nice_of(own.pid) == 0

# Its own: there and back, with an answer to what became of it.
answer = h.ask(f"set nice {own.pid} -5")
assert answer == {"state": "done", "old": "0", "now": "-5", "note": None}, answer
assert nice_of(own.pid) == -5
answer = h.ask("end")
assert answer["restored"] == 1 and answer["kept"] == answer["failed"] == 0, answer
assert nice_of(own.pid) == 0 and h.hear() is None

# What somebody else set meanwhile is left, and said.
h = Helper()
h.ask("begin apply latency test")
h.ask(f"set nice {own.pid} -5")
os.setpriority(os.PRIO_PROCESS, own.pid, 7)
answer = h.ask("end")
assert answer["kept"] == 1 and "left at 7" in answer["lines"], answer
own.kill()
own.wait()
END

# What runs already, and what it started: until it ends, or the watcher of it is asked to.
cat >"$tmp/apply.sh" <<'END'
sh -c 'echo $$ >"$1/tree1"; sleep 300; :' sh "$1" &
until [ -s "$1/tree1" ]; do sleep 0.1; done
"$2" policy apply --data "$1/of-nobody" --set nice=-4 "$(cat "$1/tree1")" --json
END
mkdir "$tmp/of-nobody"
chown 65534 "$tmp/of-nobody"
: >"$tmp/tree1"
chown 65534 "$tmp/tree1"
expect 0 '' nobody sh "$tmp/apply.sh" "$tmp" "$sonde"
tree=$(cat "$tmp/tree1")
child=$(pgrep -P "$tree")
background="$background $tree $child"
watcher=$(sed -n 's/.*"set_by_helper":2,"watcher":\([0-9]*\).*/\1/p' "$tmp/out")
[ -n "$watcher" ] || fail "what runs is not served: $(cat "$tmp/out")"
is_nice "$tree" -4 && is_nice "$child" -4 || fail "applied, and it is $(nice_of "$tree"), $(nice_of "$child")"
kill "$watcher"
until_true 'the watcher ended, and what it applied stays' is_nice "$child" 0
is_nice "$tree" 0 || fail "set back in part: $(nice_of "$tree")"
kill "$child" "$tree"

# ---- whoever is killed ----

# holds FILE NICE: a client that sets it of a process of its own and waits; $client and $held are the two
cat >"$tmp/holding.py" <<'END'
import os, subprocess, sys, time
from helping import Helper
own = subprocess.Popen(["sleep", "300"])
h = Helper()
h.ask("begin run - held")
h.ask(f"set nice {own.pid} {sys.argv[1]}")
print(os.getpid(), own.pid, flush=True)
time.sleep(300)
END
holds()
{
    python "$tmp/holding.py" "$2" >"$1" 2>>"$tmp/holding.err" &
    background="$background $!"
    until_true 'the client does not begin' test -s "$1"
    read -r client held <"$1"
    background="$background $client $held"
    is_nice "$held" "$2" || fail "not set: $(nice_of "$held")"
}

holds "$tmp/holds1" -7
kill -KILL "$client"
until_true 'a client was killed, and what it had set stays' is_nice "$held" 0
kill "$held"

# The helper: the program runs on with what was set, the next helper sets it back, and the program's end says so.
nobody "$sonde" run --set nice=-5 -- sh -c 'echo $$; while [ ! -e "$1/go" ]; do sleep 0.1; done; exit 7' sh "$tmp" \
    >"$tmp/program" 2>"$tmp/said" &
run=$! background="$background $!"
until_true 'the program does not start' test -s "$tmp/program"
program=$(cat "$tmp/program")
until_true 'the program was not served' is_nice "$program" -5
kill -KILL "$helper"
wait "$helper" 2>/dev/null || :
is_nice "$program" -5 || fail 'it changed without anybody'
helper_start
grep -q '"restored":1,"kept":0,"failed":0' "$tmp/helper.out" || fail "not recovered: $(cat "$tmp/helper.out")"
is_nice "$program" 0 || fail "recovered, and it is $(nice_of "$program")"
: >"$tmp/go"
rc=0
wait $run || rc=$?
[ $rc = 7 ] || fail "the program's status is lost: $rc"
grep -q 'the helper is gone before the program' "$tmp/said" || fail "the end does not say so: $(cat "$tmp/said")"

# Recovery alone, as a service manager does after the end of one.
holds "$tmp/holds2" -3
kill -KILL "$helper"
wait "$helper" 2>/dev/null || :
expect 0 '' "$sonde" policy helper --data "$data" --recover --json
says '*"restored":1*'
is_nice "$held" 0 || fail 'not recovered'
kill "$held"

# Asked to end, it undoes everything first.
helper_start
holds "$tmp/holds3" -3
kill "$helper"
wait "$helper" || fail "it ends with $?: $(cat "$tmp/helper.err")"
is_nice "$held" 0 || fail 'ended, and not undone'
kill "$held"
[ ! -e "$socket" ] || fail 'the socket stays'

# ---- those who mean harm ----

helper_start
# Who says nothing, or half a line, is sent away; who has begun may be silent.
python_of_root - >"$tmp/silent" 2>"$tmp/silent.err" <<'END' &
from helping import Helper
one, two, three = Helper(), Helper(), Helper()
two.s.sendall(b"begin run")
print(three.ask("begin run - silent"), flush=True)
print(one.hear(), two.hear(), three.ask("end"), flush=True)
END
silent=$! background="$background $!"

python - <<'END' || fail 'garbage, see above'
import random
from helping import Helper
random.seed(8)
sent = 0
while sent < 1000:
    h = Helper()
    heard = 0
    try:
        while True:
            line = bytes(random.choice([*range(1, 10), *range(11, 256)]) for _ in range(random.randrange(80)))
            sent += 1
            answer = h.ask(line + b"\n")
            if answer is None:
                break
            assert "no request" in answer["error"], answer
            heard += 1
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert heard <= 16, heard
h = Helper()
try: # a line without an end
    h.s.sendall(b"set " + b"x" * 100000)
    assert "no request" in h.hear()["error"] and h.hear() is None
except (BrokenPipeError, ConnectionResetError):
    pass
h = Helper()
assert "no request" in h.ask(b"end\0\n")["error"]
assert h.ask("begin run - after")["id"] and h.ask("end")["restored"] == 0
END
kill -0 "$helper" || fail "garbage ended it: $(cat "$tmp/helper.err")"
python - <<'END' || fail '40 connections, see above'
from helping import Helper
all = [Helper() for _ in range(40)]
served = refused = 0
for h in all:
    try:
        answer = h.ask("begin run - many")
    except (BrokenPipeError, ConnectionResetError): # it was refused before it could ask
        refused += 1
        continue
    served += "id" in answer
    refused += "too many clients" in answer.get("error", "")
assert served == 16 and refused == 24, (served, refused)
for h in all[:4]:
    h.ask("end") if h else None
END
expect 0 '*nice 0 -> -5*' nobody "$sonde" run --set nice=-5 -- \
    sh -c 'for _ in $(seq 200); do [ "$(nice)" != -5 ] || exit 0; sleep 0.1; done; exit 1'
# Who asks much at once waits, and nobody else does.
python - >"$tmp/flood" <<'END' &
from helping import Helper
flood = Helper()
flood.ask("begin run - flood")
flood.s.sendall(b"set no.such - 1\n" * 100)
print("begun", flush=True)
heard = [flood.hear()["state"] for _ in range(100)]
assert heard == ["left"] * 100
END
flood=$! background="$background $!"
until_true 'the flood does not begin' test -s "$tmp/flood"
python_of_root -c '
from helping import Helper
assert Helper().ask("begin run - other")["id"]' || fail 'root waits behind a flood'
wait $flood || fail 'what was asked in a flood is not answered'
wait $silent || fail "those who are silent: $(cat "$tmp/silent" "$tmp/silent.err")"
grep -q '^None None ' "$tmp/silent" || fail "those who are silent are kept: $(cat "$tmp/silent")"

# ---- of the machine, on a made-up one ----

kill "$helper"
wait "$helper" || fail "it ends with $?"
clock=$tmp/machine/sys/devices/system/cpu/cpufreq/policy0 heat=$tmp/machine/sys/class/hwmon/hwmon0
mkdir -p "$clock" "$heat"
echo powersave >"$clock/scaling_governor"
echo performance powersave >"$clock/scaling_available_governors"
data=$tmp/data2
# machine_start OPTIONS...: the helper of that machine, on which it is a process, too
machine_start()
{
    helper_start --root "$tmp/machine" "$@"
    mkdir -p "$tmp/machine/proc/$helper"
    cat "/proc/$helper/stat" >"$tmp/machine/proc/$helper/stat"
}
machine_start
governor()
{
    python - "$clock/scaling_governor" "$@" <<'END' || fail "the governor, see above: $*"
import sys
from helping import Helper
h = Helper()
h.ask("begin run latency test")
answer = h.ask("set cpufreq.governor@policy0 - performance")
assert answer["state"] == sys.argv[2] and sys.argv[3] in (answer["note"] or ""), answer
wanted = "performance" if sys.argv[2] == "done" else "powersave"
assert open(sys.argv[1]).read().strip() == wanted
END
}
governor left 'how hot this machine is cannot be seen'
echo 95000 >"$heat/temp1_input"
governor left 'it is hot: 95 of at most 90'
echo 50000 >"$heat/temp1_input"
governor 'done' ''
until_true 'the governor stays' grep -q powersave "$clock/scaling_governor"
# It becomes hot while somebody still wants it.
python - <<'END' >"$tmp/warm" 2>"$tmp/warm.err" &
from helping import Helper
h = Helper()
h.ask("begin run latency test")
print(h.ask("set cpufreq.governor@policy0 - performance")["state"], flush=True)
assert h.hear() is None
END
warm=$! background="$background $!"
until_true 'the client does not begin' test -s "$tmp/warm"
grep -q performance "$clock/scaling_governor" || fail "not set: $(cat "$tmp/warm")"
echo 95000 >"$heat/temp1_input"
until_true 'it is hot, and the governor stays' grep -q powersave "$clock/scaling_governor"
wait $warm || fail "who made it hot: $(cat "$tmp/warm.err")"
grep -q 'it is hot: 95 of at most 90' "$tmp/helper.err" || fail "nobody is told of the heat: $(cat "$tmp/helper.err")"
kill "$helper"
wait "$helper" || fail "it ends with $?"
machine_start --no-thermal-guard
governor 'done' ''

# ---- started by a service manager ----

kill "$helper"
wait "$helper" || fail "it ends with $?"
/usr/bin/python3 - "$socket" "$sonde" "$data" "$group" <<'END' || fail 'by LISTEN_FDS, see above'
import os, socket, sys
path, sonde, data, group = sys.argv[1:]
s = socket.socket(socket.AF_UNIX)
s.bind(path)
s.listen()
pid = os.fork()
if pid == 0:
    os.dup2(s.fileno(), 3)
    os.set_inheritable(3, True)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    os.execv(sonde, [sonde, "policy", "helper", "--data", data, "--group", group, "--idle", "1"])
c = socket.socket(socket.AF_UNIX)
c.settimeout(60)
c.connect(path)
c.sendall(b"begin run - test\n")
assert b'"id"' in c.recv(4096)
c.close()
assert os.waitpid(pid, 0)[1] == 0 # nobody was there for a second
assert os.path.exists(path)       # it is not its own
END
expect 1 '*no socket that listens*' \
    sh -c 'exec env LISTEN_FDS=1 LISTEN_PID=$$ "$0" policy helper --data "$1" 3</dev/null' "$sonde" "$data"

echo "$cases cases, and nobody was given what is not in the table; rights of the helper: $rights"
