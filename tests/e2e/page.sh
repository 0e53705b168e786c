#!/bin/sh
# The page as the program gives it, in a real browser: live, of a file, of a recorded machine with GPU and sensors, and
# in one file. PHOTOS=DIR keeps the photographs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/browser.sh"
sonde=$1/sonde
[ -e "$1/sonde-web.so" ] || skip "built without libwebsockets"

# look ADDRESS PHOTO_DIR KIND [PREFIX [VIEW...]]
look()
{
    node "$source/tests/web/real.mjs" "$@" >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
    said="${said:+$said, }$(tail -n 1 "$tmp/log")"
}

said=
serve_start --data "$tmp/data" --interval 0.2
sleep 12 # something to look at
look "$url" "$photos" live

# as one file, which opens from the disk
"$sonde" report --data "$tmp/data" --out "$tmp/report.html" >/dev/null
[ "$(wc -c <"$tmp/report.html")" -lt 3000000 ] || fail "a report of $(wc -c <"$tmp/report.html") bytes"
look "file://$tmp/report.html" "$photos" file

# somebody's numbers
xz -dc "$source/tests/data/telemetry-sample.csv.xz" | head -n 1500 >"$tmp/sample.csv"
serve_start --replay "$tmp/sample.csv"
look "$url" "$photos" replay sample overview explore anomalies chat

# a machine that was captured
"$sonde" record --root "$source/tests/fixtures/rtx-desktop" --data "$tmp/desktop" >/dev/null 2>&1
"$sonde" sessions export last --data "$tmp/desktop" --format sonde --output "$tmp/desktop.sonde" >/dev/null 2>&1
serve_start --replay "$tmp/desktop.sonde"
look "$url" "$photos" replay desktop
kill $background
wait # the recorder writes until it ends
echo "$said"
