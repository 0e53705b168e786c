#!/bin/sh
# The pictures of `sonde top` and `sonde plot` in this folder, anew: make.sh BUILD_DIR
#
# A minute and a half of this machine, the second half under load. Needs tmux, stress-ng and python3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sonde=$(cd "$1" && pwd)/sonde
tmp=$(mktemp -d)
load='' recorder=''
tm()
{
    tmux -S "$tmp/tmux" -f /dev/null "$@"
}
trap 'tm kill-server 2>/dev/null || :; kill $load $recorder 2>/dev/null || :; rm -rf "$tmp"' EXIT
for size in 80x24 160x50; do
    tm new-session -d -s "$size" -x "${size%x*}" -y "${size#*x}" \
        "env TERM=tmux-256color LANG=C.UTF-8 '$sonde' top"
done
SONDE_SOCKET= "$sonde" record --quiet --data "$tmp/data" --duration 95 &
recorder=$!
sleep 45
cd "$tmp"
stress-ng --quiet --vm 1 --vm-bytes 2g --vm-keep --hdd 1 --hdd-bytes 256m --timeout 60 &
load=$!
sleep 45
for size in 80x24 160x50; do
    tm capture-pane -e -p -t "$size" |
        /usr/bin/python3 "$here/terminal_svg.py" "${size%x*}" "${size#*x}" >"$here/top-$size.svg"
done
wait $recorder
"$sonde" plot --data "$tmp/data" --predict --utc --size 960x600 --out "$here/plot.svg"
