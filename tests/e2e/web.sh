#!/bin/sh
# The page in a real browser, on a made-up machine: every view is opened, used and photographed; no error, no request
# elsewhere, no breach of its policy, no serious fault of accessibility; weight and first paint.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/browser.sh"
node "$source/tests/web/run.mjs" "$build/web" "$photos" >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
printf '%s; %s\n' "$(tail -n 1 "$tmp/log")" "$(sed -n 's/^figures: //p' "$tmp/log")"
