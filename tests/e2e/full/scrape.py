"""What Prometheus, InfluxDB and a reader of Protocol Buffers make of Sonde's exports, against what `sonde export jsonl` says.

Names are made here from unit and kind once more, by the rules of docs/EXPORT.md, and not by the program's own code.
"""
import json
import re
import struct
import sys
import urllib.parse
import urllib.request

UNITS = {"%": "percent", "By": "bytes", "By/s": "bytes_per_second", "1/s": "per_second", "s": "seconds",
         "Cel": "celsius", "Hz": "hertz", "W": "watts", "J": "joules", "V": "volts", "A": "amperes", "{rpm}": "rpm", "1": ""}


def get(url, **query):
    with urllib.request.urlopen(url + ("?" + urllib.parse.urlencode(query) if query else ""), timeout=60) as r:
        return json.load(r)


def load(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def split(metric):
    family, brace, rest = metric.partition("{")
    return family, rest[:-1] if brace else ""


def name_of(metric):
    """(name, id) as /metrics has it."""
    family, inst = split(metric["id"])
    name = "sonde_" + re.sub("[^A-Za-z0-9]", "_", family)
    unit = UNITS[metric["unit"]]
    if unit and not name.endswith("_" + unit):
        name += "_" + unit
    if metric["kind"] == "counter":
        name += "_total"
    elif re.search("_(total|count|sum|bucket)$", name):
        name += "_now"
    return name, inst


def ms(stamp):
    import datetime
    return round(datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() * 1000)


def fail(*words):
    print(*words)
    sys.exit(1)


def scraped(url, path, prometheus, metrics):
    """Every scrape is one of our instants, whole and to the last digit; the API says the same of it."""
    kinds = {m["id"]: m for m in metrics}
    instants = [(ms(r["timestamp"]), r["metrics"]) for r in load(path)]
    result = get(prometheus + "/api/v1/query", query='{job="sonde",__name__=~"sonde_.+"}[5m]')["data"]["result"]
    scrapes = {}
    for series in result:
        labels = series["metric"]
        for at, value in series["values"]:
            scrapes.setdefault(at, {})[labels["__name__"], labels.get("id", "")] = float(value)
    compared = checked = scrapes_seen = 0
    for at, samples in sorted(scrapes.items()):
        if at * 1000 > instants[-1][0] - 3000:  # it goes on while we look
            continue
        found, nearest = None, (-1, [])
        for wall, values in instants:
            if not at * 1000 - 4000 < wall < at * 1000 + 3000:  # the stamp is of when it was asked
                continue
            ours = {name_of(kinds[i]): (v, kinds[i]) for i, v in values.items() if v is not None and i in kinds}
            same = {k: v for k, v in samples.items() if k in ours and ours[k][0] == v}
            other = [(k, v, ours.get(k, "-")) for k, v in samples.items() if k not in same]
            nearest = max(nearest, (len(same), other), key=lambda n: n[0])
            if len(same) == len(samples) - 1:  # without sonde_build_info
                found = wall, ours
        if not found:
            fail("the scrape at", at, "is none of our instants; of", len(samples), "samples the nearest has",
                 nearest[0], nearest[1][:4])
        lost = [k for k, (v, m) in found[1].items() if k not in samples and m["kind"] != "ratio"]
        if lost:
            fail("the scrape at", at, "lacks", len(lost), "of what is known:", lost[:3])
        compared += len(samples)
        scrapes_seen += 1
        if checked < 5:
            for metric in ("cpu.util", "memory.used", "cpu.time{user}", "net.recv{total}", "sonde.rss"):
                series = get(url + "api/v1/frames", metrics=metric, points=1, **{"from": found[0],
                                                                                 "to": found[0]})["series"]
                said, ours = series[0]["mean"][0], found[1][name_of(kinds[metric])][0]
                if abs(said - ours) > 1e-4 * abs(ours):
                    fail("/api/v1/frames says", said, "of", metric, "where it was scraped as", ours)
            checked += 1
    if scrapes_seen < 10:
        fail("only", scrapes_seen, "scrapes")
    return "%d scrapes of %d samples equal" % (scrapes_seen, compared)


def healthy(prometheus):
    target = get(prometheus + "/api/v1/targets")["data"]["activeTargets"][0]
    if target["health"] != "up" or target["lastError"]:
        fail("Prometheus says:", target["health"], target["lastError"])
    if get(prometheus + "/api/v1/query", query="min_over_time(up[5m])")["data"]["result"][0]["value"][1] != "1":
        fail("a scrape failed")
    known = get(prometheus + "/api/v1/targets/metadata")["data"]
    unit = {m["metric"]: (m["type"], m["unit"], m["help"]) for m in known}
    # Only OpenMetrics has units: that it was negotiated.
    if unit.get("sonde_memory_used_bytes", ("",) * 3)[:2] != ("gauge", "bytes"):
        fail("what Prometheus knows of memory.used:", unit.get("sonde_memory_used_bytes"))
    if unit.get("sonde_cpu_time_seconds", ("",))[0] != "counter":
        fail("what Prometheus knows of cpu.time:", unit.get("sonde_cpu_time_seconds"))
    if [m for m in known if m["metric"].startswith("sonde_") and not m["help"]]:
        fail("families without help")


def whole(panels):
    """Panels have numbers of their own, lie beside each other, and ask the data source that was chosen."""
    taken = set()
    if len({p["id"] for p in panels}) != len(panels):
        fail("panels share a number")
    for p in panels:
        at = p["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        if cells & taken or at["x"] + at["w"] > 24:
            fail("the panel", p["title"], "lies over another")
        taken |= cells
        if p["type"] == "row":
            continue
        if p["datasource"]["uid"] != "${datasource}" or not p["fieldConfig"]["defaults"]["unit"]:
            fail("the panel", p["title"], "has no unit, or a data source of its own")


def dashboard(path, prometheus, machines):
    """Every query is valid; it is empty only where this machine has no such metric, or nothing happened. Of those, some
    are answered by what was recorded of other machines: (name, stamp) each."""
    with open(path) as f:
        panels = json.load(f)["panels"]
    whole(panels)
    names = set(get(prometheus + "/api/v1/label/__name__/values")["data"])
    asked, elsewhere, empty = 0, 0, []
    for panel in panels:
        for target in panel.get("targets", []):
            expr = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "30s")
            answer = get(prometheus + "/api/v1/query", query=expr)
            asked += 1
            if answer["data"]["result"]:
                continue
            if any(get(prometheus + "/api/v1/query", query=target["expr"].replace("$instance", name).replace(
                    "$__rate_interval", "30s"), time=stamp)["data"]["result"] for name, stamp in machines):
                elsewhere += 1
                continue
            used = re.findall("sonde_[a-z0-9_]+", expr)
            absent = [n for n in used if n not in names]
            if not absent and "> 0" not in expr:
                fail("nothing to show of", expr)
            empty += absent or ["requests: none"]
    names = sorted({re.sub("^sonde_", "", n) for n in empty})
    return "%d queries, %d answered by recorded machines, empty: %s" % (asked, elsewhere, ", ".join(names) or "none")


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 1:
            yield tag >> 3, struct.unpack_from("<d", data, at)[0]
            at += 8
        else:
            n = varint()
            yield tag >> 3, data[at:at + n]
            at += n


def remote_write(path, lines):
    """The samples of a WriteRequest are those of our own rows."""
    kinds = {m["id"]: m for m in json.load(open(lines + ".metrics"))}
    want = {}
    for row in load(lines):
        for i, v in row["metrics"].items():
            if v is not None and (kinds[i]["kind"] != "ratio"):
                want[name_of(kinds[i]) + (ms(row["timestamp"]),)] = v
    got, derived = {}, 0
    with open(path, "rb") as f:
        request = f.read()
    for field, series in fields(request):
        if field != 1:
            continue
        labels, samples = [], []
        for part, content in fields(series):
            (labels if part == 1 else samples).append(dict(fields(content)))
        names = [label[1].decode() for label in labels]
        if names != sorted(names) or len(set(names)) != len(names):
            fail("labels out of order:", names)
        label = {k[1].decode(): k[2].decode() for k in labels}
        if label["job"] != "sonde" or label["instance"] != "box-1":
            fail("labels:", label)
        stamps = [s[2] for s in samples]
        if stamps != sorted(stamps):
            fail("samples out of order")
        for s in samples:
            key = label["__name__"], label.get("id", ""), s[2]
            if key in got:
                fail("twice:", key)
            got[key] = s.get(1, 0.0)
    for key, value in want.items():
        if got.get(key) != value:
            fail("remote write has", got.get(key), "of", key, "which was", value)
    return "%d samples of remote write equal" % len(want)


def hour(lines, out):
    """Rows of a session as an hour of CSV, at one a second."""
    rows = load(lines)
    kinds = {m["id"]: m["kind"] for m in json.load(open(lines + ".metrics"))}
    ids = [i for i in rows[-1]["metrics"] if kinds[i] != "ratio" and re.match(r"cpu\.|memory\.[a-z]+$|net\.|disk\.", i)]
    begin = ms(rows[0]["timestamp"]) // 1000 - 7200
    with open(out, "w") as f:
        import csv
        w = csv.writer(f)
        w.writerow(["timestamp"] + ids)
        for n in range(3600):
            w.writerow([begin + n] + [rows[n % len(rows)]["metrics"].get(i) for i in ids])


def influx(lines, url):
    """InfluxDB has as many values as we, and the same sums."""
    want, sums = 0, {}
    for row in load(lines):
        for i, v in row["metrics"].items():
            family = i.partition("{")[0]
            if v is not None and not family.endswith(".rate"):
                want += 1
                sums[i] = sums.get(i, 0) + v
    got = 0
    for series in get(url + "/query", db="sonde", q="SELECT COUNT(*) FROM /.*/")["results"][0]["series"]:
        got += sum(n or 0 for n in series["values"][0][1:])
    if got != want:
        fail("InfluxDB counts", got, "values, we", want)
    answer = get(url + "/query", db="sonde", q='SELECT SUM("used_bytes") FROM sonde_memory')["results"][0]["series"][0]
    if abs(answer["values"][0][1] - sums["memory.used"]) > 1e-9 * sums["memory.used"]:
        fail("InfluxDB's sum of memory.used:", answer["values"][0][1], "ours:", sums["memory.used"])
    return "InfluxDB counts %d values of an hour" % got


def main():
    what, *rest = sys.argv[1:]
    if what == "prometheus":
        url, lines, prometheus, board, *others = rest
        healthy(prometheus)
        print(scraped(url, lines, prometheus, json.load(open(lines + ".metrics"))) + ";",
              dashboard(board, prometheus, [o.split("=") for o in others]))
    elif what == "remote-write":
        print(remote_write(*rest))
    elif what == "metrics":
        with open(rest[0]) as f, open(rest[1], "w") as out:
            json.dump(json.load(f)["metrics"], out)
    elif what == "hour":
        hour(*rest)
    else:
        print(influx(*rest))


main()
