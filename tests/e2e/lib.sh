# lib.sh - what the end-to-end scripts share; sourced: . "$(dirname "$0")/../lib.sh"
#
# A script is called as `sh FILE BUILD_DIR`. It prints little; its last line stands in the summary.
# Exit 0 passed, 77 skipped, anything else failed. $tmp is a folder of its own, gone afterwards.
set -eu

fail()
{
    echo "$*"
    exit 1
}

skip()
{
    echo "$*"
    exit 77
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# No script meets a recorder that somebody runs here, nor that of another script.
SONDE_SOCKET=
export SONDE_SOCKET
