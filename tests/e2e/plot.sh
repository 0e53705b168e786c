#!/bin/sh
# sonde plot and --visualize: pictures of an archive, of files and of a run, as PNG and SVG; wrong wishes are answered
# with what to do, and no picture is written over what is read.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde data=$tmp/data
export XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/none" TZ=UTC0
unset DISPLAY WAYLAND_DISPLAY

# Ten minutes, in which memory rises at the sixth; a gap of a minute before.
awk 'BEGIN {
    print "t,cpu.util,memory.util,memory.used,disk.write.rate{total}"
    for (i = 0; i < 600; i++)
        if (i < 200 || i >= 260) {
            memory = 30 + (i >= 360) * 40
            printf "%d,%d,%g,%g,%d\n", 1795348800 + i, 10 + i % 7, memory, memory * 4e7, i % 5 * 1000
        }
}' > "$tmp/run.csv"

# ---- a file ----

cd "$tmp"
expect 0 '' "$sonde" plot run.csv --out run.svg --size 900x500
says 'Wrote run.svg: 3 panels, 1 anomaly'
python3 - run.svg <<'END' || fail "run.svg"
import re, sys
import xml.etree.ElementTree as xml
svg = "{http://www.w3.org/2000/svg}"
root = xml.parse(sys.argv[1]).getroot()
assert root.tag == svg + "svg" and root.get("role") == "img"
assert root.get("width") == "900" and root.get("height") == "500"
texts = [t.text for t in root.iter(svg + "text")]
for want in ("run.csv", "Processor busy", "Memory in use", "Disk transfer", "%", "kB/s"):
    assert want in texts, (want, texts)
assert any("12:00:00 to 12:09:59 UTC" in t for t in texts), texts
assert any("memory" in t and "rose" in t for t in texts), texts
assert any(t.startswith("Not measured: network") for t in texts), texts
panels = [g for g in root.iter(svg + "g") if g.get("class") == "panel"]
titles = [g.find(svg + "title").text for g in panels]
assert titles == ["Processor busy", "Memory in use", "Disk transfer"], titles
for panel in panels:  # the gap is one in every line
    for line in (g for g in panel.iter(svg + "g") if g.get("class") == "line"):
        path = [p for p in line.iter(svg + "path") if p.get("fill") == "none"]
        assert len(path) == 1 and path[0].get("d").count("M") == 2, path[0].get("d")[:200]
marked = [bool(list(p.iter(svg + "circle"))) for p in panels]
assert marked == [False, True, False], marked  # on what caused it, and nowhere else
assert not re.search(r"(?:href|src|style|script)\s*=", open(sys.argv[1]).read())
END

if "$sonde" doctor 2>/dev/null | grep -q 'sonde-cairo *ok'; then
    expect 0 '' "$sonde" plot run.csv --size 640x360
    says 'Wrote metrics.png: 3 panels, 1 anomaly'
    python3 - metrics.png <<'END' || fail "metrics.png"
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
at, pixels = 8, b""
while at < len(data):
    n, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IHDR":
        assert struct.unpack(">II", data[at + 8:at + 16]) == (640, 360)
    if kind == b"IDAT":
        pixels += data[at + 8:at + 8 + n]
    at += 12 + n
assert len(set(zlib.decompress(pixels))) > 50  # not blank
END
    "$sonde" plot run.csv --out - --format png | head -c 8 | grep -q PNG || fail 'PNG on standard output'
fi
"$sonde" plot run.csv --out - | head -c 4 | grep -q '<svg' || fail 'SVG on standard output'

expect 0 '' "$sonde" plot --replay run.csv --metrics 'memory.*,gpu.util' --from 2026-11-22T12:05 \
    --to 2026-11-22T12:07 --out two.svg --title 'two minutes' --dark --json
