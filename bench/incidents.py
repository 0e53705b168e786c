#!/usr/bin/python3
"""Scripted incidents beside `sonde record`: see incidents.sh.

usage: incidents.py SONDE [RUNS] [INCIDENT ...]     3 runs of all incidents by default

Each incident is a program of its own name that rests, does one thing for a while, and ends. What the report over the
minutes around it says, and what the recorder said while it happened, is compared with what it was.
"""
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

LEARN_S = 60       # before the first incident
REST_S = 60        # before each
BEFORE_S = 120     # that a report looks back
CALM = 0.5         # of the processors busy: more, and the next incident waits ...
CALM_WAIT_S = 120  # ... for so long at most, and is left out then

CPU = "while True: pass"
LEAK = """
import time
held = []
while True:
    held.append(bytearray(b"x" * 25_000_000))
    time.sleep(0.1)
"""
FILL = """
import os, sys, time
with open(sys.argv[1] + "/filled", "wb", buffering=0) as f:
    block = os.urandom(1 << 20) * 16
    for _ in range(400):
        f.write(block)
        time.sleep(0.05)
time.sleep(60)
"""
STORM = """
import os, random, sys
path = sys.argv[1] + "/stormed"
fd = os.open(path, os.O_CREAT | os.O_RDWR)
block = os.urandom(1 << 20)
while True:
    os.pwrite(fd, block, random.randrange(256) << 20)
    os.fsync(fd)
"""
FORK = """
import os
while True:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
"""
THROTTLE = """
import os, sys, time
for group in sys.argv[2:]:
    open(group + "/cgroup.procs", "w").write(str(os.getpid()))
while not os.path.exists(sys.argv[1] + "/go"):
    until = time.perf_counter() + 0.002
    while time.perf_counter() < until:
        pass
    time.sleep(0.08)
while True:
    pass
"""
FLOOD = """
import os, socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
taken, _ = server.accept()
if os.fork() == 0:
    buffer = bytearray(1 << 20)
    while taken.recv_into(buffer):
        pass
    os._exit(0)
block = bytes(1 << 18)
while True:
    client.sendall(block)
"""

# name: (program, copies, seconds, families of the first cause)
INCIDENTS = {
    "cpu-hog": (CPU, 2, 20, r"cpu\.(util|user|system)$|pressure\.cpu|cpu\.runqueue"),
    "memory-leak": (LEAK, 1, 20, r"memory\.(used|available|util|anon)|pressure\.memory|swap\."),
    "disk-filler": (FILL, 1, 20, r"(disk|fs)\.|memory\.(dirty|writeback)|pressure\.io|cpu\.iowait"),
    "io-storm": (STORM, 1, 20, r"disk\.|memory\.(dirty|writeback)|pressure\.io|cpu\.iowait"),
    "fork-storm": (FORK, 1, 20, r"process\."),
    "throttled": (THROTTLE, 1, 40, r"cgroup\.cpu\.throttled"),
    "net-flood": (FLOOD, 1, 20, r"net\."),
}
GROUP = "sonde-incident"


def busy():
    """The share of the processors' time that was used in a second, but for work of low priority, which makes way."""
    def read():
        v = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
        return sum(v), v[1] + v[3] + v[4]
    a, ai = read()
    time.sleep(1)
    b, bi = read()
    return 1 - (bi - ai) / max(b - a, 1)


def rest(seconds):
    """Waits until it was calm for so long. How busy it was meanwhile, or None where it did not become calm."""
    end, levels = time.time() + CALM_WAIT_S, []
    while len(levels) < seconds:
        levels.append(busy())
        if sum(levels[-5:]) > 5 * CALM:
            levels = []
        if time.time() > end + seconds:
            return None
    return sum(levels) / len(levels)


class Groups:
    """A control group with a limit of a fifth of a core, version 1 or 2, or none."""

    def __init__(self):
        self.paths = []
        try:
            self.make()
        except OSError as e:
            print(f"throttled: no control group can be limited here ({e})", flush=True)
            self.remove()

    def make(self):
        root = "/sys/fs/cgroup"
        one = os.path.exists(f"{root}/cpu/cpu.cfs_quota_us") or os.path.isdir(f"{root}/cpu")
        for part in ("cpu", "cpuacct", "pids") if one else ("",):
            path = os.path.join(root, part, GROUP)
            os.makedirs(path, exist_ok=True)
            if os.path.realpath(path) not in map(os.path.realpath, self.paths):
                self.paths.append(path)
        for name, value in (("cpu.cfs_quota_us", "20000"),) if one else (("cpu.max", "20000 100000"),):
            with open(f"{self.paths[0]}/{name}", "w") as f:
                f.write(value)

    def remove(self):
        for path in self.paths:
            try:
                os.rmdir(path)
            except OSError:
                pass
        self.paths = []


