"""How many bytes others need for the same recording, and what storing and reading it costs: see store_peers.sh.

Debian's VictoriaMetrics and Prometheus, SQLite and compressed CSV get the sample of telemetry that the archive
is measured with. Each gets the cheapest way in that it has: VictoriaMetrics its JSON import in batches of a
minute, Prometheus its block writer, SQLite one transaction. Then it is made to merge, its files are counted
(not its caches and logs), every value is read back and compared, and single metrics are read. Servers run
from a private folder, listen on a free port of the loopback device, and end with this program.

CPU is the peer's own, its parsing included, from a control group of its own; of what feeds it nothing counts.
netdata is left out: it takes no values of the past.
"""
import argparse
import contextlib
import csv
import http.client
import json
import lzma
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

from harness import Program, end_on_signal, machine, progress, tell_machine

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent / "tests" / "data" / "telemetry-sample.csv.xz"
LIMIT_S = 280        # for everything
ANSWER_S = 60        # for one answer of a server
BATCH = 60           # ticks in one request
READS = 25           # metrics that are read singly
RANGE = "100y"       # the sample may be of any age


class Sample:
    """Instants in milliseconds, and a column of numbers as text for each metric."""

    def __init__(self, path):
        self.path, self.text = path, lzma.open(path).read()
        head, *rows = csv.reader(self.text.decode().splitlines())
        self.names = [re.sub(r"[^A-Za-z0-9_]", "_", name) for name in head[1:]]
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"{path}: two metrics have one name")
        self.at = [int(row[0]) for row in rows]
        self.columns = dict(zip(self.names, list(zip(*rows))[1:]))
        self.values = len(self.at) * len(self.names)

    def some(self):
        """Metrics to read one by one, those that change among them."""
        living = [name for name in self.names if len(set(self.columns[name])) > 1]
        return living[::max(1, len(living) // READS)][:READS]

    def wrong(self, got):
        """How many values differ from, or lack in, got: { name: [(ms, value), ...] }."""
        count = 0
        for name, column in self.columns.items():
            want = {at: float(text) for at, text in zip(self.at, column)}
            have = dict(got.get(name, ()))
            count += sum(have.get(at) != value for at, value in want.items()) + len(have.keys() - want.keys())
        return count


def files_size(folder):
    """The bytes of all its files; a server may be removing some."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def run_to_end(argv, stdout=subprocess.DEVNULL, **options):
    """Runs a command. Returns its CPU in microseconds, its largest memory in KiB and its wall time in seconds."""
    peak, begin = 0, time.monotonic()
    with Program(argv, stdout=stdout, **options) as program:
        while not os.waitid(os.P_PID, program.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            peak = max(peak, program.peak_kib())
            time.sleep(0.005)
        wall, cpu = time.monotonic() - begin, program.cpu_us()
        if program.process.wait():
            raise OSError(f"{argv[0]} ended with status {program.process.returncode}")
    return cpu, peak, wall


class Server(Program):
    """A program that answers on a port of the loopback device, once `ready` gives an answer."""

    def __init__(self, argv, port, ready, folder):
        self.port = port
        with (folder / "log").open("w") as log:
            super().__init__(argv, cwd=folder, stdout=log, stderr=log)
        try:
            while not self.answers(ready):
                time.sleep(0.05)
        except BaseException:
            self.stop()
            raise

    def answers(self, path):
        if self.process.poll() is not None:
            raise OSError(f"{self.argv[0]} ended with status {self.process.returncode}")
        with contextlib.suppress(OSError):
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
            self.ask(path)
            return True
        return False

    def ask(self, path, body=None, **query):
        """What the server answers, over one connection that is kept."""
        url = path + ("?" + urllib.parse.urlencode(query) if query else "")
        self.line.request("GET" if body is None else "POST", url, body)
        answer = self.line.getresponse()
        text = answer.read()
        if answer.status // 100 != 2:
            raise OSError(f"{path}: status {answer.status}: {text[:200]!r}")
        return text


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def timed(names, read, count):
    """The median time in milliseconds to read one metric from end to end, after one that warms caches."""
    times = []
    for name in [names[0], *names]:
        begin = time.monotonic()
        got = read(name)
        times.append((time.monotonic() - begin) * 1e3)
        if got != count:
            raise ValueError(f"{name}: {got} values instead of {count}")
    return statistics.median(times[1:])


class Store:
    name = package = ""
    binaries = ()
    remark = ""

    def __init__(self, sample, folder):
        self.sample, self.folder = sample, folder

    def version(self):
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", self.package], capture_output=True, text=True,
                              check=False)
        return done.stdout or "unknown"


class VictoriaMetrics(Store):
    name, package, binaries = "VictoriaMetrics", "victoria-metrics", ("victoria-metrics",)
    remark = "JSON import, a minute in each request; flushed and merged by force"

    def measure(self):
        port, data = free_port(), self.folder / "store"
        argv = [self.binaries[0], f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={data}",
                f"-retentionPeriod={RANGE}", "-search.latencyOffset=0s", "-loggerLevel=ERROR"]
        with Server(argv, port, "/health", self.folder) as server:
            before = server.cpu_us()
            for first in range(0, len(self.sample.at), BATCH):
                server.ask("/api/v1/import", self.batch(first))
            self.settle(server, data)
            cpu = server.cpu_us() - before
            wrong = self.sample.wrong(self.export(server, '{__name__!=""}'))
            read = timed(self.sample.some(), lambda name: self.count(server, name), len(self.sample.at))
            return {"data": files_size(data / "data"), "index": files_size(data / "indexdb"), "cpu_us": cpu,
                    "peak_kib": server.peak_kib(), "wrong": wrong, "read_ms": read}

    def batch(self, first):
        at = json.dumps(self.sample.at[first:first + BATCH])
        return "".join(f'{{"metric":{{"__name__":"{name}"}},"timestamps":{at},'
                       f'"values":[{",".join(column[first:first + BATCH])}]}}\n'
                       for name, column in self.sample.columns.items())

    def settle(self, server, data):
        """Merges until there is one part for each month; the parts that were merged vanish a moment later."""
        months = len({time.gmtime(at / 1e3)[:2] for at in self.sample.at})
        server.ask("/internal/force_flush")
        before, now = 0, files_size(data)
        while now != before or self.parts(server) > months:
            server.ask("/internal/force_merge")
            time.sleep(0.5)
            before, now = now, files_size(data)

    @staticmethod
    def parts(server):
        text = server.ask("/metrics").decode()
        return sum(map(int, re.findall(r'^vm_parts{type="storage/\w+"} (\d+)', text, re.M)))

    def export(self, server, what):
        first, last = self.sample.at[0], self.sample.at[-1]
        text = server.ask("/api/v1/export", **{"match[]": what, "start": first / 1e3, "end": (last + 1) / 1e3})
        lines = map(json.loads, text.splitlines())
        return {line["metric"]["__name__"]: list(zip(line["timestamps"], line["values"])) for line in lines}

    def count(self, server, name):
        return len(self.export(server, name)[name])


class Prometheus(Store):
    name, package, binaries = "Prometheus", "prometheus", ("prometheus", "promtool")
    remark = "blocks written by promtool from OpenMetrics text; memory is the larger of promtool's and the server's"

    def measure(self):
        text, blocks = self.folder / "text", self.folder / "blocks"
        with text.open("w") as file:
            for name, column in self.sample.columns.items():
                file.writelines(f"{name} {value} {at / 1e3:.3f}\n" for at, value in zip(self.sample.at, column))
            file.write("# EOF\n")
        cpu, peak, _ = run_to_end(["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", text, blocks])
        text.unlink()
        data = sum(files_size(chunks) for chunks in blocks.glob("*/chunks"))
        index = files_size(blocks) - data
        port = free_port()
        (self.folder / "conf").write_text("{}\n")
        argv = ["prometheus", f"--config.file={self.folder}/conf", f"--storage.tsdb.path={blocks}",
                f"--storage.tsdb.retention.time={RANGE}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        with Server(argv, port, "/-/ready", self.folder) as server:
            read = timed(self.sample.some(), lambda name: len(self.query(server, name)[name]), len(self.sample.at))
            peak = max(peak, server.peak_kib())
            wrong = self.sample.wrong(self.query(server, '{__name__=~".+"}'))
        return {"data": data, "index": index, "cpu_us": cpu, "peak_kib": peak, "wrong": wrong, "read_ms": read}

    def query(self, server, what):
        first, last = self.sample.at[0], self.sample.at[-1]
        text = server.ask("/api/v1/query", query=f"{what}[{last - first + 1}ms]", time=last / 1e3)
        return {series["metric"]["__name__"]: [(round(at * 1e3), float(value)) for at, value in series["values"]]
                for series in json.loads(text)["data"]["result"]}


class SQLite(Store):
    name, package, binaries = "SQLite", "sqlite3", ("sqlite3",)
    remark = "a row for each value keyed (metric, instant), without rowid; one transaction, then VACUUM"
    script = """
PRAGMA synchronous = NORMAL;
CREATE TABLE value (metric INTEGER, at INTEGER, v NUMERIC, PRIMARY KEY (metric, at)) WITHOUT ROWID;
.mode csv
.import rows value
VACUUM;
"""

    def measure(self):
        with (self.folder / "rows").open("w") as file:
            for at, *row in zip(self.sample.at, *self.sample.columns.values()):
                file.writelines(f"{metric},{at},{value}\n" for metric, value in enumerate(row))
        (self.folder / "script").write_text(self.script)
        with (self.folder / "script").open() as script:
            cpu, peak, _ = run_to_end(["sqlite3", "-bail", "db"], cwd=self.folder, stdin=script)
        with contextlib.closing(sqlite3.connect(self.folder / "db")) as db:
            wrong = self.sample.wrong({name: self.rows(db, name) for name in self.sample.names})
            read = timed(self.sample.some(), lambda name: len(self.rows(db, name)), len(self.sample.at))
        size = (self.folder / "db").stat().st_size
        return {"data": size, "index": 0, "cpu_us": cpu, "peak_kib": peak, "wrong": wrong, "read_ms": read}

    def rows(self, db, name):
        return db.execute("SELECT at, v FROM value WHERE metric = ?", (self.sample.names.index(name),)).fetchall()


class CompressedCsv(Store):
    """A metric is read by unpacking everything; finding its column is not counted."""
    options = ()
    remark = "whole file; one metric = unpacking all, the search for its column not counted"

    def measure(self):
        plain, packed, back = (self.folder / name for name in ("csv", "packed", "back"))
        plain.write_bytes(self.sample.text)
        with packed.open("wb") as out:
            cpu, peak, _ = run_to_end([*self.binaries, *self.options, "-c", plain], stdout=out)
        with back.open("wb") as out:
            _, _, wall = run_to_end([*self.binaries, "-d", "-c", packed], stdout=out)
        wrong = 0 if back.read_bytes() == self.sample.text else self.sample.values
        return {"data": packed.stat().st_size, "index": 0, "cpu_us": cpu, "peak_kib": peak, "wrong": wrong,
                "read_ms": wall * 1e3}


class Zstd(CompressedCsv):
    name, package, binaries, options = "CSV, zstd -19", "zstd", ("zstd",), ("-q", "-19")


class Xz(CompressedCsv):
    name, package, binaries = "CSV, xz", "xz-utils", ("xz",)


STORES = (VictoriaMetrics, Prometheus, SQLite, Zstd, Xz)


def measured(kind, sample):
    progress(kind.name)
    with tempfile.TemporaryDirectory(prefix="sonde-store-") as folder:
        store = kind(sample, pathlib.Path(folder))
        got = store.measure()
    return {"store": kind.name, "version": store.version(), "remark": kind.remark,
            "bytes_per_value": (got["data"] + got["index"]) / sample.values,
            "data_per_value": got["data"] / sample.values, "index_per_value": got["index"] / sample.values,
            "ingest_ns": got["cpu_us"] * 1e3 / sample.values, "read_ms": got["read_ms"],
            "peak_mib": got["peak_kib"] / 1024, "wrong": got["wrong"]}


def ours(build, sample):
    """What bench/store.sh prints of the archive. It counts the column of instants as values, the peers do not."""
    if not (HERE / "store.sh").exists():
        return {"store": "Sonde", "version": "not built", "remark": ""}
    progress("Sonde")
    done = subprocess.run(["sh", HERE / "store.sh", build], stdout=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, "SONDE_SAMPLE": str(sample.path)})

    def figure(what):
        found = re.search(rf"^{what} +([0-9.e+-]+) ", done.stdout, re.M)
        if not found:
            raise ValueError(f"bench/store.sh says nothing of: {what}")
        return float(found[1])

    data = figure("blocks of 600 rows, all columns") * (len(sample.names) + 1) / len(sample.names)
    return {"store": "Sonde", "version": "this tree", "data_per_value": data, "ingest_ns": figure("encode"),
            "wrong": len(sample.at) * int(figure("columns that came back with another bit")),
            "remark": "blocks alone; CPU of the coding alone, from numbers and not from text"}


HEAD = ("store", "version", "bytes/value", "data", "index", "CPU to ingest, ns/value", "one metric, ms",
        "peak RSS, MiB", "read back")


def cell(row, name, digits):
    return f"{row[name]:.{digits}f}" if name in row else ""


def table(rows):
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|")
    for r in rows:
        back = "" if "wrong" not in r else f"{r['wrong']} wrong" if r["wrong"] else "all equal"
        print("| " + " | ".join((r["store"], r["version"], cell(r, "bytes_per_value", 3), cell(r, "data_per_value", 3),
                                 cell(r, "index_per_value", 3), cell(r, "ingest_ns", 0), cell(r, "read_ms", 1),
                                 cell(r, "peak_mib", 0), back)) + " |")
    print()
    for r in rows:
        if r["remark"]:
            print(f"- {r['store']}: {r['remark']}")


def verdict(rows):
    """Is the archive smaller than VictoriaMetrics, in this run, values against values? The sentence, and yes or no."""
    size = {r["store"]: r.get("data_per_value") for r in rows}
    mine, theirs = size.get("Sonde"), size.get("VictoriaMetrics")
    if mine is None or theirs is None:
        return "Sonde against VictoriaMetrics: not measured", False
    return f"Sonde {mine:.3f} bytes a value, VictoriaMetrics {theirs:.3f}, indexes left out", mine < theirs


def measure(kinds, build, sample):
    rows = []
    todo = [("Sonde", lambda: ours(build, sample)), *((k.name, lambda k=k: measured(k, sample)) for k in kinds)]
    for name, run in todo:
        try:
            rows.append(run())
        except (OSError, ValueError, LookupError, http.client.HTTPException, sqlite3.Error) as error:
            rows.append({"store": name, "version": "", "remark": f"not measured: {error!r}"})
    progress("")
    return rows


def late(*_):
    sys.exit(f"store_peers: not done within {LIMIT_S} s")


def options():
    p = argparse.ArgumentParser(prog="store_peers", description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--only", default="", help="stores whose name holds this")
    p.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    return p.parse_args()


def main():
    o = options()
    end_on_signal()
    signal.signal(signal.SIGALRM, late)
    signal.alarm(LIMIT_S)
    path = SAMPLE if SAMPLE.exists() else pathlib.Path(os.environ.get("SONDE_SAMPLE", SAMPLE))
    if not path.exists():
        sys.exit(f"store_peers: no {path}; SONDE_SAMPLE may name another one")
    kinds = [kind for kind in STORES if o.only in kind.name]
    absent = [kind for kind in kinds if not all(map(shutil.which, kind.binaries))]
    if absent:
        names = " ".join(kind.package for kind in absent)
        print(f"store_peers: not installed: {names}; ./dev setup bench", file=sys.stderr)
    sample, where = Sample(path), machine(o.build)
    rows = measure([kind for kind in kinds if kind not in absent], o.build, sample)
    said, smaller = verdict(rows)
    if o.json:
        print(json.dumps({"bench": "store_peers", "machine": where, "values": sample.values,
                          "metrics": len(sample.names), "rows": rows}))
    else:
        tell_machine(where)
        print(f"{len(sample.at)} instants of {len(sample.names)} metrics, 1 Hz, one run\n")
        table(rows)
        print(said)
    return 0 if smaller else 3


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
