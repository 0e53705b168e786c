#!/bin/sh
# Above its budget Sonde reads the dearest adapter less often and says so, in an event and in the report.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde

printf 'performance:\n  max_cpu_percent: 0.01\n  max_rss_mb: 1\n' >"$tmp/tight.yaml"
"$sonde" check --config "$tmp/tight.yaml" --duration 24 --interval 0.5 --json >"$tmp/report" || fail "check: exit $?"
/usr/bin/python3 - "$tmp/report" <<'PY'
import json, sys
session = json.load(open(sys.argv[1]))["session"]
texts = [e["text"] for e in session["events"] if e["kind"] == "budget"]
assert any("max_rss_mb" in t for t in texts), texts
slowed = [a["name"] for a in session["adapters"] if a["slowed"] > 1]
assert slowed and any("max_cpu_percent" in t and f"{slowed[0]} is read every" in t for t in texts), (slowed, texts)
assert session["samples"] == 48, session["samples"]
print(f"slowed: {', '.join(slowed)}")
PY
"$sonde" check --duration 2 --interval 0.5 --json | grep -q '"slowed": 2' && fail "slowed without need"
exit 0
