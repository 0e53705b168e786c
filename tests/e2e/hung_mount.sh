#!/bin/sh
# A mount whose server never answers delays nothing, is told, and gets no values.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
here=$(dirname "$0")
[ "$(id -u)" -eq 0 ] && [ -c /dev/fuse ] || skip "needs root and /dev/fuse"
unshare -m true 2>/dev/null || skip "no mount namespace to be had here"

mkdir "$tmp/dead"
unshare -m sh -c 'mount --make-rprivate / && exec /usr/bin/python3 "$@"' sh "$here/hung_mount.py" "$tmp/dead" \
    "$sonde" check --duration 14 --interval 0.5 --export-csv "$tmp/run.csv" --json >"$tmp/report" ||
    { grep -q 'cannot mount' "$tmp/report" && skip "fuse cannot be mounted here"; fail "check: exit $?"; }
/usr/bin/python3 - "$tmp" <<'PY'
import csv, json, sys
report = json.load(open(f"{sys.argv[1]}/report"))
session = report["session"]
assert session["samples"] == 28, session["samples"]
told = [e["text"] for e in session["events"] if e["source"] == "fs"]
assert len(told) == 1 and "/dead" in told[0], session["events"]
assert not [e for e in session["events"] if e["kind"] == "gap"], session["events"]
rows = list(csv.DictReader(open(f"{sys.argv[1]}/run.csv", newline="")))
dead = [n for n in rows[0] if n.startswith("fs.used") and n.endswith("/dead}")]
assert dead and not any(row[n] for row in rows for n in dead), "a dead mount has values"
assert all(row["cpu.util"] for row in rows[1:]) and rows[-1]["fs.used{/}"], "others have none"
worst = max(float(row["sonde.tick.lateness"]) for row in rows)
assert worst < 0.5, f"a tick was {worst} s late"
print(f"28 samples, the latest {worst * 1e3:.1f} ms late")
PY
