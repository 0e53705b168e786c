"""Records labelled telemetry and judges the workload classifier: see workloads.sh."""
import argparse
import csv
import datetime
import fnmatch
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import time

import workloads_programs as programs

# What features and categories look at: the files are kept in tests/data.
METRICS = ("cpu.util,cpu.system,cpu.iowait,cpu.core.util,cpu.context_switches.rate,cpu.interrupts.rate,"
           "process.forks.rate,memory.faults.rate,memory.faults.major.rate,memory.util,memory.cached,"
           "disk.read.rate{total},disk.reads.rate{total},disk.write.rate{total},disk.writes.rate{total},disk.util{total},"
           "net.recv.rate{total},net.tcp.recv.rate,pressure.cpu.some,pressure.io.some,"
           "gpu.util,gpu.encoder.util,gpu.vram.util,gpu.processes.compute")
SETTLE_S = 4
LONG_S = 300
QUIET_PERCENT = 10
USUAL_S = 30  # session_classification.update_interval: what the bars are for
OFTEN_S = 10  # told as well: more answers, and of the first half minute too
BARS = {"macro F1": 0.80, "unknown": 0.80, "changes": 2.0}


def isolate(folder):
    """No recorder of this machine, no configuration of this user; what programs keep is kept in the folder."""
    home = folder / "material/home"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update({"SONDE_SOCKET": "", "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
                       "XDG_DATA_HOME": str(home / "data"), "XDG_CACHE_HOME": str(home / "cache")})


def busy(seconds):
    """Percent of the processors in use, by /proc/stat."""
    def read():
        with open("/proc/stat", encoding="ascii") as f:
            v = [int(x) for x in f.readline().split()[1:9]]
        return sum(v), v[3] + v[4]
    a = read()
    time.sleep(seconds)
    b = read()
    return 100 * (1 - (b[1] - a[1]) / max(b[0] - a[0], 1))


def wait_for_quiet(limit_s):
    end = time.monotonic() + limit_s
    while (before := busy(2)) > QUIET_PERCENT and time.monotonic() < end:
        pass
    return before


def descendants(pid):
    """The processes of a session that was started here, by /proc."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == pid:
                found.append(int(entry.name))
    return found


def stop(started):
    """Ends what was started: by session, because some make process groups of their own."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for p in started:
            for pid in descendants(p.pid):
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    pass
        time.sleep(1 if sign == signal.SIGTERM else 0.2)
    for p in started:
        p.wait()


def shorten(path, out):
    """Seconds since the first row, and five digits: what is kept is small, and all that is judged."""
    with open(path, encoding="utf-8") as f, open(out, "w", encoding="utf-8") as to:
        rows = csv.reader(f)
        print("t", *next(rows)[1:], sep=",", file=to)
        first = None
        for row in rows:
            at = datetime.datetime.fromisoformat(row[0].replace("Z", "+00:00")).timestamp()
            first = at if first is None else first
            print(f"{at - first:.2f}", *(f"{float(v):.5g}" if v else "" for v in row[1:]), sep=",", file=to)


