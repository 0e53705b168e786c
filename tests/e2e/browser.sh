# browser.sh - for scripts that open pages; sourced after lib.sh: skips where there is no browser, or no page to open.
# $source is the checkout, $photos the folder for photographs.
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
command -v node >/dev/null || skip "no node"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node is older than 20"
[ -d "$source/web/node_modules/playwright-core" ] || skip "no playwright-core in web/node_modules: ./dev setup"
command -v "${CHROMIUM:-chromium}" >/dev/null || skip "no Chromium"
[ -f "$build/web/app.js.gz" ] || skip "a build without the page"
photos=${PHOTOS:-$tmp/photos}
mkdir -p "$photos"
