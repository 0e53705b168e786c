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
background= # processes in the background are put here, and do not outlive the script: background="$background $!"
trap 'kill $background 2>/dev/null || :; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# No script meets a recorder that somebody runs here, nor that of another script; nor a helper with rights.
SONDE_SOCKET=
SONDE_POLICY_SOCKET=
export SONDE_SOCKET SONDE_POLICY_SOCKET

# expect STATUS 'GLOB of standard error' COMMAND...: its outputs stand in $tmp/out and $tmp/err, $cases counts.
cases=0
expect()
{
    want=$1 glob=$2
    shift 2
    rc=0
    "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
    text=$(cat "$tmp/err")
    [ $rc -eq "$want" ] || fail "exit $rc instead of $want: $*: $text"
    case $text in
    $glob) cases=$((cases + 1)) ;;
    *) fail "said otherwise than '$glob': $*: $text" ;;
    esac
}

# says 'GLOB of standard output', of the last command
says()
{
    text=$(cat "$tmp/out")
    case $text in
    $1) ;;
    *) fail "no '$1' in: $text" ;;
    esac
}

# serve_start OPTIONS...: `sonde serve` at a free port in the background; $url and $pid of it, $tmp/out what it said,
# $tmp/err what everybody complains of.
serve_start()
{
    rm -f "$tmp/out" # what the one before said is not waited for
    "$sonde" serve --port 0 --json "$@" >"$tmp/out" 2>>"$tmp/err" &
    pid=$! background="$background $!"
    for _ in $(seq 100); do
        [ ! -s "$tmp/out" ] || break
        kill -0 $pid 2>/dev/null || fail "serve $*: $(cat "$tmp/err")"
        sleep 0.1
    done
    url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$tmp/out")
    [ -n "$url" ] || fail "serve $*: $(cat "$tmp/err")"
}
