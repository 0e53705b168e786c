"""What other collectors cost beside Sonde, each at 1 Hz, in the same seconds: see peers.sh.

In every window run one peer, Sonde with all adapters, and Sonde with those adapters only whose subjects
the peer has as well; each in a control group of its own. Values are counted in what the peer itself gave
for one instant. What the peers are set to do is what this file says, everything else is Debian's default.
"""
import argparse
import contextlib
import csv
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from harness import (Group, Idlers, Program, end_on_signal, machine, processes, progress, sleep_until,
                     start_in_phase, tell_machine)

PROCESSES = 120
SYSTEM = "cpu,load,memory,paging,disk,fs,net"
SCREEN = (160, 48)
PORT = 19897


def output(*argv):
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False)
    return done.stdout


def fetch(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=2) as answer:
        return answer.read().decode()


def numbers(tree):
    """How many numbers a JSON value holds, its time stamps left out."""
    if isinstance(tree, dict):
        return sum(numbers(value) for key, value in tree.items() if key != "timestamp")
    if isinstance(tree, list):
        return sum(map(numbers, tree))
    return isinstance(tree, (int, float)) and not isinstance(tree, bool)


class Peer:
    """A collector of others: how it is started, and how many values it gave for one instant."""
    name = package = ""
    binary = ""
    adapters = SYSTEM   # of Sonde, about what the peer measures too
    walks = "no"        # the processes
    warm_up = 4
    remark = ""

    def __init__(self, folder):
        self.folder = folder

    def start(self):
        return Program(self.argv(), cwd=self.folder)

    def each_second(self):
        """What its user does once a second."""

    def version(self):
        return output("dpkg-query", "-W", "-f", "${Version}", self.package)


class Sadc(Peer):
    name, package, binary = "sadc -S XALL", "sysstat", "/usr/lib/sysstat/sadc"
    adapters = SYSTEM + ",freq,pressure,sockets,hwmon,interrupts,softirq"
    remark = "binary file; interrupts singly"

    def argv(self):
        return [self.binary, "-S", "XALL", "1", self.folder / "sa"]

    def count(self):
        hosts = json.loads(output("sadf", "-j", self.folder / "sa", "--", "-A"))["sysstat"]["hosts"]
        return numbers(hosts[0]["statistics"][-1])


class Collectd(Peer):
    name, package, binary = "collectd, csv", "collectd-core", "/usr/sbin/collectd"
    adapters = SYSTEM + ",hwmon,process"
    walks = "counts"
    plugins = "cpu memory disk interface load processes df vmem sensors swap uptime contextswitch csv"
    remark = "11 reading plugins"

    def argv(self):
        lines = ["Interval 1", "FQDNLookup false", f'BaseDir "{self.folder}"', f'PIDFile "{self.folder}/pid"']
        lines += [f"LoadPlugin {plugin}" for plugin in self.plugins.split()]
        lines += [f'<Plugin csv>\nDataDir "{self.folder}/csv"\n</Plugin>']
        (self.folder / "conf").write_text("\n".join(lines) + "\n")
        return [self.binary, "-f", "-C", self.folder / "conf"]

    def count(self):
        heads = (path.open().readline() for path in (self.folder / "csv").rglob("*") if path.is_file())
        return sum(head.count(",") for head in heads)


class NodeExporter(Peer):
    name, package, binary = "node_exporter, scraped", "prometheus-node-exporter", "/usr/bin/prometheus-node-exporter"
    adapters = SYSTEM + ",freq,cpuinfo,pressure,sockets,hwmon,rapl,conntrack,softnet"
    remark = "the scraper's cost is left out"

    def argv(self):
        return [self.binary, f"--web.listen-address=127.0.0.1:{PORT}"]

    def each_second(self):
        self.page = fetch("/metrics")

    def count(self):
        own = re.compile(r"#|go_|process_|promhttp_|node_scrape_")
        return sum(bool(line) and not own.match(line) for line in self.page.splitlines())


class Netdata(Peer):
    name, package, binary = "netdata, proc + apps", "netdata-core", "/usr/sbin/netdata"
    adapters = SYSTEM + ",freq,pressure,sockets,hwmon,cgroup,interrupts,softirq,softnet,process"
    walks = "groups of them"
    warm_up = 12
    remark = "database in memory and on disk; no machine learning in Debian's build; no page open"
    plugins = ("proc", "apps", "cgroups", "diskspace")

    def argv(self):
        conf = self.folder / "conf"
        conf.mkdir()
        folders = "".join(f"{what} = {self.folder}\n" for what in ("cache", "lib", "log", "run"))
        plugins = "enable running new plugins = no\n" + "".join(f"{what} = yes\n" for what in self.plugins)
        (conf / "netdata.conf").write_text(
            f"[global]\nrun as user = root\n[directories]\n{folders}config = {conf}\n[db]\nupdate every = 1\n"
            f"[web]\nbind to = 127.0.0.1:{PORT}\n[plugins]\n{plugins}"
            "[registry]\nenabled = no\n[statsd]\nenabled = no\n")
        return [self.binary, "-D", "-c", conf / "netdata.conf", "-P", self.folder / "pid"]

    def count(self):
        charts = json.loads(fetch("/api/v1/allmetrics?format=json"))
        return sum(len(chart["dimensions"]) for name, chart in charts.items() if not name.startswith("netdata."))


