"""What Sonde's collection costs beside the floor, and the bars that it is to meet: see collect.sh.

Every window runs two programs at 1 Hz, half a second apart, each in a control group of its own, in random
order; a ratio is taken within a window, and the median over the rounds counts. The floor runs against a
second copy of itself too: where that ratio is not within 0.9 to 1.1 the machine was too uneasy, the row is
measured again, and at last it does not count.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

from harness import (Idlers, Program, Services, end_on_signal, machine, processes, progress, side_by_side, spread,
                     tell_machine)

PROCESSES = 120
CROWD = 500
SERVICES = 60
NOISE = (0.9, 1.1)
TRIES = 3


class Collect:
    def __init__(self, build, rounds, seconds):
        self.build, self.rounds, self.seconds = build, rounds, seconds
        self.rows = []
        self.has_bpf = self.floor_bpf = False

    def tool(self, name):
        return self.build / "bench" / name

    def recorder(self, *options):
        return [self.tool("recorder"), *options]

    def floor(self, spec):
        return [self.tool("floor"), spec, "1000000"]

    def probe(self):
        """Does this build walk by BPF here, and does the floor?"""
        tried = subprocess.run([self.tool("floor"), "bpf", "1", "1"], capture_output=True, check=False)
        self.floor_bpf = tried.returncode == 0
        with Program(self.recorder("--walk", "bpf")) as program:
            time.sleep(2.5)
            self.has_bpf = self.floor_bpf and program.process.poll() is None and program.uses_bpf()

    # ---- windows ----

    def window(self, first, second, around=contextlib.nullcontext):
        with around():
            cost, printed = side_by_side(first, second, self.seconds)
        return (*cost, json.loads(printed) if printed.startswith("{\"samples") else {})

    def measure(self, windows):
        """Every window once a round, in random order. Returns a list of results for each."""
        results = {name: [] for name in windows}
        for number in range(self.rounds):
            for name in random.sample(list(windows), len(windows)):
                progress(f"round {number + 1} of {self.rounds}: {name}")
                results[name].append(self.window(*windows[name]))
        progress("")
        return results

    def ratio_windows(self, rows):
        windows = {}
        for name, (ours, spec, around) in rows.items():
            windows[name] = (ours, self.floor(spec), around)
            windows["noise " + spec] = (self.floor(spec), self.floor(spec))
        return windows

    def ratios(self, rows):
        """Measures rows until the floor agrees with itself, TRIES times at most."""
        results, tries = {}, {}
        left = dict(rows)
        for attempt in range(1, TRIES + 1):
            got = self.measure(self.ratio_windows(left))
            results.update(got)
            tries.update(dict.fromkeys(left, attempt))
            left = {name: row for name, row in left.items() if not self.calm(got["noise " + row[1]])}
            if not left:
                break
        return results, tries

    @staticmethod
    def noise(results):
        return statistics.median(a / b for a, b, _ in results)

    def calm(self, results):
        return NOISE[0] <= self.noise(results) <= NOISE[1]

    # ---- rows ----

    def row(self, name, value, unit, bar, aim=None, counts=True, note="", **more):
        verdict = ("not available" if value is None else "does not count" if not counts else
                   "met" if value <= bar else "missed")
        self.rows.append({"row": name, "value": value, "unit": unit, "bar": bar, "aim": aim, "verdict": verdict,
                          "note": note, **more})

    def missing(self, name, bar, unit, note):
        self.row(name, None, unit, bar, note=note)

    def ratio_row(self, title, name, spec, bar, aim, results, tries):
        got = results[name]
        ratio = spread([a / b for a, b, _ in got])
        noise = self.noise(results["noise " + spec])
        ours, floor = (statistics.median(r[i] for r in got) for i in (0, 1))
        note = (f"{ours:.0f} us / {floor:.0f} us; {ratio['min']:.2f}-{ratio['max']:.2f}; "
                f"floor against itself {noise:.2f}")
        if tries[name] > 1:
            note += f", measured {tries[name]} times"
        self.row(title, ratio["median"], "x", bar, aim, self.calm(results["noise " + spec]), note, ours_us=ours,
                 floor_us=floor, noise=noise, windows=len(got))

    def per_metric(self, name, results, with_processes):
        seen = results[-1][2]
        values = seen["readings"] + (seen["process_values"] if with_processes else 0)
        cost = statistics.median(r[0] for r in results)
        self.row(f"one metric, {name}", cost / values, "us", 1.0, 0.4,
                 note=f"{values} distinct readings known, rates not counted")

    def crowd_row(self, walk, bar, base, crowd):
        def growth(i):
            return (statistics.median(r[i] for r in crowd) - statistics.median(r[i] for r in base)) / CROWD

        cost, floor = growth(0), growth(1)
        self.row(f"one more process of {CROWD} idle, {walk}", cost, "us", bar, 1.0 if walk == "BPF" else None,
                 note=f"floor {floor:.2f} us", floor_us=floor)

    def first_sample(self, times):
        wall, cpu, empty = [], [], []
        for _ in range(times):
            begin = time.monotonic_ns()
            out = subprocess.run(self.recorder("--seconds", "0"), stdout=subprocess.PIPE, check=True).stdout
            seen = json.loads(out)
            wall.append((seen["first_row_ns"] - begin) / 1e6)
            cpu.append(seen["first_row_cpu_us"] / 1e3)
            child = subprocess.Popen(["/bin/true"])
            empty.append(sum(os.wait4(child.pid, 0)[2][:2]) * 1e3)
            child.returncode = 0
        note = (f"CPU {statistics.median(cpu):.1f} ms, of an empty program {statistics.median(empty):.1f} ms; "
                f"{times} starts")
        self.row("exec to the first row, wall time", statistics.median(wall), "ms", 50, 10, note=note,
                 cpu_ms=statistics.median(cpu))

    def memory(self, seconds):
        with (tempfile.TemporaryDirectory() as folder,
              Program(self.recorder("--output", folder + "/rows.csv")) as program):
            progress(f"VmRSS after {seconds} s")
            time.sleep(seconds)
            rss = program.rss_kib() / 1024
            written = os.path.getsize(folder + "/rows.csv")
            seen = json.loads(program.stop())
        progress("")
        self.row(f"VmRSS after {seconds} s", rss, "MiB", 6, 4, note=f"{written / seen['samples']:.0f} bytes a row")
        return seen

    # ---- the whole ----

    def run(self, memory_s, starts):
        self.probe()
        best, spec = ("bpf", "bpf") if self.has_bpf else ("text", "full")
        services = lambda: Services(SERVICES)
        rows = {
            "sys": (self.recorder("--no-process"), "sys", contextlib.nullcontext),
            "text": (self.recorder("--walk", "text"), "full", contextlib.nullcontext),
        }
        if self.has_bpf:
            rows["bpf"] = (self.recorder("--walk", "bpf"), "bpf", contextlib.nullcontext)
        try:
            services().__exit__()
            rows["services"] = (self.recorder("--walk", best), spec, services)
        except OSError as error:
            print(f"no control groups for services: {error}", file=sys.stderr)
        results, tries = self.ratios(rows)
        crowd = lambda: Idlers(self.tool("idlers"), CROWD)
        crowds = {walk: (self.recorder("--walk", walk), self.floor(floor), crowd)
                  for walk, floor in (("text", "full"), ("bpf", "bpf")) if walk in rows}
        crowded = self.measure(crowds)
        self.tell_ratios(results, tries, best, spec)
        for walk, name, bar in (("bpf", "BPF", 1.5), ("text", "text", 8)):
            if walk in crowded:
                self.crowd_row(name, bar, results[walk], crowded[walk])
            else:
                self.missing(f"one more process of {CROWD} idle, {name}", bar, "us", self.why_not())
        cost = statistics.median(r[0] for r in results[best])
        alive = results[best][-1][2]["processes"]
        self.row("share of a core, whole sample", cost / 1e4, "%", 0.10, 0.06, abs(alive - PROCESSES) <= 40,
                 f"{alive} processes; the bar is for {PROCESSES}")
        self.per_metric("system alone", results["sys"], False)
        self.per_metric("whole sample", results[best], True)
        seen = self.memory(memory_s)
        self.first_sample(starts)
        return {"readings": seen["readings"], "changed": seen["changed"], "seconds": memory_s, "slots": seen["slots"],
                "processes": seen["processes"], "process_values": seen["process_values"], "adapters": seen["adapters"]}

    def why_not(self):
        return ("this build has no BPF walk, or may not use it here" if self.floor_bpf else
                "no task iterator here: rights, kernel or libbpf")

    def tell_ratios(self, results, tries, best, spec):
        if self.has_bpf:
            self.ratio_row("whole sample, BPF / floor bpf", "bpf", "bpf", 1.6, 1.25, results, tries)
        else:
            self.missing("whole sample, BPF / floor bpf", 1.6, "x", self.why_not())
        self.ratio_row("whole sample, text / floor full", "text", "full", 1.5, None, results, tries)
        self.ratio_row("system alone / floor sys", "sys", "sys", 1.5, 1.2, results, tries)
        title = f"{SERVICES} services, {best} / floor {spec}"
        if "services" in results:
            self.ratio_row(title, "services", spec, 1.6 if best == "bpf" else 1.5, None, results, tries)
        else:
            self.missing(title, 1.5, "x", "no control groups can be made")


def table(rows):
    print(f"\n{'':44} {'value':>10} {'bar':>6} {'aim':>6}  verdict")
    for r in rows:
        value = "-" if r["value"] is None else f"{r['value']:.3g} {r['unit']}"
        aim = "" if r["aim"] is None else f"{r['aim']:g}"
        print(f"{r['row']:44} {value:>10} {r['bar']:>6g} {aim:>6}  {r['verdict']}")
        if r["note"]:
            print(f"    {r['note']}")


def reference(bench, folder):
    """Our floor beside another one that is told apart by its sources: floor.c and taskiter.bpf.c."""
    with tempfile.TemporaryDirectory() as out:
        theirs, tasks = out + "/floor", out + "/tasks.o"
        subprocess.run(["cc", "-O2", "-w", "-o", theirs, folder / "floor.c"], check=True)
        compiler = ["clang", "-O2", "-g", "-target", "bpf", "-c"]
        subprocess.run([*compiler, folder / "taskiter.bpf.c", "-o", tasks], check=True)
        pinned = (f"mount -t bpf bpf /sys/fs/bpf && bpftool iter pin {tasks} /sys/fs/bpf/tasks && "
                  f"FLOOR_BPF=/sys/fs/bpf/tasks exec {theirs} -n 1000000 -s sys+w_bpf")
        other = {"sys": [theirs, "-n", "1000000", "-s", "sys"], "full": [theirs, "-n", "1000000", "-s", "full"],
                 "bpf": ["unshare", "-m", "sh", "-c", pinned]}
        windows = {}
        for spec, argv in other.items():
            windows[spec] = (bench.floor(spec), argv)
            windows["noise " + spec] = (argv, argv)
        results = bench.measure(windows)
    equal = True
    for spec in other:
        ratio = statistics.median(a / b for a, b, _ in results[spec])
        ours, theirs = (statistics.median(r[i] for r in results[spec]) for i in (0, 1))
        equal &= 0.95 <= ratio <= 1.05
        print(f"floor {spec:5} {ours:6.0f} us  reference {theirs:6.0f} us  ratio {ratio:.3f}  "
              f"reference against itself {bench.noise(results['noise ' + spec]):.3f}")
    return 0 if equal else 3


def options():
    p = argparse.ArgumentParser(prog="collect", description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--seconds", type=int, default=20, help="of one window")
    p.add_argument("--quick", action="store_true", help="3 rounds of 5 s: does it work, not what is it worth")
    p.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    p.add_argument("--reference", type=pathlib.Path, metavar="DIR",
                   help="hold our floor against the one in DIR, and that is all")
    o = p.parse_args()
    if o.quick:
        o.rounds, o.seconds = min(o.rounds, 3), min(o.seconds, 5)
    return o


def main():
    o = options()
    end_on_signal()
    bench = Collect(o.build, o.rounds, o.seconds)
    with Idlers(bench.tool("idlers"), PROCESSES - processes()):
        where = machine(o.build)
        if not o.json:
            tell_machine(where)
            print(f"medians of {o.rounds} windows of {o.seconds} s at 1 Hz")
        if o.reference:
            return reference(bench, o.reference)
        sample = bench.run(10 if o.quick else 60, 3 if o.quick else 9)
    if o.json:
        print(json.dumps({"bench": "collect", "machine": where, "rounds": o.rounds, "seconds": o.seconds,
                          "rows": bench.rows, "sample": sample}))
    else:
        table(bench.rows)
        print(f"\nreadings per sample: {sample['readings']} of the system, of which {sample['changed']} changed within "
              f"{sample['seconds']} s, and {sample['process_values']} of {sample['processes']} processes")
    return 0 if all(r["verdict"] == "met" for r in bench.rows) else 3


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
