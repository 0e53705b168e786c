"""Pushes an hour of a recorded machine to real receivers, each of which is killed at random again and again.

usage: push.py BUILD DIR KILLS SEED. Says a line for each receiver; what is wrong is an exception.

At the end, how many samples of each series a receiver has, and their sum, are those of `sonde sessions export`.
"""
import collections
import json
import math
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

BUILD, DIR, KILLS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
CHANCE = random.Random(int(sys.argv[4]))
SONDE = str(BUILD / "sonde")
HERE = pathlib.Path(__file__).parent
INSTANTS = 3600
METRICS = "cpu.*,memory.*,disk.*,net.recv*,net.send*,fs.*,process.*,swap.*"
START = time.time() - 5400


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def summed(values):
    values = list(values)
    return len(values), math.fsum(values)


def fetch(url, body=None):
    return urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=60).read()


# ---- the machine ----

def machine(root):
    """An hour of seconds: numbers of a processor, its memory and a disk go on, from a fixture of one instant."""
    first = HERE.parent.parent / "fixtures" / "vm-2cpu" / "0000"
    shutil.copytree(first, root / "0000", symlinks=True)
    stat = (first / "proc/stat").read_text()
    memory = (first / "proc/meminfo").read_text()
    disks = (first / "proc/diskstats").read_text()
    mono = 10**12

    def more(line, by):
        words = line.split(" ")
        return " ".join(str(int(w) + by * (i % 5 + 1)) if w.isdigit() else w for i, w in enumerate(words))

    for i in range(INSTANTS):
        at = root / f"{i:04d}"
        (at / ".sonde").mkdir(parents=True, exist_ok=True)
        (at / "proc").mkdir(exist_ok=True)
        ns = mono + i * 10**9
        (at / ".sonde/clock").write_text(f"{int(START * 1000) + i * 1000} {ns} {ns}\n")
        work = i * 7 % 50 + i * 40
        (at / "proc/stat").write_text("".join(
            more(line, work) if line.startswith("cpu") else line for line in stat.splitlines(True)))
        (at / "proc/meminfo").write_text(re.sub(
            r"(MemFree|MemAvailable|Cached): *(\d+)", lambda m: f"{m[1]}: {int(m[2]) - i * 13 % 977}", memory))
        (at / "proc/diskstats").write_text("".join(
            re.sub(r"^( *\d+ +\d+ \S+ )(.*)", lambda m: m[1] + more(m[2], i * 3), line)
            for line in disks.splitlines(True)))


# ---- receivers ----

class Receiver:
    """A program on data of its own, that may be killed and comes back."""
    life = (0.02, 0.4)        # seconds that it goes on after it took something
    options = ""

    def __init__(self, name):
        self.name, self.port, self.dir = name, free_port(), DIR / name
        self.dir.mkdir()
        self.process, self.deaths = None, 0

    def start(self):
        with open(self.dir / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.dir)
        self.await_ready(self.process, self.port)

    def await_ready(self, process, port):
        until = time.time() + 60
        while not self.is_ready(port):
            if time.time() > until or process.poll() is not None:
                raise SystemExit(f"{self.name} does not start: {(self.dir / 'log').read_text()[-500:]}")
            time.sleep(0.02)

    def is_ready(self, port):
        try:
            fetch(f"http://127.0.0.1:{port}{self.ready}")
            return True
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.deaths += 1

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def line(self):
        return f"{self.name} {self.format} {self.url()} interval=1 metrics={METRICS} {self.options}".strip()

    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"


class Prometheus(Receiver):
    format, path, ready = "remote-write", "/api/v1/write", "/-/ready"

    def command(self):
        (self.dir / "p.yml").write_text("global: {}\n")
        return ["prometheus", "--config.file=p.yml", "--storage.tsdb.path=data", "--web.enable-remote-write-receiver",
                f"--web.listen-address=127.0.0.1:{self.port}", "--query.max-samples=100000000"]

    def series(self):
        names = json.loads(fetch(f"http://127.0.0.1:{self.port}/api/v1/label/__name__/values"))["data"]
        out = {}
        for name in names:
            query = urllib.parse.urlencode({"query": f'{name}[2h]', "time": START + 5300})
            got = json.loads(fetch(f"http://127.0.0.1:{self.port}/api/v1/query", query.encode()))
            for s in got["data"]["result"]:
                out[name, s["metric"].get("id", "")] = summed(float(v) for _, v in s["values"])
        return out


