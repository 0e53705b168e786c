#!/bin/sh
# The page as the program gives it, in a real browser: live, of a file, of a recorded machine with GPU and sensors, and
# in one file. PHOTOS=DIR keeps the photographs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/browser.sh"
sonde=$1/sonde
[ -e "$1/sonde-web.so" ] || skip "built without libwebsockets"

# serve OPTIONS...: in the background; $url of it.
serve()
{
    : >"$tmp/out" # what the one before said is not waited for
    "$sonde" serve --port 0 --json "$@" >"$tmp/out" 2>>"$tmp/err" &
    background="$background $!"
    for _ in $(seq 100); do
        [ ! -s "$tmp/out" ] || break
        sleep 0.1
    done
    url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$tmp/out")
    [ -n "$url" ] || fail "serve $*: $(cat "$tmp/err")"
}

# look ADDRESS PHOTO_DIR KIND [PREFIX [VIEW...]]
look()
{
    node "$source/tests/web/real.mjs" "$@" >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
    said="${said:+$said, }$(tail -n 1 "$tmp/log")"
}

said=
serve --data "$tmp/data" --interval 0.2
sleep 12 # something to look at
look "$url" "$photos" live

# as one file, which opens from the disk
"$sonde" report --data "$tmp/data" --out "$tmp/report.html" >/dev/null
[ "$(wc -c <"$tmp/report.html")" -lt 3000000 ] || fail "a report of $(wc -c <"$tmp/report.html") bytes"
look "file://$tmp/report.html" "$photos" file

# somebody's numbers
xz -dc "$source/tests/data/telemetry-sample.csv.xz" | head -n 1500 >"$tmp/sample.csv"
serve --replay "$tmp/sample.csv"
look "$url" "$photos" replay sample overview explore anomalies chat

# a machine that was captured
"$sonde" record --root "$source/tests/fixtures/rtx-desktop" --data "$tmp/desktop" >/dev/null 2>&1
"$sonde" sessions export last --data "$tmp/desktop" --format sonde --output "$tmp/desktop.sonde" >/dev/null 2>&1
serve --replay "$tmp/desktop.sonde"
look "$url" "$photos" replay desktop
kill $background
wait # the recorder writes until it ends
echo "$said"
