#!/bin/sh
# Lines of logs around what is unusual: a recorder that follows files of syslog finds the line before an anomaly and not
# what comes every minute; the next one goes on where it was, over a file that was turned over; `sonde events`,
# `sessions show` and `analyze` tell it; --logs names the logs of another machine; without
# privacy.collect_log_lines none is read.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde data=$tmp/data
export XDG_CONFIG_HOME="$tmp/config" TZ=UTC

# Thousands of small files: in memory, where that is possible.
machines=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$tmp" "$machines"' EXIT

# lines START SECONDS AT TEXT: chatter from five minutes before, and at one second a line that says why
cat >"$tmp/lines.py" <<'END'
import random, sys, time
start, seconds, at, text = int(sys.argv[1]) // 1000, int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
random.seed(start)

def say(t, rest):
    stamp = time.strftime("%b %d %H:%M:%S", time.gmtime(t))
    print(stamp[:4] + stamp[4:6].lstrip("0").rjust(2) + stamp[6:], "host", rest)

for t in range(start - 300, start + seconds):
    if t % 7 == 0:
        say(t, f"sshd[{random.randint(300, 9999)}]: error: kex_exchange_identification: Connection closed by "
               f"{random.randint(1, 250)}.2.3.4")
    if t % 60 == 3:
        say(t, f"ups[77]: critical: battery at {random.randint(50, 99)} %")
    if t == start + at:
        say(t, text)
END

begin=1767600000000
first='kernel: [ 4711.123456] Out of memory: Killed process 812 (mysqld) total-vm:9000kB'
second="systemd[1]: nginx.service: Failed with result 'signal'."
printf 'logs: { files: ["%s"], journal: "" }\n' "$tmp/syslog" >"$tmp/on.yaml"
printf 'logs: { files: ["%s"] }\nprivacy: { collect_log_lines: false }\n' "$tmp/syslog" >"$tmp/off.yaml"

# judged FILE KIND: the anomalies of an answer with what the logs said: "COUNT FIRST-TEXT"
judged()
{
    /usr/bin/python3 - "$1" "$2" <<'END'
import json, sys
r = json.load(open(sys.argv[1]))
items = {"events": lambda: [e for e in r["events"] if e["kind"] == "anomaly" and "causes" in e],
         "show": lambda: r["anomaly_items"], "analyze": lambda: r["anomalies"]["items"]}[sys.argv[2]]()
for a in items:
    if a["logs"]:
        l = a["logs"][0]
        assert a["logs_read"] > 10 and l["count"] == 1 and 0 < l["score"] <= 1 and "/syslog" in l["log"], a
        assert not any("kex_exchange" in x["text"] or "battery" in x["text"] for x in a["logs"]), a["logs"]
    print(len(a["logs"] or []), a["logs"][0]["text"] if a["logs"] else a["logs_reason"])
END
}

/usr/bin/python3 "$(dirname "$0")/busy_machine.py" "$machines/first" $begin 960 900 920 1
/usr/bin/python3 "$tmp/lines.py" $begin 960 896 "$first" >"$tmp/syslog"
"$sonde" record --root "$machines/first" --data "$data" --config "$tmp/on.yaml" >"$tmp/out" 2>"$tmp/err" ||
    fail "exit $?: $(cat "$tmp/err")"
expect 0 '' "$sonde" events last --data "$data" --json
cp "$tmp/out" "$tmp/events.json"
told=$(judged "$tmp/events.json" events)
[ "$told" = "1 Out of memory: Killed process 812 (mysqld) total-vm:9000kB" ] || fail "events: $told"
grep -q '"kind": "log"' "$tmp/events.json" || fail "no event of a log"
expect 0 '' "$sonde" sessions show last --data "$data" --json
told=$(judged "$tmp/out" show)
[ "$told" = "1 Out of memory: Killed process 812 (mysqld) total-vm:9000kB" ] || fail "sessions show: $told"
expect 0 '' "$sonde" sessions show last --data "$data"
says '*kernel: Out of memory: Killed process 812*'
expect 0 '' "$sonde" events --data "$data" --kind anomaly --logs
says '*anomaly*cpu:*kernel: Out of memory: Killed process 812*'
expect 0 '' "$sonde" events --data "$data" --kind log --severity warning
says '*log*kernel: Out of memory*'
expect 0 '' "$sonde" events --data "$data" --to '2026-01-05 07:00'
says 'Nothing of that kind*'
expect 2 '*later than*' "$sonde" events --data "$data" --from -1h --to -2h
expect 2 '*kind*' "$sonde" events --data "$data" --kind anomalies

