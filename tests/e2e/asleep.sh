#!/bin/sh
# A GPU that sleeps is not disturbed: of all its files only power/runtime_status is read again and again, and
# only its class and vendor, which the kernel knows without it, are read at all. By the system calls of a run.
. "$(dirname "$0")/lib.sh"
build=$1 interval=${2:-0.1} duration=${3:-6}

command -v strace >/dev/null || skip "no strace"
strace -o "$tmp/probe" true 2>/dev/null || skip "strace may not trace here"
source=$(dirname "$0")
while [ ! -d "$source/tests/fixtures" ]; do source=$source/..; done
cp -r "$source/tests/fixtures/intel-arc-laptop/0000" "$tmp/machine" # the instant in which the card sleeps
card=$tmp/machine/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:01.0/0000:03:00.0
[ "$(cat "$card/power/runtime_status")" = suspended ] || fail "the card of the fixture does not sleep"

# -y writes the path of a descriptor behind it, with all links resolved: whichever way it was opened.
strace -f -y -o "$tmp/calls" -e trace=openat,open,read,pread64,preadv,getdents64,readlink \
    "$build/sonde" check --root "$tmp/machine" --interval "$interval" --duration "$duration" --mode collect --quiet \
    --export-csv "$tmp/run.csv" || fail "check: exit $?"
/usr/bin/python3 - "$tmp" "$card" <<'PY'
import csv, re, sys
folder, card = sys.argv[1:]
rows = list(csv.reader(open(f"{folder}/run.csv", newline="")))
asleep = rows[0].index("gpu.asleep{1}")
assert len(rows) > 40 and all(r[asleep] in ("", "1") for r in rows[1:]), "the card was not seen asleep all the time"
assert "gpu.temp{1}" not in rows[0], "something of the card was read"
touched = {}
for line in open(f"{folder}/calls", errors="replace"):
    call = re.search(r"(\w+)\(", line)
    if not call or call[1] == "readlink":  # asks the link, not the device
        continue
    for path in re.findall(r"<([^<>]*)>", line):
        if path.startswith(card + "/") or path == card:
            touched.setdefault(path.removeprefix(card).lstrip("/"), []).append(call[1])
odd = {p: sorted(set(c)) for p, c in touched.items() if p not in ("power/runtime_status", "class", "vendor")}
assert not odd, f"a sleeping GPU was disturbed: {odd}"
looks = touched["power/runtime_status"].count("pread64")
assert looks >= len(rows) - 2, f"{looks} looks at runtime_status in {len(rows) - 1} ticks"
for name in "class", "vendor":
    assert touched[name].count("openat") <= 4, f"{name} is read again and again: {len(touched[name])} calls"
print(f"{len(rows) - 1} ticks, {looks} looks at runtime_status, no other file of the sleeping GPU but class and vendor")
PY
