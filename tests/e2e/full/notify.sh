#!/bin/sh
# Notifications against the real thing: dunst under Xvfb, on a session bus of its own, shows raise, remind and clear
# with the exact text, each in place of the one before; names of processes do nothing but appear; without a bus one line
# says so.
. "$(dirname "$0")/../lib.sh"
for program in dunst Xvfb dbus-run-session dbus-monitor dbus-send; do
    command -v $program >/dev/null || skip "no $program"
done
[ -f "$1/sonde-bus.so" ] || skip "a build without sonde-bus"
sonde=$(cd "$1" && pwd)/sonde
export XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/share" XDG_RUNTIME_DIR="$tmp/run" HOME="$tmp"
export SONDE_SOCKET="$tmp/run/sonde.sock"
unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY
mkdir -p "$tmp/config/sonde/adapters.d" "$tmp/config/dunst" "$tmp/run" "$tmp/share"
chmod 700 "$tmp/run"
chmod go-w "$tmp" "$tmp/config" "$tmp/config/sonde" "$tmp/config/sonde/adapters.d"
printf "[global]\n    markup = full\n" >"$tmp/config/dunst/dunstrc"

# Something to raise an alert of, with a name that a shell or a reader of markup would take for more than a name.
name='x$(touch /tmp/sonde-p) <b>&"'
echo 10 >"$tmp/level"
cat >"$tmp/config/sonde/adapters.d/toy.sh" <<END
#!/bin/sh
echo 'sonde 1'
echo 'metric load{$name} % gauge min=0 max=100 how much'
while :; do
    read -r level <'$tmp/level'
    echo 'load{$name} '"\$level"
    echo end
    sleep 0.2
done
END
chmod 755 "$tmp/config/sonde/adapters.d/toy.sh"
cat >"$tmp/config/sonde/sonde.yaml" <<'END'
general:
  logging_interval: 0.2
alerts:
  defaults: false
  grace_s: 0
  group_s: 0
  remind_minutes: 0.05
  rules:
    - "toy busy: ext.toy.load > 90 clear 50 severity critical"
END

cat >"$tmp/session.sh" <<'END'
set -eu
dbus-monitor --session "interface='org.freedesktop.Notifications',type='method_call',member='Notify'" >"$tmp/heard" &
monitor=$!
dunst -print >"$tmp/dunst" 2>"$tmp/dunst.err" &
dunst=$!
end() { kill $dunst $monitor ${recorder:-} ${agent:-} 2>/dev/null || :; wait; }
trap end EXIT
wait_for() # TEXT FILE
{
    for _ in $(seq 150); do
        ! grep -qF "$1" "$2" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "never came: $1"
    tail -40 "$2"
    exit 1
}
for _ in $(seq 100); do # else the bus would start one of its own
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
        string:org.freedesktop.Notifications | grep -q 'boolean true' && break
    sleep 0.1
done
"$sonde" notify --test >"$tmp/test" 2>"$tmp/test.err" || :
grep -q '^shown by dunst' "$tmp/test" || { cat "$tmp/test" "$tmp/test.err"; exit 1; }
wait_for "this is a test of Sonde's alerts; nothing is wrong" "$tmp/dunst"

# The agent hears the recorder at its socket, as it would hear that of the system.
"$sonde" record --data "$tmp/data" --quiet 2>"$tmp/record.err" &
recorder=$!
for _ in $(seq 50); do [ ! -S "$SONDE_SOCKET" ] || break; sleep 0.1; done
"$sonde" notify 2>"$tmp/agent.err" &
agent=$!
sleep 1
echo 95 >"$tmp/level"
wait_for 'load{x$(touch /tmp/sonde-p) &lt;b&gt;&amp;"} is 95.0 %, above 90.0 %' "$tmp/heard"
wait_for 'is still 95.0 %, above 90.0 % for' "$tmp/heard"
# One that comes later is shown what lasts, one that was there already is not shown it twice.
"$sonde" notify --once
echo 7 >"$tmp/level"
wait_for 'is 7.00 %, no longer above 90.0 %; it was for' "$tmp/heard"
wait_for 'is 7.00 %, no longer above 90.0 %; it was for' "$tmp/dunst"
kill $agent; wait $agent || { echo "notify ends with $?"; exit 1; }
kill $recorder; wait $recorder || { echo "record ends with $?: $(cat "$tmp/record.err")"; exit 1; }
[ ! -s "$tmp/agent.err" ] || { echo "notify said: $(cat "$tmp/agent.err")"; exit 1; }

# The recorder itself, and check, without an agent.
echo 95 >"$tmp/level"
"$sonde" record --data "$tmp/data2" --quiet --notifications --duration 3
wait_for 'is 95.0 %, above 90.0 %' "$tmp/heard"
"$sonde" check --duration 2 --interval 0.5 --fresh --notifications >"$tmp/report"
wait_for 'string "Sonde:' "$tmp/heard"