class Glances(Peer):
    name, package, binary = "glances -q --export csv", "glances", "/usr/bin/glances"
    adapters = SYSTEM + ",hwmon,process"
    walks = "yes"
    remark = "no process in the file"

    def argv(self):
        return [self.binary, "-q", "--disable-check-update", "-t", "1", "--export", "csv",
                "--export-csv-file", self.folder / "out"]

    def count(self):
        return len(next(csv.reader((self.folder / "out").open()))) - 1


class Btop(Peer):
    name, package, binary = "btop", "btop", "/usr/bin/btop"
    adapters = SYSTEM + ",freq,hwmon,process"
    walks = "yes"
    remark = f"numbers seen on {SCREEN[0]} x {SCREEN[1]}; drawing is included, the terminal is not"

    def start(self):
        """In a terminal of its own: tmux's server stays outside the group."""
        (self.folder / "btop").mkdir()
        (self.folder / "btop" / "btop.conf").write_text("update_ms = 1000\n")
        command = ["env", f"XDG_CONFIG_HOME={self.folder}", self.binary, "--utf-force"]
        return Screen(self.folder / "tmux", self.folder, command)

    def count(self):
        text = output("tmux", "-S", self.folder / "tmux", "capture-pane", "-p")
        return len(re.findall(r"\d+(?:\.\d+)?", text))


class Screen(Program):
    def __init__(self, socket, folder, argv):
        group = self.group = Group()
        if not group.path:
            raise OSError("a terminal needs a control group to be measured in")
        self.socket = socket
        inner = f"echo $$ >{group.path}/cgroup.procs; exec {' '.join(argv)}"
        session = ["new-session", "-d", "-x", str(SCREEN[0]), "-y", str(SCREEN[1]), inner]
        self.process = subprocess.Popen(["tmux", "-S", str(socket), "-f", "/dev/null", *session], cwd=folder,
                                        stdout=subprocess.PIPE, text=True)
        self.process.wait()

    def stop(self):
        output("tmux", "-S", self.socket, "kill-server")
        return super().stop()


class Atop(Peer):
    name, package, binary = "atop -w", "atop", "/usr/bin/atop"
    adapters = SYSTEM + ",freq,pressure,sockets,process"
    walks = "yes, all fields"
    remark = "compressed file of every field of every process"

    def argv(self):
        return [self.binary, "-w", self.folder / "raw", "1"]

    def count(self):
        """The numbers of the last whole sample; the first six fields of a line are label, host and time."""
        samples = output("atop", "-r", self.folder / "raw", "-P", "ALL").split("SEP\n")
        fields = (re.sub(r"\(.*?\)", "", line).split()[6:] for line in samples[-2].splitlines())
        return sum(bool(re.fullmatch(r"-?\d+(\.\d+)?", field)) for line in fields for field in line)


PEERS = (Sadc, Collectd, NodeExporter, Netdata, Glances, Btop, Atop)


