#!/bin/sh
# The types of the page's modules, by the TypeScript that npm brought, and what they do without a browser.
# Usage: page.sh SOURCE_DIR
set -eu
command -v node >/dev/null || { echo "no node"; exit 77; }
node "$1/tests/web/pure.mjs"
tsc=$1/web/node_modules/typescript/bin/tsc
[ -f "$tsc" ] || { echo "no TypeScript in web/node_modules: ./dev setup"; exit 77; }
exec node "$tsc" --project "$1/web"
