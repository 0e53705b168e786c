#!/bin/sh
# Scripted incidents on this machine, each once: the first cause has the right family and process. bench/incidents.sh
# counts more of them. Some eight minutes, and a machine that is mostly at rest.
. "$(dirname "$0")/../lib.sh"
export SONDE_SOCKET='' XDG_CONFIG_HOME="$tmp/config" TMPDIR="$tmp"
/usr/bin/python3 -B "$(dirname "$0")/../../../bench/incidents.py" "$1/sonde" 1 >"$tmp/table" 2>"$tmp/err" ||
    fail "$(cat "$tmp/table" "$tmp/err")"
tail -n 1 "$tmp/table"