# An answer has the line beside its text, which an endpoint may get.
expect 0 '' "$sonde" ask --data "$data" --json 'why was it slow at 2026-01-05 08:15'
/usr/bin/python3 - "$tmp/out" <<'END' || fail "ask: $(cat "$tmp/out")"
import json, sys
a = json.load(open(sys.argv[1]))
assert any("Out of memory: Killed process 812" in line for line in a["logs"]), a
assert "Out of memory" not in a["text"] + json.dumps(a["facts"]), a
END
expect 0 '' "$sonde" ask --data "$data" 'why was it slow at 2026-01-05 08:15'
says '*log 08:14:56 kernel: Out of memory*'

# What the recorder found is what a report says, without any log.
expect 0 '' "$sonde" analyze last --data "$data" --json
told=$(judged "$tmp/out" analyze)
[ "$told" = "1 Out of memory: Killed process 812 (mysqld) total-vm:9000kB" ] || fail "analyze: $told"
expect 0 '' "$sonde" analyze last --data "$data"
says '*kernel: Out of memory: Killed process 812*'

# The file is turned over while nobody records; the next recorder reads the rest of the old one and the new one.
begin=$((begin + 970000))
/usr/bin/python3 "$(dirname "$0")/busy_machine.py" "$machines/second" $begin 960 900 920 2
/usr/bin/python3 "$tmp/lines.py" $begin 300 -100 'cron[1]: rest of the old one' >>"$tmp/syslog"
mv "$tmp/syslog" "$tmp/syslog.1"
/usr/bin/python3 "$tmp/lines.py" $((begin + 300000)) 660 597 "$second" | sed 1,90d >"$tmp/syslog"
"$sonde" record --root "$machines/second" --data "$data" --config "$tmp/on.yaml" >"$tmp/out" 2>"$tmp/err" ||
    fail "exit $?: $(cat "$tmp/err")"
expect 0 '' "$sonde" events last --data "$data" --kind anomaly --json
told=$(judged "$tmp/out" events)
[ "$told" = "1 nginx.service: Failed with result 'signal'." ] || fail "events of the second: $told"

# Not to be read: nothing is opened, and the report says why.
begin=$((begin + 970000))
/usr/bin/python3 "$(dirname "$0")/busy_machine.py" "$machines/third" $begin 960 900 920 3
"$sonde" record --root "$machines/third" --data "$data" --config "$tmp/off.yaml" >"$tmp/out" 2>"$tmp/err" ||
    fail "exit $?: $(cat "$tmp/err")"
expect 0 '' "$sonde" events last --data "$data" --kind anomaly --json
told=$(judged "$tmp/out" events)
[ "$told" = "0 log lines are not read here: privacy.collect_log_lines is off" ] || fail "switched off: $told"

# Of a file: only where --logs says.
expect 0 '' "$sonde" check --root "$machines/first" --export-csv "$tmp/first.csv" --json
told=$(judged "$tmp/out" analyze)
case $told in
"0 the logs of the machine that was recorded are not here"*) ;;
*) fail "check of a recorded machine: $told" ;;
esac
expect 0 '' "$sonde" analyze "$tmp/first.csv" --logs "$tmp/syslog.1" --json
told=$(judged "$tmp/out" analyze)
[ "${told#? }" = "Out of memory: Killed process 812 (mysqld) total-vm:9000kB" ] || fail "analyze --logs: $told"
expect 3 '*cannot be read as a log*' "$sonde" analyze "$tmp/first.csv" --logs "$tmp/nothing" --json
expect 0 '' "$sonde" analyze "$tmp/first.csv" --logs "$tmp/syslog.1" --config "$tmp/off.yaml" --json
told=$(judged "$tmp/out" analyze)
[ "$told" = "0 log lines are not read here: privacy.collect_log_lines is off" ] || fail "switched off, of a file: $told"

