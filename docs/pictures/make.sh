#!/bin/sh
# The pictures in this folder, anew: make.sh BUILD_DIR [terminal|page]
#
# Of this machine: a minute and a half for `sonde top` and `sonde plot`, six minutes for the page, the second half under
# load. Needs tmux, stress-ng and python3; Chromium, Node.js and the npm packages of `./dev setup` for the page.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sonde=$(cd "$1" && pwd)/sonde
what=${2-all}
tmp=$(mktemp -d)
load='' recorder=''
export XDG_CONFIG_HOME="$tmp/config"
tm()
{
    tmux -S "$tmp/tmux" -f /dev/null "$@"
}
trap 'tm kill-server 2>/dev/null || :; kill $load $recorder 2>/dev/null || :; wait; rm -rf "$tmp"' EXIT

works() # SECONDS: gigabytes of memory, and a disk that is written to
{
    (cd "$tmp" && exec stress-ng --quiet --vm 1 --vm-bytes 2g --vm-keep --hdd 1 --hdd-bytes 256m --timeout "$1") &
    load=$!
}

terminal()
{
    for size in 80x24 160x50; do
        tm new-session -d -s "$size" -x "${size%x*}" -y "${size#*x}" \
            "env TERM=tmux-256color LANG=C.UTF-8 '$sonde' top"
    done
    SONDE_SOCKET= "$sonde" record --quiet --data "$tmp/data" --duration 95 &
    recorder=$!
    sleep 45
    works 60
    sleep 45
    for size in 80x24 160x50; do
        tm capture-pane -e -p -t "$size" |
            /usr/bin/python3 "$here/terminal_svg.py" "${size%x*}" "${size#*x}" >"$here/top-$size.svg"
    done
    wait $recorder
    "$sonde" plot --data "$tmp/data" --predict --utc --size 960x600 --out "$here/plot.svg"
    wait $load || :
}

page()
{
    printf 'alerts:\n  rules:\n    - "memory in use: memory.util > 9 for 10s"\n' >"$tmp/page.yaml"
    "$sonde" serve --port 0 --json --config "$tmp/page.yaml" --data "$tmp/page" >"$tmp/url" &
    recorder=$!
    sleep 180
    works 60
    sleep 120
    works 60
    sleep 45
    node "$here/page.mjs" "$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$tmp/url")" "$here"
}

case $what in
all) terminal && page ;;
terminal | page) $what ;;
*) echo "make.sh: terminal or page, not '$what'" >&2 && exit 2 ;;
esac
