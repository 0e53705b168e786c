#!/usr/bin/python3
"""Compares a run of Sonde with psutil's readings of the same seconds, under load.

psutil is read just before Sonde starts, on a thread every 0.1 s, and just after it ends. For every row of Sonde's CSV:

  counters  lie between psutil's values taken last before and first after the row's time stamp
  memory    used and available are within 1 % of the machine's memory of the nearest reading (or between its neighbours)
  CPU       the mean over the run is within 2 points of psutil's over the same time
"""
import csv
import datetime
import os
import subprocess
import sys
import tempfile
import threading
import time

import psutil

SECONDS = 20
COUNTERS = {
    "cpu.context_switches": lambda p: p["stats"].ctx_switches,
    "cpu.interrupts": lambda p: p["stats"].interrupts,
    "swap.in": lambda p: p["swap"].sin,
    "swap.out": lambda p: p["swap"].sout,
    "cpu.time{busy}": lambda p: busy(p["times"])[0],
    "cpu.time{total}": lambda p: busy(p["times"])[1],
    **{f"cpu.time{{{kind}}}": lambda p, k=kind: getattr(p["times"], k)
       for kind in ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest")},
}
DISK = {"disk.read": "read_bytes", "disk.write": "write_bytes",
        "disk.reads": "read_count", "disk.writes": "write_count"}
NET = {"net.recv": "bytes_recv", "net.send": "bytes_sent", "net.recv.packets": "packets_recv",
       "net.send.packets": "packets_sent"}
NET_SUMS = {"net.errors": ("errin", "errout"), "net.drops": ("dropin", "dropout")}
ROUNDING = 1e-6  # of sums of seconds in hundredths


def reading():
    before = time.time()
    p = {"stats": psutil.cpu_stats(), "times": psutil.cpu_times(), "memory": psutil.virtual_memory(),
         "swap": psutil.swap_memory(), "disk": psutil.disk_io_counters(perdisk=True, nowrap=False),
         "net": psutil.net_io_counters(pernic=True, nowrap=False)}
    return before, time.time(), p


def gather(readings, stop):
    while not stop.is_set():
        readings.append(reading())
        stop.wait(0.1)


def counters(names):
    """For each column that psutil has as well, how to find its value in a reading."""
    found = {n: f for n, f in COUNTERS.items() if n in names}
    for name in names:
        family, _, inst = name.partition("{")
        inst = inst.rstrip("}")
        if inst == "total":
            continue
        if family in DISK:
            found[name] = lambda p, i=inst, a=DISK[family]: getattr(p["disk"][i], a)
        if family in NET:
            found[name] = lambda p, i=inst, a=NET[family]: getattr(p["net"][i], a)
        if family in NET_SUMS:
            found[name] = lambda p, i=inst, a=NET_SUMS[family]: sum(getattr(p["net"][i], x) for x in a)
    return found


def run(sonde, folder):
    out = os.path.join(folder, "run.csv")
    readings, stop = [], threading.Event()
    thread = threading.Thread(target=gather, args=(readings, stop))
    load = subprocess.Popen(["stress-ng", "--cpu", "1", "--cpu-load", "60", "--vm", "1", "--vm-bytes", "256M",
                             "--hdd", "1",
                             "--hdd-bytes", "64M", "--temp-path", folder, "--timeout", str(SECONDS + 8)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    thread.start()
    time.sleep(0.5)
    code = subprocess.call([sonde, "check", "--mode", "collect", "--quiet", "--duration", str(SECONDS),
                            "--export-csv", out])
    time.sleep(0.5)
    stop.set()
    thread.join()
    load.wait()
    if code:
        sys.exit(f"sonde ended with {code}")
    with open(out, newline="") as f:
        return list(csv.DictReader(f)), readings


def around(readings, t):
    """The last reading that ended before t and the first that began after it."""
    before = max((r for r in readings if r[1] <= t), key=lambda r: r[1])
    after = min((r for r in readings if r[0] >= t + SLACK), key=lambda r: r[0])
    return before[2], after[2]


SLACK = 0.05  # a row's stamp is its tick's; its adapters are read one after another within some ms


def check_counters(rows, readings, wrong):
    checked = 0
    of = counters(rows[0].keys())
    for row in rows:
        t = datetime.datetime.fromisoformat(row["timestamp"].replace("Z", "+00:00")).timestamp()
        before, after = around(readings, t)
        for name, f in of.items():
            if row[name] == "":
                continue
            lo, hi, v = f(before), f(after), float(row[name])
            checked += 1
            if not lo - ROUNDING <= v <= hi + ROUNDING:
                wrong.append(f"{row['timestamp']} {name}: {v} is not between {lo} and {hi}")
    return checked, len(of)


def check_memory(rows, readings, wrong):
    total = psutil.virtual_memory().total
    for row in rows:
        t = datetime.datetime.fromisoformat(row["timestamp"].replace("Z", "+00:00")).timestamp()
        around_ = [p["memory"].available for p in around(readings, t)]
        v = float(row["memory.available"])
        if not min(around_) - 0.01 * total <= v <= max(around_) + 0.01 * total:
            wrong.append(f"{row['timestamp']} memory.available: {v} against {around_}")
        if abs(float(row["memory.total"]) - total) > 0:
            wrong.append(f"memory.total: {row['memory.total']} against {total}")


def busy(times):
    total = sum(times[:8])  # guest is contained in user
    return total - times.idle - times.iowait, total


def check_cpu(rows, readings, wrong):
    utils = [float(r["cpu.util"]) for r in rows if r["cpu.util"]]
    stamps = [datetime.datetime.fromisoformat(r["timestamp"].replace("Z", "+00:00")).timestamp() for r in rows]
    first, last = (min(readings, key=lambda r: abs(r[1] - t))[2]["times"] for t in (stamps[0], stamps[-1]))
    (b0, t0), (b1, t1) = busy(first), busy(last)
    theirs = 100 * (b1 - b0) / (t1 - t0)
    ours = sum(utils) / len(utils)
    if abs(ours - theirs) > 2:
        wrong.append(f"cpu.util: {ours:.2f} against {theirs:.2f}")
    return ours, theirs


def main():
    with tempfile.TemporaryDirectory() as folder:
        rows, readings = run(sys.argv[1], folder)
    wrong = []
    checked, names = check_counters(rows, readings, wrong)
    check_memory(rows, readings, wrong)
    ours, theirs = check_cpu(rows, readings, wrong)
    for line in wrong[:10]:
        print(line)
    print(f"{len(rows)} rows, {checked} readings of {names} counters, "
          f"cpu {ours:.2f} against {theirs:.2f} %, {len(wrong)} wrong")
    sys.exit(1 if wrong or names < 10 else 0)


main()
