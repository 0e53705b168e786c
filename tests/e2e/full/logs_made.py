"""logs_made.py DIR SEED: a made day of a machine: numbers with incidents in DIR/numbers.csv, its log as an export of a
journal in DIR/lines.export and as files of syslog in DIR/syslog, turned over in the middle; what is what in
DIR/truth.json.

Chatter (logs_chatter.txt) is that of a busy server: it has warnings and errors of its own that come again and again,
bursts, severe lines that are frequent, a service that fails every few minutes, and lines that come once. Before each
incident stands one line that says why, worded as the kernel, systemd or networkd word it.
"""
import json
import os
import random
import re
import sys
import time

HOURS, STEP_S, CHATTER, ONCE, INCIDENTS = 12, 2, 50000, 220, 24
folder, seed = sys.argv[1], int(sys.argv[2])
rng = random.Random(seed)
start = int(time.time()) // 86400 * 86400 - 9 * 86400 + 3600
end = start + HOURS * 3600
lines = []  # (time, priority, ident, pid, text)

users = "admin root test oracle ubuntu git postgres pi ftp guest deploy jenkins minecraft user1 nagios steam".split()
syllables = "ka lo mi ter vo ran sel dux pi mor ent al gra zu ne co".split()
daemons = "mysqld java node postgres redis-server chrome clickhouse-serv python3 elasticsearch ruby".split()
services = "postgresql nginx redis-server mariadb haproxy grafana-server docker apache2 rabbitmq-server minio".split()
fillers = {
    "n": lambda: str(rng.randint(1, 9999)), "big": lambda: str(rng.randint(10**5, 10**9)),
    "hex": lambda: f"{rng.getrandbits(128):032x}", "ip": lambda: ".".join(str(rng.randint(1, 254)) for _ in range(4)),
    "port": lambda: str(rng.randint(1024, 65535)), "user": lambda: rng.choice(users),
    "mac": lambda: ":".join("%02x" % rng.randint(0, 255) for _ in range(14)),
    "word": lambda: "".join(rng.choice(syllables) for _ in range(rng.randint(2, 3))),
    "daemon": lambda: rng.choice(daemons), "service": lambda: rng.choice(services),
    "disk": lambda: rng.choice(["sda", "sdb", "nvme0n1", "sdd"]),
}
kinds = {}  # "often": [(number, priority, ident, text)]
with open(os.path.join(os.path.dirname(__file__), "logs_chatter.txt")) as chatter_file:
    for row in chatter_file:
        if not row.startswith("#"):
            kind, level, who, what = row.rstrip("\n").split("|", 3)
            name, _, number = kind.partition(" ")
            kinds.setdefault(name, []).append((float(number or 0), int(level), who, what))


def say(t, line):
    """Says a line with what is made up in it; its words."""
    _, priority, ident, text = line
    text = re.sub(r"{(\w+)}", lambda m: fillers[m[1]](), text)
    lines.append((t, priority, ident, 1 if ident == "systemd" else rng.randint(300, 32000), text))
    return text


def chatter():
    for line in kinds["every"]:
        t = start + rng.uniform(0, line[0])
        while t < end:
            say(t, line)
            t += line[0] * rng.uniform(0.8, 1.2)
    for _ in range(ONCE):
        say(rng.uniform(start, end), rng.choice(kinds["once"]))
    weights = [line[0] for line in kinds["often"]]
    while len(lines) < CHATTER:
        line, t = rng.choices(kinds["often"], weights)[0], rng.uniform(start, end)
        for _ in range(rng.randint(20, 200) if rng.random() < 0.002 else 1):  # a burst
            say(t, line)
            t += rng.uniform(0.01, 0.6)


incidents, times = [], []
while len(times) < INCIDENTS:  # at random, but one has to be over before the next can be told from it
    t = rng.uniform(start + 1200, end - 900)
    if all(abs(t - u) > 900 for u in times):
        times.append(t)
chatter()
for k, t in enumerate(sorted(times)):
    kind = ["oom", "restart", "disk", "link"][k % 4]
    at = t - rng.uniform(0.5, 25)
    text = say(at, rng.choice(kinds[kind]))
    incidents.append({"kind": kind, "start": t, "seconds": rng.uniform(40, 120), "line": at, "text": text})
lines.sort(key=lambda l: l[0])


def numbers(path):
    names = ["cpu.util", "memory.used", "disk.util{sda}", "net.recv.rate{eth0}", "cpu.iowait",
             "net.drops.rate{eth0}"]
    with open(path, "w") as f:
        f.write("time," + ",".join(names) + "\n")
        level = [12.0, 6e9, 8.0, 4e7, 1.0, 2.0]
        for k in range(HOURS * 3600 // STEP_S):
            t = start + k * STEP_S
            v = [level[0] + rng.gauss(0, 1.5), level[1] + rng.gauss(0, 3e7), level[2] + rng.gauss(0, 1),
                 level[3] * rng.lognormvariate(0, 0.1), level[4] + rng.gauss(0, 0.3), level[5] + rng.gauss(0, 0.5)]
            for i in incidents:
                if i["start"] <= t < i["start"] + i["seconds"]:
                    if i["kind"] == "oom":
                        v[1] -= 2.5e9
                    elif i["kind"] == "restart":
                        v[0] += 55
                    elif i["kind"] == "disk":
                        v[2] += 85
                        v[4] += 30
                    else:
                        v[3] = 0.0
                        v[5] += 400
            f.write(f"{t}," + ",".join("%.6g" % max(x, 0) for x in v) + "\n")


def export(path):
    with open(path, "w") as f:
        for t, priority, ident, pid, text in lines:
            us = int(t * 1e6)
            f.write(f"__REALTIME_TIMESTAMP={us}\n__MONOTONIC_TIMESTAMP={us - int(start * 1e6) + 10**7}\n"
                    f"_BOOT_ID={seed:032x}\n_MACHINE_ID={seed + 1:032x}\n_HOSTNAME=host\n"
                    f"_TRANSPORT={'kernel' if ident == 'kernel' else 'syslog'}\nPRIORITY={priority}\n"
                    f"SYSLOG_IDENTIFIER={ident}\n_COMM={ident}\n_PID={pid}\n_UID=0\nSYSLOG_FACILITY=3\n"
                    f"_SYSTEMD_UNIT={'init.scope' if ident == 'systemd' else ident + '.service'}\n")
            if ident == "systemd" and ".service:" in text:
                f.write(f"UNIT={text.split(':')[0]}\n")
            f.write(f"MESSAGE={text}\n\n")


def syslog(folder):
    os.makedirs(folder)
    half = start + HOURS * 1800
    for name, part in (("syslog.1", [l for l in lines if l[0] < half]), ("syslog", [l for l in lines if l[0] >= half])):
        with open(os.path.join(folder, name), "w") as f:
            for t, _, ident, pid, text in part:
                stamp = time.strftime("%b %d %H:%M:%S", time.gmtime(t))
                stamp = stamp[:4] + stamp[4:6].lstrip("0").rjust(2) + stamp[6:]
                tag = "kernel:" if ident == "kernel" else f"{ident}[{pid}]:"
                up = f" [{t - start + 10:.6f}]" if ident == "kernel" else ""
                f.write(f"{stamp} host {tag}{up} {text}\n")


os.makedirs(folder, exist_ok=True)
numbers(os.path.join(folder, "numbers.csv"))
export(os.path.join(folder, "lines.export"))
syslog(os.path.join(folder, "syslog"))
with open(os.path.join(folder, "truth.json"), "w") as f:
    json.dump({"lines": len(lines), "incidents": incidents}, f, indent=1)
