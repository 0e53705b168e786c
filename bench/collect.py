#!/usr/bin/python3
"""What collecting costs, measured from outside on the program as a user runs it.

Runs `sonde check --mode collect` at 1 Hz with at least 120 processes on the machine (idle ones are
started to fill up) and prints one JSON line:

  cpu_us_per_sample   CPU of the whole process, less that of a run of one sample, per further sample
  metrics_per_sample  numbers known in the last row of its CSV, rates included, its own cost left out
  rss_mib             the largest resident set seen during the run
  first_sample_ms     from just before exec to the time stamp of the first row, the best of 5 (the time stamps
                      are whole milliseconds, so it is rounded up by one)
"""
import csv
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

SAMPLES = 20
PROCESSES = 120


def start(sonde, out, samples):
    args = [sonde, "check", "--mode", "collect", "--quiet", "--interval", "1",
            "--duration", str(samples), "--export-csv", out]
    begin = time.time()
    return subprocess.Popen(args, stdout=subprocess.DEVNULL), begin


def finish(process):
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"sonde ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def rss_mib(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0


def rows(path):
    with open(path, newline="") as f:
        return list(csv.reader(f))


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def main():
    sonde = sys.argv[1]
    idle = []
    alive = sum(name.isdigit() for name in os.listdir("/proc"))
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.csv")
        try:
            idle = [subprocess.Popen(["sleep", "120"]) for _ in range(PROCESSES - alive)]
            single, first_ms = [], []
            for _ in range(5):
                process, begin = start(sonde, out, 1)
                single.append(finish(process))
                first_ms.append((seconds(rows(out)[1][0]) - begin) * 1000 + 1)
            process, _ = start(sonde, out, SAMPLES)
            most = 0
            for _ in range(SAMPLES - 2):
                time.sleep(1)
                most = max(most, rss_mib(process.pid))
            cpu = finish(process)
            processes = sum(name.isdigit() for name in os.listdir("/proc"))
        finally:
            for p in idle:
                p.kill()
                p.wait()
        table = rows(out)
        known = sum(value != "" and not name.startswith("sonde.")
                    for name, value in zip(table[0][1:], table[-1][1:]))
    print(json.dumps({
        "bench": "collect", "samples": len(table) - 1, "processes": processes,
        "cpu_us_per_sample": round((cpu - sorted(single)[2]) / (SAMPLES - 1) * 1e6),
        "metrics_per_sample": known, "rss_mib": round(most, 2),
        "first_sample_ms": round(min(first_ms), 1)}))


main()