def record_run(sonde, folder, run, seconds, patience):
    name, split, label, program, start = run
    place = folder / "material"
    before = wait_for_quiet(patience)
    began = time.time()
    started = start(place)
    started = started if isinstance(started, list) else [started]
    path = folder / f"{name}.csv"
    try:
        time.sleep(SETTLE_S)
        subprocess.run([sonde, "check", "--fresh", "--mode", "collect", "--duration", str(seconds), "--interval", "1",
                        "--metrics", METRICS, "--export-csv", str(path) + ".part", "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)
        alive = all(p.poll() is None for p in started)
    finally:
        stop(started)
    if not alive:
        print(f"{name}: {program} ended by itself; nothing of it is kept", file=sys.stderr)
        return None
    shorten(str(path) + ".part", path)
    os.unlink(str(path) + ".part")
    return {"run": name, "split": split, "label": label, "program": program, "began": round(began, 1),
            "seconds": seconds, "busy_before": round(before, 1)}


def record(sonde, folder, arguments):
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "runs.json"
    done = json.loads(log.read_text()) if log.exists() else []
    have = {r["run"] for r in done if (folder / f"{r['run']}.csv").exists()}
    done = [r for r in done if r["run"] in have]
    again = f"-{arguments.sitting}" if arguments.sitting > 1 else ""
    wanted = [(r[0] + again, *r[1:]) for r in programs.RUNS + (programs.LONG if arguments.long else [])
              if fnmatch.fnmatch(r[0], arguments.only)]
    if arguments.list:
        for name, split, label, program, _ in wanted:
            print(f"{name:22} {split:6} {label:20} {program:18} {'there' if name in have else ''}")
        return
    programs.prepare(folder / "material")
    failed = 0
    for i, run in enumerate(wanted):
        if run[0] in have:
            continue
        seconds = LONG_S if run[0].startswith("long-") else arguments.seconds
        print(f"{time.strftime('%H:%M:%S')} {i + 1} of {len(wanted)}: {run[0]}", file=sys.stderr, flush=True)
        made = record_run(sonde, folder, run, seconds, arguments.patience)
        failed += made is None
        if made:
            done.append(made)
            log.write_text(json.dumps(done, indent=1) + "\n")
    loud = [r["run"] for r in done if r["busy_before"] > QUIET_PERCENT]
    if loud:
        print(f"the machine was not quiet before: {', '.join(loud)}", file=sys.stderr)
    if failed:
        sys.exit(f"{failed} of the programs could not be recorded")


# ---- learning and judging ----

def classify(sonde, path, *options):
    return subprocess.run([sonde, "classify", "--input", str(path), *options], check=True, capture_output=True,
                          text=True).stdout


def windows(sonde, folder, runs, path):
    """What the classifier sees of each run, every ten seconds, with the launcher's label."""
    programs_of = sorted({r["program"] for r in runs})
    with open(path, "w", encoding="utf-8") as out:
        for number, r in enumerate(runs):
            features = folder / f"{r['run']}.features"
            classify(sonde, folder / f"{r['run']}.csv", "--interval", "10", "--features", str(features), "--quiet")
            lines = features.read_text().splitlines()
            features.unlink()
            if not number:
                out.write("label,program,name,run," + lines[0].split(",", 1)[1] + "\n")
            for line in lines[1:]:
                out.write(f"{r['label']},{programs_of.index(r['program'])},{r['program']},{number},"
                          + line.split(",", 1)[1] + "\n")


def pack(folder, target):
    """The telemetry of all runs and the launcher's log, as one file for the tests."""
    with tarfile.open(target, "w:xz", preset=9) as tar:
        for path in [folder / "runs.json", *sorted(folder.glob("*.csv"))]:
            member = tar.gettarinfo(path, path.name)
            member.mtime, member.uid, member.gid, member.uname, member.gname = 0, 0, 0, "", ""
            with open(path, "rb") as f:
                tar.addfile(member, f)
    print(f"{target}: {target.stat().st_size} bytes", file=sys.stderr)


def learn(build, sonde, folder, runs, check=False):
    path = folder / "windows"
    windows(sonde, folder, [r for r in runs if r["split"] == "train"], path)
    model = programs.ROOT / "data/workload.yaml"
    text = subprocess.run([str(build / "bench/workloads"), str(path)], check=True, capture_output=True,
                          text=True).stdout
    path.unlink()
    if check:
        if model.read_text() != text:
            sys.exit("data/workload.yaml is not what is learnt from these runs")
    elif model.read_text() != text:
        model.write_text(text)
        subprocess.run(["ninja", "-C", str(build), "sonde"], check=True, stdout=subprocess.DEVNULL)


def answers(sonde, path, interval):
    out = path.with_suffix(".answers")
    classify(sonde, path, "--interval", str(interval), "--out", str(out), "--quiet")
    with open(out, encoding="utf-8") as f:
        rows = [(row["t"], row["category"], float(row["confidence"])) for row in csv.DictReader(f)]
    out.unlink()
    return rows


def scores(pairs, classes):
    """Precision, recall and F1 of each class over pairs of truth and answer."""
    table = {}
    for c in classes:
        hit = sum(t == c and a == c for t, a in pairs)
        said, were = sum(a == c for _, a in pairs), sum(t == c for t, _ in pairs)
        p, r = hit / said if said else 0.0, hit / were if were else 0.0
        table[c] = (p, r, 2 * p * r / (p + r) if p + r else 0.0, were)
    return table


def judge_split(sonde, folder, runs, interval):
    """Pairs of truth and answer, of every update of every run."""
    pairs, of_run = [], {}
    for r in runs:
        rows = answers(sonde, folder / f"{r['run']}.csv", interval)
        of_run[r["run"]] = (r, rows)
        pairs += [(r["label"], category) for _, category, _ in rows]
    return pairs, of_run


def judge_programs(sonde, folder, known, others, interval):
    pairs, of_known = judge_split(sonde, folder, known, interval)
    strange, of_others = judge_split(sonde, folder, others, interval)
    table = scores(pairs + strange, sorted({r["label"] for r in known}))
    macro = sum(v[2] for v in table.values()) / len(table) if table else 0
    abstained = sum(a == "unknown" for _, a in strange) / len(strange) if strange else 0
    return pairs, strange, {**of_known, **of_others}, table, macro, abstained


def confusion(pairs):
    truths = sorted({t for t, _ in pairs})
    said = sorted({a for _, a in pairs})
    print("| was \\ said | " + " | ".join(said) + " |")
    print("|---" * (len(said) + 1) + "|")
    for t in truths:
        print(f"| {t} | " + " | ".join(str(sum(p == (t, a) for p in pairs) or "") for a in said) + " |")
    print()


def seconds_to(rows, label):
    return next((float(t) for t, category, _ in rows if category == label), None)


def reliability(of_run):
    """How often an answer is right, by how sure it was."""
    told = [(confidence, category == r["label"]) for r, rows in of_run.values() for _, category, confidence in rows]
    print("| sure to | answers | mean | right |\n|---|---|---|---|")
    for low, high in ((0, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)):
        some = [t for t in told if low <= t[0] < high]
        if some:
            print(f"| {low:g} to {min(high, 1):g} | {len(some)} | {sum(c for c, _ in some) / len(some):.2f} | "
                  f"{sum(right for _, right in some) / len(some):.2f} |")
    print()


def judge(build, sonde, folder, arguments):
    runs = json.loads((folder / "runs.json").read_text())
    learn(build, sonde, folder, runs, arguments.check)
    interval = USUAL_S
    known = [r for r in runs if r["split"] == "test" and r["label"] not in ("unknown", "mixed")]
    others = [r for r in runs if r["split"] == "test" and r["label"] == "unknown"]
    pairs, strange, of_run, table, macro, abstained = judge_programs(sonde, folder, known, others, interval)
    print(f"Held-out programs, an answer every {interval:g} s:\n")
    confusion(pairs + strange)
    print("| class | precision | recall | F1 | answers |\n|---|---|---|---|---|")
    for c, (p, r, f, n) in table.items():
        print(f"| {c} | {p:.2f} | {r:.2f} | {f:.2f} | {n} |")
    print(f"\nMacro F1 {macro:.3f}; of the answers on programs of other kinds {abstained:.2f} were \"unknown\".\n")
    reliability(of_run)
    often = judge_programs(sonde, folder, known, others, OFTEN_S)
    print(f"With an answer every {OFTEN_S} s: macro F1 {often[4]:.3f}, {often[5]:.2f} \"unknown\".\n")
    confusion(often[0] + often[1])
    reliability(often[2])
    print(f"A program had run for some seconds when its run began. With an answer every {interval:g} s:\n")
    print("| held-out run | program | answers | right answer after |\n|---|---|---|---|")
    for name, (r, rows) in of_run.items():
        said = {}
        for _, category, _ in rows:
            said[category] = said.get(category, 0) + 1
        after = seconds_to(rows, r["label"])
        print(f"| {name} | {r['program']} | {', '.join(f'{k} {v}' for k, v in sorted(said.items()))} | "
              f"{'never' if after is None else f'{after:g} s'} |")
    mixed = [r for r in runs if r["label"] == "mixed"]
    for r in mixed:
        said = [a for _, a, _ in answers(sonde, folder / f"{r['run']}.csv", interval)]
        fine = [a in programs.MIXED[r["program"]] + ["mixed", "unknown"] for a in said]
        print(f"| {r['run']} | {r['program']} | {', '.join(said)} | {sum(fine)} of {len(fine)} are one of the two, "
              "mixed or unknown |")
    steady = [r for r in runs if r["split"] == "steady"] or known
    changes, hours = 0, 0.0
    for r in steady:
        rows = answers(sonde, folder / f"{r['run']}.csv", USUAL_S)
        changes += sum(a[1] != b[1] for a, b in zip(rows, rows[1:]))
        hours += r["seconds"] / 3600
    print(f"\nSteady use: {changes} changes of the answer in {hours:.2f} h, {changes / hours:.1f} an hour.")
    missed = [n for n, bad in (("macro F1", macro < BARS["macro F1"]),
                               ("unknown", abstained < BARS["unknown"]),
                               ("changes", changes / hours > BARS["changes"])) if bad]
    if missed:
        sys.exit("missed: " + ", ".join(missed))


def main():
    p = argparse.ArgumentParser(prog="workloads.sh")
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--record", type=pathlib.Path, metavar="DIR")
    p.add_argument("--judge", type=pathlib.Path, metavar="DIR")
    p.add_argument("--pack", type=pathlib.Path, metavar="DIR", help="into tests/data/workloads.tar.xz")
    p.add_argument("--seconds", type=int, default=56)
    p.add_argument("--patience", type=float, default=20, help="seconds to wait for the machine to be quiet")
    p.add_argument("--long", action="store_true", help="record sessions of minutes too, to count changes of the answer")
    p.add_argument("--sitting", type=int, default=1, metavar="N", help="record the same again, beside what is there")
    p.add_argument("--only", default="*", metavar="GLOB")
    p.add_argument("--list", action="store_true")
    p.add_argument("--check", action="store_true", help="the model there is must be the one that is learnt")
    arguments = p.parse_args()
    sonde = str(arguments.build / "sonde")
    folder = arguments.record or arguments.judge or arguments.pack
    if not folder:
        p.error("give --record, --judge or --pack")
    isolate(folder.resolve())
    if arguments.record:
        record(sonde, arguments.record.resolve(), arguments)
    if arguments.pack:
        pack(arguments.pack.resolve(), programs.ROOT / "tests/data/workloads.tar.xz")
    if arguments.judge:
        judge(arguments.build, sonde, arguments.judge.resolve(), arguments)


main()
