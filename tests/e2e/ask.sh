#!/bin/sh
# `sonde ask`: of a file, of an archive, of an empty one; as text and JSON, a talk by standard input; what it refuses.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
export HOME="$tmp" XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/share" TZ=UTC
cd "$tmp"

# json 'EXPRESSION over the object j', of the last command
json()
{
    /usr/bin/python3 -c "import json, sys
j = json.load(open(sys.argv[1]))
assert $1, json.dumps(j)[:2000]" "$tmp/out" || fail "not so: $1"
}

# Two hours in the past: a processor at 20 %, at 90 % in one minute; memory that grows by 10 % an hour.
/usr/bin/python3 - <<'EOF'
with open("run.csv", "w") as f:
    f.write("time,cpu.util,memory.util\n")
    for i in range(7200):
        f.write("%d,%d,%.3f\n" % (1795680000 + i, 90 if 3600 <= i < 3660 else 20, 30 + i / 360))
EOF

# Of a file: now is its end.
expect 0 '' "$sonde" ask --replay run.csv how is the cpu
says 'Processor: 20.0 % at the end.*'
expect 0 '' "$sonde" ask --replay run.csv --json 'when did the cpu exceed 80 percent'
json 'j["status"] == "answered" and j["intent"] == "beyond"'
json 'any(f["metric"] == "cpu.util" and f["value"] == 90 for f in j["facts"])'
json 'any(f["time_ms"] and abs(f["time_ms"] - 1795683600000) <= 1000 for f in j["facts"])'
json 'j["chart"]["metrics"] == ["cpu.util"] and j["link"].startswith("#/explore?m=cpu.util&from=")'
expect 0 '' "$sonde" ask --replay run.csv 'is memory growing?'
says '*rises by 10.0 % an hour*'
expect 3 '' "$sonde" ask --replay run.csv how is the battery
says '*not in this recording*'

# Of an archive, as a talk: a line each, which go on from one another.
expect 0 '*' "$sonde" import --data data --quiet run.csv
printf 'highest cpu on 2026-11-26\nand the memory?\nwhen was that?\n' >talk
expect 0 '' "$sonde" ask --data data - <talk
says '*Processor was highest at*90.0 %*Memory in use was highest at*50.0 %*'
printf 'highest\000cpu on 2026-11-26\nand the memory?' >talk # a NUL is a blank, and the last line has no end
expect 0 '' "$sonde" ask --data data - <talk
says '*Processor was highest at*90.0 %*Memory in use was highest at*50.0 %*'
expect 3 '' "$sonde" ask --data data --json write me a poem
json 'j["status"] == "off-topic" and j["facts"] == [] and j["chart"] is None and len(j["suggestions"]) == 3'
expect 3 '' "$sonde" ask --data data 'xyzzy'
says '*"xyzzy" is not understood*'

# Names that somebody else gave.
printf 't,queue_len\n2026-11-26T10:00:00Z,4\n2026-11-26T10:00:01Z,36\n2026-11-26T10:00:02Z,5\n' >names.csv
expect 0 '' "$sonde" ask --replay names.csv 'max queue_len'
says '*highest at 10:00:01*36*'

# One look at processes does not tell what they did.
SONDE_SOCKET='' expect 0 '*' "$sonde" record --data once --interval 5 --duration 1 --quiet
expect 3 '' "$sonde" ask --data once 'what was using the cpu'
says '*not known: it takes two looks*'

# Of nothing, and what is refused.
expect 3 '' "$sonde" ask --data nothing how is the cpu
says '*othing is recorded yet*'
expect 0 '' "$sonde" ask --data nothing help
says '*Ask about what was recorded here*'
expect 2 '*what? Give a question*' "$sonde" ask --data data </dev/null
expect 1 '*' "$sonde" ask --replay no-such-file.csv how is the cpu

echo "$cases cases"