# A journal that this user may not read is said to be there. In a mount namespace of its own.
cat >"$tmp/closed.sh" <<'END'
set -eu
mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir -p "/var/log/journal/$(cat /etc/machine-id)"
install -m 600 /dev/null "/var/log/journal/$(cat /etc/machine-id)/system.journal"
install -d -o 65534 "$2/closed"
chmod 755 "$2"
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$1" record --data "$2/closed" --duration 1 --verbose
END
if [ "$(id -u)" = 0 ] && [ -e "$1/sonde-journal.so" ] && [ -s /etc/machine-id ] && unshare -m true 2>/dev/null; then
    unshare -m sh "$tmp/closed.sh" "$sonde" "$tmp" >"$tmp/out" 2>&1 || fail "as nobody: exit $?: $(cat "$tmp/out")"
    says '*only root and the groups systemd-journal and adm may read the logs*'
fi

# A user who writes as the kernel or as systemd makes no change of the machine; the journal knows who it was.
remote=/usr/lib/systemd/systemd-journal-remote
if [ -x $remote ] && [ -e "$1/sonde-journal.so" ]; then
    mkdir "$tmp/forged"
    now=$(date +%s)
    # entry SECONDS PRIORITY IDENT TEXT FIELD...
    entry()
    {
        printf '__REALTIME_TIMESTAMP=%s000000\n__MONOTONIC_TIMESTAMP=%s000000\n_BOOT_ID=%032d\n' $((now + $1)) "$1" 1
        printf 'PRIORITY=%s\nSYSLOG_IDENTIFIER=%s\nMESSAGE=%s\n' "$2" "$3" "$4"
        shift 4
        printf '%s\n' "$@" ''
    }
    {
        entry 3 2 kernel 'Out of memory: Killed process 1 (sshd)' _TRANSPORT=syslog _UID=1000 _PID=77
        entry 3 3 kernel 'Out of memory: Killed process 4242 (hog)' _TRANSPORT=kernel
        entry 4 4 systemd "real.service: Failed with result 'signal'." _TRANSPORT=journal _UID=0 _PID=1 \
            UNIT=real.service
        entry 4 4 systemd "forged.service: Failed with result 'signal'." _TRANSPORT=journal _UID=1000 _PID=78 \
            UNIT=forged.service _SYSTEMD_UNIT=user@1000.service
    } | $remote --output="$tmp/forged/system.journal" - >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
    printf 'logs: { journal: "%s" }\n' "$tmp/forged" >"$tmp/forged.yaml"
    expect 0 '*' "$sonde" record --data "$tmp/forged.data" --config "$tmp/forged.yaml" --duration 8 --quiet
    expect 0 '' "$sonde" events --data "$tmp/forged.data" --kind change --json
    says '*ended hog (pid 4242)*service real.service failed*'
    ! grep -q '(pid 1)\|forged.service' "$tmp/out" || fail "a forged line counts: $(cat "$tmp/out")"
fi

# A directory of many files: those that hold the system's lines are among those that are read.
mkdir "$tmp/many"
for i in $(seq 40); do
    echo "2026-01-05 08:30:00 something else $i" >"$tmp/many/other$i.log"
done
cp "$tmp/syslog.1" "$tmp/many/syslog"
expect 0 '*25 of its files are not read*' "$sonde" analyze "$tmp/first.csv" --logs "$tmp/many" --json
told=$(judged "$tmp/out" analyze)
[ "${told#? }" = "Out of memory: Killed process 812 (mysqld) total-vm:9000kB" ] || fail "analyze --logs of many: $told"

# What a check that is kept found stands in its session.
expect 0 '*' "$sonde" check --root "$machines/first" --logs "$tmp/syslog.1" --archive --archive-dir "$tmp/kept" --json
expect 0 '' "$sonde" events last --data "$tmp/kept" --kind anomaly --json
told=$(judged "$tmp/out" events)
[ "${told#? }" = "Out of memory: Killed process 812 (mysqld) total-vm:9000kB" ] || fail "of a check that was kept: $told"

echo "$cases cases, three recorded machines"
