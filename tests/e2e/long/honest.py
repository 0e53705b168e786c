#!/usr/bin/python3
"""Quiet runs and runs with a known load: see honest.sh. Prints one line per run and a sum per kind.

usage: honest.py SONDE RUNS [KIND ...]     kinds: quiet cpu memory disk processes; all by default
"""
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS = 60
STRESSED_SECONDS = int(os.environ.get("SONDE_HONEST_STRESSED_SECONDS", SECONDS))
HALF = STRESSED_SECONDS // 2
LOADS = {
    "cpu": ["--cpu", "2"],
    "memory": ["--vm", "1", "--vm-bytes", "4G"],
    "disk": ["--hdd", "1"],
    "processes": ["--fork", "4"],
}


def check(sonde, duration=SECONDS):
    return subprocess.Popen([sonde, "check", "--json", "--quiet", "--duration", str(duration)], stdout=subprocess.PIPE)


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def quiet(sonde, runs):
    total = 0
    for i in range(runs):
        out, _ = check(sonde).communicate()
        items = json.loads(out)["anomalies"]["items"]
        total += len(items)
        print(f"quiet {i + 1}: {len(items)} anomalies {[a['summary'] for a in items]}", flush=True)
    print(f"quiet: {total} anomalies in {runs} runs (at most 1)", flush=True)
    return total <= 1


def right(report, area, started):
    for a in report["anomalies"]["items"]:
        processes = [p["name"] for p in a["processes"]]
        near = abs(seconds(a["time"]) - started) <= 3
        if a["area"] == area and near and processes and processes[0].startswith("stress-ng"):
            return True
    return False


def told(report, started):
    items = report["anomalies"]["items"]
    return [f"{seconds(a['time']) - started:+.1f} s: {a['summary']}" for a in items]


def stressed(sonde, area, options, runs):
    hits = 0
    for i in range(runs):
        folder = tempfile.mkdtemp(dir=os.environ.get("SONDE_STRESS_DIR", "."))
        try:
            process = check(sonde, STRESSED_SECONDS)
            time.sleep(HALF)
            started = time.time()
            load = subprocess.Popen(["stress-ng", *options, "--timeout", str(STRESSED_SECONDS - HALF + 2),
                                     "--temp-path", folder],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            out, _ = process.communicate()
            load.terminate()
            load.wait()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        report = json.loads(out)
        hit = right(report, area, started)
        hits += hit
        said = told(report, started)
        print(f"{area} {i + 1}: {'found' if hit else 'MISSED'} {said}", flush=True)
        time.sleep(4)  # let the machine settle
    print(f"{area}: {hits} of {runs} (at least {(9 * runs + 9) // 10})", flush=True)
    return hits * 10 >= 9 * runs


def main():
    sonde, runs, kinds = sys.argv[1], int(sys.argv[2]), sys.argv[3:] or ["quiet", *LOADS]
    good = True
    for kind in kinds:
        good &= quiet(sonde, runs) if kind == "quiet" else stressed(sonde, kind, LOADS[kind], runs)
    sys.exit(not good)


main()