class Victoria(Receiver):
    """It acknowledges what it has in memory only, and writes it up to 11 s later; `settle` is for such."""
    format, path, ready = "remote-write", "/api/v1/write", "/health"
    options = "settle=12"
    life = (0.2, 1)

    def command(self):
        return ["victoria-metrics", "-storageDataPath=data", f"-httpListenAddr=127.0.0.1:{self.port}",
                "-dedup.minScrapeInterval=1ms", "-retentionPeriod=1y"]

    def series(self):
        fetch(f"http://127.0.0.1:{self.port}/internal/force_flush")
        out = {}
        query = urllib.parse.urlencode({"match[]": '{job="sonde"}'})
        for line in fetch(f"http://127.0.0.1:{self.port}/api/v1/export?{query}").splitlines():
            s = json.loads(line)
            out[s["metric"]["__name__"], s["metric"].get("id", "")] = summed(s["values"])
        return out


class Influx(Receiver):
    format, path, ready = "influx", "/write?db=sonde", "/ping"

    def command(self):
        (self.dir / "i.conf").write_text(f"""
reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
dir = "{self.dir}/meta"
[data]
dir = "{self.dir}/data"
wal-dir = "{self.dir}/wal"
[http]
bind-address = "127.0.0.1:{self.port}"
log-enabled = false
[monitor]
store-enabled = false
""")
        return ["influxd", "run", "-config", "i.conf"]

    def start(self):
        if self.deaths:
            self.mend()
        super().start()
        fetch(f"http://127.0.0.1:{self.port}/query", b"q=CREATE DATABASE sonde")

    def mend(self):
        """A start where nobody writes. influxd 1.6 opens its log at the end before it cuts a torn entry off there: what
        it writes next is behind a gap, and at the start after that the log ends at the gap, whatever it acknowledged.
        """
        port = free_port()
        with open(self.dir / "log", "ab") as log:
            alone = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.dir,
                                     env={**os.environ, "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}"})
        self.await_ready(alone, port)
        alone.kill()
        alone.wait()

    def series(self):
        def ask(q):
            query = urllib.parse.urlencode({"db": "sonde", "epoch": "ms", "q": q})
            return json.loads(fetch(f"http://127.0.0.1:{self.port}/query?{query}"))["results"][0]["series"]

        out = {}
        for (name,) in ask("SHOW MEASUREMENTS")[0]["values"]:
            for s in ask(f'SELECT COUNT(*), SUM(*) FROM "{name}" GROUP BY *'):
                row = dict(zip(s["columns"], s["values"][0]))
                for column, n in row.items():
                    field = column.removeprefix("count_")
                    if field != column and n:
                        out[f"{name}_{field}", s.get("tags", {}).get("id", "")] = (n, row["sum_" + field])
        return out


