#!/bin/sh
# What 1,000 live clients cost: events lost, processor time and memory of the server, and how late the recorder's
# ticks were with and without them, as JSON lines. Fails where a bar is missed. Usage: serve.sh [BUILD_DIR] [CLIENTS]
# [SECONDS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
clients=${2:-1000}
seconds=${3:-60}
ninja -C "$build" sonde sonde-web.so bench/live_clients >&2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
SONDE_SOCKET='' exec /usr/bin/python3 - "$build" "$tmp" "$clients" "$seconds" <<'PY'
import csv, datetime, json, os, re, signal, subprocess, sys, time

build, tmp, clients, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
BARS = {"lost": 0, "closed": 0, "longest_event_bytes": 1024, "cpu_percent": 3, "rss_mib": 40, "end_s": 3}
sonde = f"{build}/sonde"


def cpu_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def status(pid, key):
    return next(int(line.split()[1]) / 1024 for line in open(f"/proc/{pid}/status") if line.startswith(key))


server = subprocess.Popen([sonde, "serve", "--port", "0", "--json", "--data", f"{tmp}/data"], stdout=subprocess.PIPE)
url = json.loads(server.stdout.readline())["url"]
port = re.search(r":(\d+)/", url)[1]
time.sleep(10)  # it begins
quiet = time.time()
quiet_cpu = cpu_s(server.pid)
time.sleep(seconds)
quiet_cpu = cpu_s(server.pid) - quiet_cpu
program = subprocess.Popen([f"{build}/bench/live_clients", port, str(clients), str(seconds)], stdout=subprocess.PIPE,
                           text=True)
assert program.stdout.readline() == "open\n"
busy, before = time.time(), cpu_s(server.pid)
time.sleep(seconds - 1)
spent, rss = cpu_s(server.pid) - before, status(server.pid, "VmRSS")
said = program.stdout.readline().split()
said = dict(zip(said[::2], map(int, said[1::2])))

# It ends in order, with as many streams open.
program = subprocess.Popen([f"{build}/bench/live_clients", port, str(clients), "20"], stdout=subprocess.PIPE, text=True)
program.stdout.readline()
time.sleep(3)
began = time.monotonic()
server.send_signal(signal.SIGINT)
code = server.wait(20)
end_s = time.monotonic() - began
program.kill()

rows = subprocess.run([sonde, "sessions", "export", "last", "--data", f"{tmp}/data", "--format", "csv", "--metrics",
                       "sonde.tick.lateness"], check=True, capture_output=True, text=True).stdout
times = []
for row in csv.reader(rows.splitlines()):
    try:
        when = datetime.datetime.fromisoformat(row[0].replace("Z", "+00:00")).timestamp()
        times.append((when, float(row[1]) * 1e3))
    except ValueError:
        pass


def lateness(start):
    """Of ticks a second apart: what the flight recorder samples ten times a second is another matter."""
    kept, late = 0, []
    for t, ms in times:
        if start <= t < start + seconds - 1 and t - kept > 0.75:
            kept = t
            late.append(ms)
    late.sort()
    return {"ticks": len(late), "median_ms": round(late[len(late) // 2], 3),
            "p95_ms": round(late[len(late) * 95 // 100], 3), "most_ms": round(late[-1], 3)}


got = {"lost": said["lost"] + said["silent"], "closed": said["closed"], "longest_event_bytes": said["longest"],
       "cpu_percent": round(100 * spent / (seconds - 1), 2), "rss_mib": round(rss, 1), "end_s": round(end_s, 2)}
print(json.dumps({"clients": clients, "seconds": seconds, "events": said["events"], **got,
                  "cpu_percent_without": round(100 * quiet_cpu / seconds, 2)}))
print(json.dumps({"recorder_lateness": {"without": lateness(quiet), "with": lateness(busy)}}))
missed = [k for k, bar in BARS.items() if got[k] > bar]
sys.exit(f"missed: {missed}" if missed or code else 0)
PY
