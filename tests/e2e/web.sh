#!/bin/sh
# The page in a real browser, on a made-up machine: every view is opened, used and photographed; no error, no request
# elsewhere, no breach of its policy, no serious fault of accessibility; weight and first paint.
# PHOTOS=DIR keeps the photographs.
. "$(dirname "$0")/lib.sh"
build=$1
source=$(cd "$(dirname "$0")/../.." && pwd)

command -v node >/dev/null || skip "no node"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node is older than 20"
[ -d "$source/web/node_modules/playwright-core" ] || skip "no playwright-core in web/node_modules: ./dev setup"
command -v "${CHROMIUM:-chromium}" >/dev/null || skip "no Chromium"
[ -f "$build/web/app.js.gz" ] || skip "a build without the page"

photos=${PHOTOS:-$tmp/photos}
mkdir -p "$photos"
node "$source/tests/web/run.mjs" "$build/web" "$photos" >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
printf '%s; %s\n' "$(tail -n 1 "$tmp/log")" "$(sed -n 's/^figures: //p' "$tmp/log")"
