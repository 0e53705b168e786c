#!/bin/sh
# Adapters of one's own: a program and a shared object that are dropped into a folder are measured and
# reported; what others could have written is not run; nothing is left behind, however Sonde ends.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
export XDG_CONFIG_HOME="$tmp/config"
folder=$XDG_CONFIG_HOME/sonde/adapters.d
examples=$(dirname "$0")/../../examples
mkdir -p "$folder" "$tmp/spool" "$tmp/more"
chmod go-w "$tmp" "$XDG_CONFIG_HOME" "$XDG_CONFIG_HOME/sonde" "$folder" "$tmp/more"

# The examples, as the documents tell to install them.
sed "s|^folders=.*|folders='$tmp/spool /nowhere'|" "$examples/adapters.d/spool.sh" >"$folder/spool.sh"
chmod 755 "$folder/spool.sh"
install -m 644 "$1/examples/folder.so" "$folder/folder.so"
touch "$tmp/spool/one" "$tmp/spool/two" "$tmp/spool/three"
"$sonde" metrics --json 'ext.*' >"$tmp/out" || fail "metrics: exit $?"
/usr/bin/python3 - "$tmp" <<'PY'
import json, sys
tmp = sys.argv[1]
found = {m["id"]: m for m in json.load(open(f"{tmp}/out"))}
files = found[f"ext.spool.files{{{tmp}/spool}}"]
assert files["value"] == 3 and files["unit"] == "1" and files["kind"] == "gauge", files
assert files["source"] == "ext.spool" and files["help"] == "files and folders in it", files
assert not any("nowhere" in name for name in found), list(found)
assert found["ext.folder.files{/tmp}"]["value"] is not None, found["ext.folder.files{/tmp}"]
PY

# A program that goes wrong after a while is told in the report, and no other value suffers.
cat >"$folder/late.sh" <<'END'
#!/bin/sh
echo 'sonde 1'
echo 'metric beat 1 counter beats'
echo 'beat 1'
echo end
sleep 1
echo 'no such line'
sleep 1000
END
chmod 755 "$folder/late.sh"
(sleep 2; touch "$tmp/spool/four") &
"$sonde" check --json -d 4 -i 0.2 --export-csv "$tmp/run.csv" --metrics 'ext.*,cpu.util' >"$tmp/report" || fail "check: exit $?"
/usr/bin/python3 - "$tmp" <<'PY'
import csv, json, sys
tmp = sys.argv[1]
report = json.load(open(f"{tmp}/report"))
events = [e for e in report["session"]["events"] if e["source"] == "ext.late"]
assert events and "line 5:" in events[0]["text"] and "started again after 1 s" in events[0]["text"], events
rows = list(csv.DictReader(open(f"{tmp}/run.csv", newline="")))
files = [r[f"ext.spool.files{{{tmp}/spool}}"] for r in rows]
assert files[0] == "3" and files[-1] == "4" and "" not in files, files
assert rows[1]["ext.late.beat"] == "1" and "" in [r["ext.late.beat"] for r in rows]
PY
rm "$folder/late.sh"

# What may not be run is not run, and doctor says why.
for bad in open foreign silent wrong; do
    printf '#!/bin/sh\ntouch %s/ran-%s\necho hello\n' "$tmp" $bad >"$folder/$bad.sh"
