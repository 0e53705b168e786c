#!/bin/sh
# What it costs to follow a journal, and a file of syslog, that grow by 100 lines a second: the loop alone, and in a
# whole recorder, whose thread for logs looks for changes in each line as well. logs.sh BUILD [SECONDS]
set -eu
build=$1 seconds=${2:-60}
tmp=$(mktemp -d)
background=
trap 'kill $background 2>/dev/null || :; rm -rf "$tmp"' EXIT
remote=/usr/lib/systemd/systemd-journal-remote
ninja -C "$build" bench/logs sonde sonde-journal.so >&2
mkdir "$tmp/journal" "$tmp/program"
cp "$build/bench/logs" "$tmp/program/logs"
ln -s "$(realpath "$build")" "$tmp/program/modules"

# Lines as they are, at an even pace: 100 a second of some thirty kinds, as an export of a journal and as syslog.
cat >"$tmp/grow.py" <<'END'
import random, sys, time
random.seed(1)
out, kind = sys.stdout, sys.argv[1]
texts = ["Failed password for invalid user u%d from 10.0.%d.7 port %d ssh2", "request %d took %d ms, status %d",
         "session-%d.scope: Deactivated successfully, %d of %d", "[UFW BLOCK] SRC=10.1.2.%d LEN=%d ID=%d PROTO=TCP"]
n, begin = 0, time.time()
while True:
    now = time.time()
    while n < (now - begin) * 100:
        text = texts[n % 4] % tuple(random.randint(1, 9999) for _ in range(3)) + " part%s" % "abcdefg"[n % 7]
        if kind == "journal":
            us = int(now * 1e6)
            out.write(f"__REALTIME_TIMESTAMP={us}\n__MONOTONIC_TIMESTAMP={us}\n_BOOT_ID={1:032x}\n"
                      f"_MACHINE_ID={2:032x}\n_HOSTNAME=host\n_TRANSPORT=syslog\nPRIORITY={3 + n % 4}\n"
                      f"SYSLOG_FACILITY=3\n_UID=0\n_GID=0\n"
                      f"_COMM=app{n % 9}\n_EXE=/usr/bin/app{n % 9}\n_PID={n % 999}\n"
                      f"_CMDLINE=/usr/bin/app{n % 9} --serve\n"
                      f"_SYSTEMD_CGROUP=/system.slice/app{n % 9}.service\n_SYSTEMD_UNIT=app{n % 9}.service\n"
                      f"_SYSTEMD_SLICE=system.slice\nSYSLOG_IDENTIFIER=app{n % 9}\nMESSAGE={text}\n\n")
        else:
            out.write(time.strftime("%b %d %H:%M:%S", time.gmtime(now)) + f" host app{n % 9}[{n % 999}]: {text}\n")
        n += 1
    out.flush()
    time.sleep(0.05)
END
export TZ=UTC XDG_CONFIG_HOME="$tmp/config"

# recorder CONFIG: CPU time of each thread of a recorder over $seconds, in ns, the oldest first, in one line. The thread
# for logs is there whether they are read or not.
recorder()
{
    "$build/sonde" record --data "$tmp/data.$1" --config "$tmp/$1.yaml" --interval 1 --quiet >&2 &
    background="$background $!"
    python3 - $! "$seconds" <<'END'
import os, sys, time
tasks, seconds = f"/proc/{sys.argv[1]}/task", int(sys.argv[2])
def used():
    return {int(t): int(open(f"{tasks}/{t}/schedstat").read().split()[0]) for t in os.listdir(tasks)}
time.sleep(10)
before = used()
time.sleep(seconds)
after = used()
print(*[after[t] - before[t] for t in sorted(before)])
END
    kill $!
    wait $! || :
}

# beside ON OFF SECONDS: two such lines as shares of a core
beside()
{
    python3 - "$@" <<'END'
import sys
on, off, seconds = [int(x) for x in sys.argv[1].split()], [int(x) for x in sys.argv[2].split()], float(sys.argv[3])
share = lambda ns: f"{ns / seconds / 1e7:.3f} %"
more = max(range(min(len(on), len(off))), key=lambda i: on[i] - off[i])
print(f"recorder: {share(sum(on))} of a core, without logs {share(sum(off))}; the thread for logs {share(on[more])}, "
      f"idle {share(off[more])}")
END
}
printf 'logs: { enabled: false }\n' >"$tmp/off.yaml"
if [ -x $remote ]; then
    mkfifo "$tmp/fifo"
    $remote --output="$tmp/journal/made.journal" - <"$tmp/fifo" >/dev/null 2>&1 &
    background="$background $!"
    python3 "$tmp/grow.py" journal >"$tmp/fifo" &
    background="$background $!"
    sleep 3
    printf 'logs: { journal: "%s" }\n' "$tmp/journal" >"$tmp/journal.yaml"
    printf 'journal: '
    "$tmp/program/logs" "$tmp/journal.yaml" "$seconds"
    on=$(recorder journal) off=$(recorder off)
    printf 'journal, in a '
    beside "$on" "$off" "$seconds"
fi
python3 "$tmp/grow.py" syslog >"$tmp/syslog" &
background="$background $!"
sleep 1
printf 'logs: { files: ["%s"] }\n' "$tmp/syslog" >"$tmp/syslog.yaml"
printf 'syslog: '
"$tmp/program/logs" "$tmp/syslog.yaml" "$seconds"
on=$(recorder syslog) off=$(recorder off)
printf 'syslog, in a '
beside "$on" "$off" "$seconds"