class Mosquitto(Receiver):
    """What it acknowledged for a reader that is not there for a second, it may lose."""
    format, path = "mqtt", "/machine"
    options = "settle=5"
    life = (0.2, 1.5)

    def command(self):
        (self.dir / "m.conf").write_text(f"""
listener {self.port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {self.dir}/
autosave_on_changes true
autosave_interval 1
user root
""")
        return ["mosquitto", "-c", "m.conf"]

    def start(self):
        super().start()
        if self.deaths == 0:
            self.out = open(self.dir / "messages", "wb")
            self.reader = subprocess.Popen(["mosquitto_sub", "-p", str(self.port), "-h", "127.0.0.1", "-t", "machine",
                                            "-q", "1", "-c", "-i", "reader"], stdout=self.out,
                                           stderr=subprocess.DEVNULL)
            time.sleep(0.5)
        else:                 # the reader comes back after a second; what comes before it is kept for it
            time.sleep(0.1)

    def is_ready(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.deaths or self.process:
            self.reader.terminate()
            self.reader.wait()
        super().stop()

    def url(self):
        return f"mqtt://127.0.0.1:{self.port}{self.path}"

    def series(self):
        lines = {}
        self.twice = 0
        for text in (self.dir / "messages").read_text().splitlines():
            line = json.loads(text)
            self.twice += line["timestamp"] in lines
            if lines.setdefault(line["timestamp"], line) != line:
                raise SystemExit("mosquitto: two messages of one instant")
        out = collections.defaultdict(list)
        for _, line in sorted(lines.items()):
            for name, v in line["metrics"].items():
                m = re.fullmatch(r"([^{]*)(?:\{(.*)\})?", name)
                out[m[1], m[2] or ""].append(v)
        return {k: summed(v) for k, v in out.items()}


# ---- what is right ----

def truth(data, session):
    out = collections.defaultdict(list)
    text = subprocess.run([SONDE, "sessions", "export", session, "--data", data, "--format", "jsonl", "--metrics",
                           METRICS], capture_output=True, check=True, text=True).stdout
    for line in text.splitlines():
        for name, v in json.loads(line)["metrics"].items():
            m = re.fullmatch(r"([^{]*)(?:\{(.*)\})?", name)
            if v is not None:
                out[m[1], m[2] or ""].append(v)
    return {k: summed(v) for k, v in out.items()}


def compare(receiver, got, want, derived):
    """Each series of ours is there, but for what receivers make of the counters themselves; none of others."""
    families = {}
    for family, inst in want:
        families.setdefault(inst, []).append(family)
    seen = set()
    for (name, inst), (n, total) in got.items():
        plain = name.removeprefix("sonde_")
        fit = [f for f in families.get(inst, []) if plain == f or plain.startswith(re.sub(r"\W", "_", f))]
        if not fit:
            raise SystemExit(f"{receiver.name}: {name}{{{inst}}} is none of ours")
        best = max(fit, key=len)
        right = want[best, inst]
        if n != right[0] or not math.isclose(total, right[1], rel_tol=1e-11, abs_tol=1e-9):
            raise SystemExit(f"{receiver.name}: {name}{{{inst}}} has {n} samples, sum {total}; {right} are right")
        seen.add((best, inst))
    missing = [k for k in want if k not in seen and k[0] not in derived]
    if missing:
        raise SystemExit(f"{receiver.name}: {len(missing)} series are not there: {missing[:5]}")
    return len(seen)


# ---- the test ----

def harass(receiver, data):
    """Kills it as soon as it took something again, or soon after."""
    where = pathlib.Path(data) / "push" / receiver.name
    chance = random.Random(CHANCE.random())
    try:
        for i in range(KILLS):
            before = where.read_bytes() if where.exists() else b""
            until = time.time() + (8 if receiver.options == "" else 0)
            while time.time() < until and (not where.exists() or where.read_bytes() == before):
                time.sleep(0.002)
            time.sleep(chance.uniform(*receiver.life) if i % 10 or not receiver.options else 14)
            receiver.kill()
            receiver.start()
    except BaseException as e:  # told by the main thread
        receiver.error = e


def main():
    receivers = [kind(name) for kind, name in ((Prometheus, "prometheus"), (Victoria, "victoria"), (Influx, "influx"),
                                               (Mosquitto, "mosquitto"))]
    machine(DIR / "machine")
    data = str(DIR / "data")
    config = DIR / "c.yaml"
    for r in receivers:
        r.error = None
        r.start()
    config.write_text("push:\n  finish_s: 600\n  targets:\n" + "".join(f"    - '{r.line()}'\n" for r in receivers))
    try:
        test(receivers, data, config)
    finally:
        for r in receivers:
            r.stop()


def test(receivers, data, config):
    threads = [threading.Thread(target=harass, args=(r, data)) for r in receivers]
    begin = time.time()
    with open(DIR / "said", "wb") as said:
        recorder = subprocess.Popen([SONDE, "record", "--config", config, "--data", data, "--root", DIR / "machine"],
                                    stdout=said, stderr=said, env={**os.environ, "SONDE_SOCKET": ""})
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        killed_s = time.time() - begin
        status = recorder.wait(timeout=300)
    for r in receivers:
        if r.error:
            raise r.error
    if status != 0:
        raise SystemExit(f"record: {status}: {(DIR / 'said').read_text()[-800:]}")
    session = json.loads(subprocess.run([SONDE, "sessions", "list", "--data", data, "--json"], capture_output=True,
                                        check=True).stdout)[0]["id"]
    want = truth(data, session)
    counts = [n for n, _ in want.values()]
    if max(counts) != INSTANTS:
        raise SystemExit(f"{max(counts)} instants were recorded of {INSTANTS}")
    known = json.loads(subprocess.run([SONDE, "metrics", "--root", DIR / "machine", "--json"], capture_output=True,
                                      check=True).stdout)
    derived = {m["id"].split("{")[0] for m in known if m["kind"] == "ratio"}
    words = []
    for r in receivers:
        if r.name == "mosquitto":
            time.sleep(3)
        n = compare(r, r.series(), want, derived)
        words.append(f"{r.name} {n} series" + (f" ({r.twice} messages twice)" if r.name == "mosquitto" else ""))
    print(f"{INSTANTS} instants, each receiver killed {KILLS} times in {killed_s:.0f} s: {', '.join(words)}")


if __name__ == "__main__":
    main()