# Processes with such names, and a recorder that says what none of ours does: over 10 kB of control characters, those of
# C0 escaped and those of C1 as UTF-8 has them, and markup; then a line without an end.
/usr/bin/python3 "$tmp/hostile.py" "$tmp/evil.sock" &
hostile=$!
for _ in $(seq 50); do [ ! -S "$tmp/evil.sock" ] || break; sleep 0.1; done
SONDE_SOCKET=$tmp/evil.sock timeout 20 "$sonde" notify --once
wait_for 'string "evil?[2J?"' "$tmp/heard"
SONDE_SOCKET=$tmp/evil.sock timeout 20 "$sonde" notify --once
"$sonde" check --duration 12 --interval 0.5 --fresh --notifications >"$tmp/report"
kill $hostile
END
cat >"$tmp/hostile.py" <<'END'
import ctypes, json, os, socket, sys, threading
libc = ctypes.CDLL(None)
for name in (b"x$(touch /tmp/sonde-p)", b"`touch /tmp/sonde-p`", b"<b>&\x1b[2J"):
    if os.fork() == 0:
        libc.prctl(1, 15)
        libc.prctl(15, name[:15])
        while True:
            pass
said = dict(state="raised", rule="evil\x1b[2J\x9b", metric="m\x9b\x1b", value=1, unit="1", severity="critical", more=0,
            id="e\x85", since="2026-11-22T10:15:00Z", time="2026-11-22T10:15:00Z",
            text="<b>a</b>$(touch /tmp/sonde-p)" + 800 * "\x9b\x1b\x85\x01")
evil = json.dumps(said, ensure_ascii=False).encode()
assert 10000 < len(evil) < 16000 and b"\xc2\x9b\\u001b" in evil
raw = evil.replace(b"\\u001b", b"\x1b").replace(b"evil", b"raw") # is no JSON
lines = evil + b"\n" + raw + b"\nno JSON\n[]\n{}\n"
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    line, _ = server.accept()
    line.recv(512)
    try:
        line.sendall(lines)
    except OSError:
        pass # it left, as it may
    line.close()
    lines = 100 * evil
END
rm -f /tmp/sonde-p
export sonde tmp
Xvfb -displayfd 3 -screen 0 640x480x24 3>"$tmp/display" 2>"$tmp/xvfb" & background="$background $!"
for _ in $(seq 200); do [ ! -s "$tmp/display" ] || break; sleep 0.1; done
[ -s "$tmp/display" ] || fail "Xvfb does not start: $(cat "$tmp/xvfb")"
DISPLAY=:$(cat "$tmp/display") dbus-run-session -- sh "$tmp/session.sh" || fail "in the session"

# What was shown, in full and in order; a later one takes the place of an earlier one of the same alert.
/usr/bin/python3 - "$tmp/heard" <<'PY'
import re, sys, unicodedata
calls, now = [], None
for line in open(sys.argv[1], encoding="utf-8"):
    if line.startswith("method call"):
        now = []
        calls.append(now)
    elif now is not None:
        text = re.match(r"   (string|uint32|int32) (.*)", line)
        if text:
            now.append(text[2].strip('"') if text[1] == "string" else int(text[2]))
shown = [(c[3], c[4], c[1]) for c in calls]
name = 'ext.toy.load{x$(touch /tmp/sonde-p) &lt;b&gt;&amp;"}'
busy = [s for s in shown if s[0].startswith("toy busy")]
assert busy[0][:2] == ("toy busy", f"{name} is 95.0 %, above 90.0 %"), busy
still = [s for s in busy if s[0] == "toy busy, still"]
assert still and all(s[1].startswith(f"{name} is still 95.0 %, above 90.0 % for ") for s in still), busy
over = [s for s in busy if s[0] == "toy busy: over"]
assert over[0][1].startswith(f"{name} is 7.00 %, no longer above 90.0 %; it was for "), busy
assert busy[0][2] == 0 and still[0][2] > 0 and over[0][2] == still[0][2], busy
assert all("<" not in s[1] for s in shown), shown
[evil] = [s for s in shown if s[0].startswith("evil")]
assert evil[:2] == ("evil?[2J?", evil[1]) and len(evil[1]) < 1000, evil
assert re.fullmatch(r"&lt;b&gt;a&lt;/b&gt;\$\(touch /tmp/sonde-p\)\?{200,}", evil[1]), evil
assert not [s for s in shown if s[0].startswith("raw")], shown
assert all(unicodedata.category(c) != "Cc" for s in shown for c in s[0] + s[1].replace("\n", "")), shown
print(len(shown), "notifications,", len(busy), "of the alert")
PY
[ ! -e /tmp/sonde-p ] || fail "a name was run as a command"

# Without a bus one line says so, and no more than one.
echo 95 >"$tmp/level"
DBUS_SESSION_BUS_ADDRESS= expect 0 '*there is no session bus*' \
    "$sonde" record --data "$tmp/data3" --notifications --duration 8
[ "$(grep -c 'session bus' "$tmp/err")" -eq 1 ] || fail "said more than once: $(cat "$tmp/err")"
echo "dunst shows raise, remind and clear; one line without a bus"
