#!/bin/sh
# Not a liar: ten quiet minutes raise at most one anomaly together, and of ten minutes each with a
# known load started half-way at least nine name its area, its start within 3 s and its process.
. "$(dirname "$0")/../lib.sh"
command -v stress-ng >/dev/null || skip "stress-ng is not installed"
exec /usr/bin/python3 "$(dirname "$0")/honest.py" "$1/sonde" "${SONDE_HONEST_RUNS:-10}" ${SONDE_HONEST_KINDS-}
