#!/bin/sh
# The types of the page's modules, by the TypeScript that npm brought. Usage: page.sh SOURCE_DIR
set -eu
tsc=$1/web/node_modules/typescript/bin/tsc
[ -f "$tsc" ] && command -v node >/dev/null || { echo "no node, or no TypeScript in web/node_modules: ./dev setup"; exit 77; }
exec node "$tsc" --project "$1/web"