done
chmod 755 "$folder"/*.sh
chmod 777 "$folder/open.sh"
chmod 644 "$folder/silent.sh"
if [ "$(id -u)" = 0 ]; then
    chown 12345 "$folder/foreign.sh" # only root may give files away
else
    rm "$folder/foreign.sh"
fi
: >"$folder/empty.so"
"$sonde" doctor --json >"$tmp/out" || fail "doctor: exit $?"
/usr/bin/python3 - "$tmp/out" <<'PY'
import json, sys
found = {a["name"]: a for a in json.load(open(sys.argv[1]))["adapters"]}
want = {"ext.open": ("denied", "chmod go-w"), "ext.silent": ("denied", "chmod +x"), "ext.wrong": ("failed", "line 1:"),
        "ext.empty": ("failed", "empty.so")}
if "ext.foreign" in found:
    want["ext.foreign"] = ("denied", "belongs to neither root nor")
for name, (state, reason) in want.items():
    assert found[name]["state"] == state and reason in found[name]["reason"], found[name]
assert found["ext.spool"]["state"] == "ok" and found["ext.spool"]["metrics"] == 1, found["ext.spool"]
PY
[ -e "$tmp/ran-wrong" ] && [ ! -e "$tmp/ran-open" ] && [ ! -e "$tmp/ran-silent" ] &&
    [ ! -e "$tmp/ran-foreign" ] || fail "what was run: $(ls "$tmp")"
rm -f "$folder/empty.so" "$folder/open.sh" "$folder/silent.sh" "$folder/wrong.sh" "$folder/foreign.sh" "$tmp"/ran-*

# A folder that others may write to.
printf '#!/bin/sh\ntouch %s/ran-more\n' "$tmp" >"$tmp/more/more.sh"
chmod 755 "$tmp/more/more.sh"
printf 'adapters:\n  directory: %s\n' "$tmp/more" >"$tmp/more.yaml"
chmod 777 "$tmp/more"
"$sonde" doctor --config "$tmp/more.yaml" | tr -s ' \n' ' ' | grep -q 'ext.more denied others may write to' || fail "open folder"
[ ! -e "$tmp/ran-more" ] || fail "a program of an open folder was run"
chmod 755 "$tmp/more"
"$sonde" doctor --config "$tmp/more.yaml" >/dev/null
[ -e "$tmp/ran-more" ] || fail "adapters.directory is not looked through"

# Switched off by name; a name that is none; a recorded machine.
printf 'adapters:\n  disabled: [ext.spool]\n' >"$tmp/off.yaml"
"$sonde" doctor --config "$tmp/off.yaml" | grep -Eq '^ *ext.spool +off' || fail "not switched off"
printf 'adapters:\n  disabled: [ext.spol]\n' >"$tmp/off.yaml"
"$sonde" doctor --config "$tmp/off.yaml" 2>&1 | grep -q 'did you mean ext.spool' || fail "a wrong name passes"
mkdir -p "$tmp/machine/proc"
echo '0.5 0.4 0.3 1/100 4711' >"$tmp/machine/proc/loadavg"
"$sonde" doctor --root "$tmp/machine" >"$tmp/out"
! grep -q 'ext\.' "$tmp/out" || fail "run for a recorded machine: $(cat "$tmp/out")"

# Nothing is left: after an ordinary end, after Ctrl-C, after kill -9; also not what ignores SIGTERM.
cat >"$folder/stubborn.sh" <<END
#!/bin/sh
trap '' TERM HUP INT
sleep 1000 &
echo \$\$ \$! >$tmp/pids
echo 'sonde 1'
while :; do echo end; sleep 0.2; done
END
chmod 755 "$folder/stubborn.sh"

# gone WHEN: all processes of the program have ended within 2 s.
gone()
{
    for try in 1 2 3 4 5 6 7 8 9 10; do
        left=''
        for pid in $(cat "$tmp/pids"); do
            grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null || [ ! -e "/proc/$pid" ] || left="$left $pid"
        done
        [ -n "$left" ] || break
        sleep 0.2
    done
    [ -z "$left" ] || fail "left behind after $1:$left"
    rm "$tmp/pids"
}
"$sonde" doctor >/dev/null
gone 'an ordinary end'
for signal in INT KILL; do
    env --default-signal=INT "$sonde" check -d 600 -i 0.2 >/dev/null 2>&1 &
    pid=$! background="$background $!"
    sleep 2
    for child in $(cat "$tmp/pids"); do
        kill -0 "$child" || fail "the program does not run"
    done
    kill -$signal $pid
    wait $pid || :
    gone "SIG$signal"
done
echo "two examples measured, 5 refused with their reasons, nothing left behind in 3 ways to end"
