#!/bin/sh
# The numbers are right: under load they agree with an independent reader, Debian's python3-psutil.
. "$(dirname "$0")/../lib.sh"
/usr/bin/python3 -c 'import psutil' 2>/dev/null || skip "python3-psutil is not installed"
command -v stress-ng >/dev/null || skip "stress-ng is not installed"
exec /usr/bin/python3 "$(dirname "$0")/psutil_compare.py" "$1/sonde"