def begin(folder, name, groups):
    """Starts the programs of an incident."""
    code, copies, _, _ = INCIDENTS[name]
    program = os.path.join(folder, name)
    if not os.path.exists(program):
        os.symlink("/usr/bin/python3", program)
    return [subprocess.Popen([program, "-c", code, folder, *groups.paths], start_new_session=True,
                             stderr=subprocess.DEVNULL) for _ in range(copies)]


def end(processes, folder):
    for p in processes:
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
    for name in "filled", "stormed", "go":
        if os.path.exists(f"{folder}/{name}"):
            os.remove(f"{folder}/{name}")


def stamp(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t))


def judge(name, cause, process):
    family = bool(cause and re.match(INCIDENTS[name][3], cause))
    return family, process == name


def reported(sonde, data, name, t0, t1):
    """(cause, process, sentence) of the first anomaly that begins with the incident, by the report."""
    command = [sonde, "analyze", "--json", "--data", data, "--from", stamp(t0 - BEFORE_S), "--to", stamp(t1)]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    for a in (json.loads(out)["anomalies"] or {"items": []})["items"]:
        if a["time"] >= stamp(t0 - 4) and a["causes"]:
            process = a["processes"][0]["name"] if a["processes"] else None
            return a["causes"][0]["metric"], process, a["summary"]
    return None, None, "nothing"


def told(data, t0, t1):
    """The same of what the recorder said while it happened."""
    rows = sqlite3.connect(f"{data}/index.db").execute(
        "select causes, summary from anomalies where time_ms between ? and ? order by time_ms",
        (int(t0 * 1000) - 4000, int(t1 * 1000))).fetchall()
    for causes, summary in rows:
        causes = json.loads(causes)
        process = re.search(r", by (\S+) \(pid", summary)
        return causes[0]["metric"] if causes else None, process and process.group(1), summary
    return None, None, "nothing"


def record(sonde, folder, names, runs, groups):
    """Plays the incidents beside a recorder. Returns [(name, begin, end, how busy it was before)]."""
    data, played = f"{folder}/data", []
    recorder = subprocess.Popen([sonde, "record", "--data", data, "--quiet"], env={**os.environ, "SONDE_SOCKET": ""})
    try:
        time.sleep(LEARN_S)
        for run in range(runs):
            order = list(names)
            random.Random(run).shuffle(order)
            for name in order:
                works_already = name == "throttled" # a little, as a service does before it is held back
                processes = begin(folder, name, groups) if works_already else []
                level = rest(REST_S)
                if level is None:
                    end(processes, folder)
                    print(f"{name} left out: others keep the machine busy", flush=True)
                    continue
                t0 = time.time()
                if works_already:
                    open(f"{folder}/go", "w").close()
                else:
                    processes = begin(folder, name, groups)
                time.sleep(INCIDENTS[name][2])
                t1 = time.time()
                end(processes, folder)
                played.append((name, t0, t1, level))
                print(f"{stamp(t0)} {name}, {100 * level:.0f} % busy before", file=sys.stderr, flush=True)
    finally:
        recorder.send_signal(signal.SIGTERM)
        recorder.wait()
    return played


def main():
    sonde = os.path.abspath(sys.argv[1])
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    groups = Groups()
    names = sys.argv[3:] or list(INCIDENTS)
    if not groups.paths:
        names = [n for n in names if n != "throttled"]
    folder = tempfile.mkdtemp(prefix="incidents-", dir=os.environ.get("TMPDIR", "/tmp"))
    try:
        played = record(sonde, folder, names, runs, groups)
        good = table(sonde, f"{folder}/data", names, runs, played)
    finally:
        groups.remove()
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(not good)


def table(sonde, data, names, runs, played):
    hits = {n: [0, 0, 0, 0, 0] for n in names}
    for name, t0, t1, level in played:
        answers = reported(sonde, data, name, t0, t1), told(data, t0, t1)
        marks = []
        hits[name][0] += 1
        for k, (cause, process, summary) in enumerate(answers):
            family, by = judge(name, cause, process)
            hits[name][1 + 2 * k] += family
            hits[name][2 + 2 * k] += family and by
            marks.append(f"{'right' if family and by else 'WRONG'} {summary}")
        print(f"{name} ({100 * level:.0f} % busy before)\n  report:   {marks[0]}\n  recorder: {marks[1]}", flush=True)
    total = [sum(hits[n][k] for n in names) for k in range(5)]
    columns = "runs", "report: family", "and process", "recorder: family", "and process"
    print("\n" + "incident".ljust(13) + "".join(c.rjust(len(c) + 2) for c in columns))
    for name, row in (*hits.items(), ("all", total)):
        print(name.ljust(13) + "".join(str(v).rjust(len(c) + 2) for v, c in zip(row, columns)))
    if 2 * len(played) < runs * len(names):
        print("most were left out: this says nothing")
        return False
    return total[2] >= 0.9 * total[0] and total[4] >= 0.9 * total[0]


main()