python3 - "$tmp/out" <<'END' || fail "JSON: $(cat "$tmp/out")"
import json, sys
j = json.load(open(sys.argv[1]))
assert (j["file"], j["format"], j["width"], j["height"]) == ("two.svg", "svg", 1200, 800), j
assert j["from"] == "2026-11-22T12:05:00.000Z" and j["to"] == "2026-11-22T12:07:00.000Z", j
assert [p["metrics"] for p in j["panels"]] == [["memory.util"], ["memory.used"], []], j
assert j["anomalies"] == 1, j
END
grep -q '>two minutes<' two.svg && grep -q 'nothing of it was recorded' two.svg || fail 'two.svg'
expect 0 '' env TZ=XYZ-2 "$sonde" plot run.csv --out zone.svg
grep -q '14:00:00 to 14:09:59 UTC+02:00' zone.svg || fail 'the time zone'
expect 0 '' env TZ=XYZ-2 "$sonde" plot run.csv --out zone.svg --utc
grep -q '12:00:00 to 12:09:59 UTC' zone.svg || fail '--utc'

# ---- an archive ----

expect 0 '' "$sonde" import --data "$data" run.csv
expect 0 '' "$sonde" plot --data "$data" --out last.svg
says 'Wrote last.svg: 3 panels, *'
expect 0 '' "$sonde" plot last --data "$data" --predict --prediction-steps 5 --metrics cpu.util --out ahead.svg
grep -q 'stroke-dasharray' ahead.svg || fail 'no dashes in ahead.svg'
grep -q 'forecast, eight of ten values' ahead.svg || fail 'no legend of the forecast in ahead.svg'
expect 0 '*is not shown: there is no display here*' "$sonde" plot --data "$data" --out last.svg --show-plot
expect 0 '*panels of 3 had no room*' "$sonde" plot --data "$data" --out small.svg --size 200x150

# ---- a run ----

expect 0 '*is not shown: there is no display here*' \
    "$sonde" check --duration 2 --interval 0.2 --show-plot --output-dir "$tmp"
says '*Wrote */metrics.*'
expect 2 '*pictures are .png or .svg*' "$sonde" plot run.csv --out picture.gif
expect 0 '' "$sonde" analyze run.csv --visualize --predict --output-dir "$tmp"
if [ -f "$1/web/app.js.gz" ]; then # the page of the run, in one file
    says '*Wrote */telemetry_dashboard.html*'
    grep -q 'id="report">{' "$tmp/telemetry_dashboard.html" || fail "the dashboard holds no data"
fi
expect 0 '' "$sonde" check --mode collect --duration 1 --interval 0.2 --visualize --output-dir "$tmp"

# Programs beside which the module is not: SVG is what is left, and a PNG is not promised.
mkdir bare && cp "$sonde" bare/sonde
expect 0 '' bare/sonde analyze run.csv --visualize --output-dir bare
[ -f bare/metrics.svg ] && [ ! -e bare/metrics.png ] || fail 'without the module'
expect 1 '*a PNG needs the module sonde-cairo*' bare/sonde plot run.csv --out bare/x.png
[ ! -e bare/x.png ] || fail 'an empty PNG was written'

# ---- what cannot be ----

printf 't,cpu.util\n' > empty.csv
expect 1 '?*' "$sonde" plot empty.csv --out no.svg
expect 1 '*nothing was recorded there that --metrics nil.such names*' \
    "$sonde" plot run.csv --metrics nil.such --out no.svg
expect 1 '*nothing is recorded in *' "$sonde" plot --data "$tmp/nowhere" --out no.svg
expect 1 '*nothing was recorded in that time*' \
    "$sonde" plot --data "$data" --from 2020-01-01 --to 2020-01-02 --out no.svg
expect 1 '*run.csv is read, or written, already*' "$sonde" plot run.csv --out run.csv
expect 1 '*cannot be written*' "$sonde" plot run.csv --out "$tmp/none/x.svg"
for size in 10x10 900 900x 9000x100 axb 900x500x2 900x500m; do
    expect 2 '*--size takes width and height in pixels*' "$sonde" plot run.csv --size $size --out no.svg
done
expect 2 '*both name what to look at; give one of them' "$sonde" plot run.csv --replay run.csv --out no.svg
expect 2 '*' "$sonde" plot --data "$data" --from 2026-11-22T12:05 --to 2026-11-22T12:01 --out no.svg
expect 1 '*there is no session*' "$sonde" plot nosuch --data "$data" --out no.svg
[ ! -e no.svg ] || fail 'a picture was written for what cannot be'
echo "pictures of files, an archive and a run; $cases cases"