class Scraper:
    """Calls the peer's each_second() at a fixed phase, outside of its group."""

    def __init__(self, peer):
        self.peer, self.over = peer, threading.Event()
        self.thread = threading.Thread(target=self.loop, daemon=True)

    def loop(self):
        while not self.over.wait(1 - (time.monotonic() - 0.85) % 1):
            with contextlib.suppress(OSError):
                self.peer.each_second()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def window(kind, recorder, seconds):
    """One peer and Sonde twice. CPU of each, memory, and what was seen."""
    with tempfile.TemporaryDirectory(prefix="sonde-peer-") as name, contextlib.ExitStack() as stack:
        peer = kind(pathlib.Path(name))
        programs = [stack.enter_context(peer.start()),
                    stack.enter_context(start_in_phase([recorder, "--output", name + "/rows"], 0.1)),
                    stack.enter_context(start_in_phase([recorder, "--only", kind.adapters], 0.6))]
        stack.enter_context(Scraper(peer))
        sleep_until(time.monotonic() // 1 + 1 + kind.warm_up + 0.35)
        begin = time.monotonic()
        before = [p.cpu_us() for p in programs]
        sleep_until(begin + seconds)
        cost = [(p.cpu_us() - b) / seconds for p, b in zip(programs, before)]
        rss = [p.rss_kib() / 1024 for p in programs[:2]]
        values = peer.count()
        seen = [json.loads(p.stop()) for p in programs[1:]]
    return {"cost": cost, "rss": rss, "values": values, "seen": seen}


def summary(kind, results):
    def middle(what):
        return statistics.median(what(r) for r in results)
    full, same = results[-1]["seen"]
    row = {
        "peer": kind.name, "version": kind(None).version(), "walks": kind.walks, "remark": kind.remark,
        "peer_us": middle(lambda r: r["cost"][0]), "peer_values": middle(lambda r: r["values"]),
        "peer_rss": middle(lambda r: r["rss"][0]),
        "sonde_us": middle(lambda r: r["cost"][1]), "sonde_values": full["readings"] + full["process_values"],
        "sonde_rss": middle(lambda r: r["rss"][1]), "same_us": middle(lambda r: r["cost"][2]),
        "same_values": same["readings"] + same["process_values"], "same_adapters": same["adapters"],
        "ratio": middle(lambda r: r["cost"][0] / r["cost"][1]),
        "same_ratio": middle(lambda r: r["cost"][0] / r["cost"][2]),
    }
    row["peer_us_per_value"] = row["peer_us"] / row["peer_values"]
    row["sonde_us_per_value"] = row["sonde_us"] / row["sonde_values"]
    row["beaten"] = row["same_ratio"] > 1 and row["sonde_us_per_value"] < row["peer_us_per_value"]
    return row


HEAD = ("peer", "version", "processes", "values", "CPU us", "us/value", "RSS MiB",
        "Sonde, same subjects: values", "CPU us", "peer / Sonde",
        "Sonde, everything: CPU us", "peer / Sonde", "us/value", "beaten")


def table(rows):
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|")
    for r in sorted(rows, key=lambda r: r["peer_us"]):
        cells = (r["peer"], r["version"], r["walks"], f"{r['peer_values']:.0f}", f"{r['peer_us']:.0f}",
                 f"{r['peer_us_per_value']:.2f}", f"{r['peer_rss']:.1f}",
                 f"{r['same_values']}", f"{r['same_us']:.0f}", f"{r['same_ratio']:.1f}",
                 f"{r['sonde_us']:.0f}", f"{r['ratio']:.1f}", f"{r['sonde_us_per_value']:.2f}",
                 "yes" if r["beaten"] else "no")
        print("| " + " | ".join(cells) + " |")
    print()
    for r in rows:
        print(f"- {r['peer']}: {r['remark']}; same subjects: {', '.join(r['same_adapters'])}")
    last = rows[-1]
    print(f"- Sonde, everything: {last['sonde_values']} values a sample, VmRSS {last['sonde_rss']:.1f} MiB")


def measure(kinds, recorder, rounds, seconds):
    results = {kind: [] for kind in kinds}
    for number in range(rounds):
        for kind in random.sample(kinds, len(kinds)):
            progress(f"round {number + 1} of {rounds}: {kind.name}")
            try:
                results[kind].append(window(kind, recorder, seconds))
            except (OSError, ValueError, LookupError, AttributeError) as error:
                print(f"{kind.name}: this window does not count: {error!r}", file=sys.stderr)
    progress("")
    return [summary(kind, got) for kind, got in results.items() if got]


def main():
    p = argparse.ArgumentParser(prog="peers", description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=int, default=20, help="of one window")
    p.add_argument("--only", default="", help="peers whose name holds this")
    p.add_argument("--json", action="store_true")
    o = p.parse_args()
    end_on_signal()
    kinds = [kind for kind in PEERS if o.only in kind.name and os.access(kind.binary, os.X_OK)]
    if not kinds:
        sys.exit("peers: none is installed here; run ./dev setup bench")
    absent = [kind.package for kind in PEERS if not os.access(kind.binary, os.X_OK)]
    if absent:
        print(f"peers: not installed: {' '.join(absent)}; ./dev setup bench", file=sys.stderr)
    with Idlers(o.build / "bench" / "idlers", PROCESSES - processes()):
        where = machine(o.build)
        rows = measure(kinds, o.build / "bench" / "recorder", o.rounds, o.seconds)
    if o.json:
        print(json.dumps({"bench": "peers", "machine": where, "rounds": o.rounds, "seconds": o.seconds, "rows": rows}))
    elif rows:
        tell_machine(where)
        print(f"medians of {o.rounds} windows of {o.seconds} s at 1 Hz\n")
        table(rows)
    return 0 if len(rows) == len(PEERS) and all(r["beaten"] for r in rows) else 3


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
