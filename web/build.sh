#!/bin/sh
# Makes the page: one script of its modules, every file compressed, all of them as the bytes of a C table.
# Usage: build.sh WEB_DIR OUT_DIR OUT_C MODULE...
#
# WEB_DIR has src/MODULE.js, which are joined in the order given: their imports are dropped and `export` is cut
# off, so top-level names are unique over all of them. OUT_DIR then has every file as it is served, and as .gz.
set -eu
web=$1 out=$2 table=$3
shift 3
uplot=$web/node_modules/uplot
mkdir -p "$out"

# What is licensed to be passed on with its notice carries it.
{
    printf '/*\n'
    cat "$uplot/LICENSE"
    printf '*/\n'
    cat "$uplot/dist/uPlot.iife.min.js"
} >"$out/uplot.js"
cat "$uplot/dist/uPlot.min.css" "$web/style.css" >"$out/style.css"

# Comments that fill lines of their own stay behind: they are for those who read the sources.
join()
{
    printf "(() => {\n'use strict';\n"
    for module; do
        sed -e '/^import .* from /d' -e 's/^export //' -e '\#^ *//#d' -e '/^$/d' \
            -e '/^ *\/\*/{' -e '/\*\/$/d' -e '/\*\//b' -e ': more' -e 'N' -e '/\*\/$/!b more' -e 'd' -e '}' \
            "$web/src/$module.js"
    done
    printf '})();\n'
}
join "$@" >"$out/app.js"
if grep -nE '^(import|export)([^A-Za-z0-9_]|$)' "$out/app.js" >&2; then
    echo 'build.sh: an import or export is left: each stands on one line, import ... from ...' >&2
    exit 1
fi

# Every name that a module has at its top level.
names()
{
    for module; do
        cat "$web/src/$module.js"
    done | awk '
        /^(export )?(const|let) / {
            sub(/^(export )?(const|let) /, "")
            while (match($0, /^[A-Za-z0-9_]+ = |, [A-Z][A-Z0-9_]+ = /)) {
                name = substr($0, RSTART, RLENGTH)
                gsub(/[, =]/, "", name)
                print name
                $0 = substr($0, RSTART + RLENGTH)
            }
        }
        /^(export )?(async )?(function|class) / {
            sub(/^(export )?(async )?(function|class) /, "")
            sub(/[^A-Za-z0-9_].*/, "")
            print
        }'
}
twice=$(names "$@" | sort | uniq -d)
[ -z "$twice" ] || { echo "build.sh: names are unique over all modules, but there are two of:" $twice >&2; exit 1; }

for file in index.html manifest.webmanifest icon.svg openapi.json; do
    cp "$web/$file" "$out/$file"
done
# The worker keeps the shell under the name of what it is made of, so that a new build replaces it.
version=$(cat "$out/index.html" "$out/app.js" "$out/style.css" "$out/uplot.js" | cksum | cut -d ' ' -f 1)
sed "s/@VERSION@/$version/" "$web/sw.js" >"$out/sw.js"

# The same page in one file, around the data of a report; no script of ours holds the end of a script element.
! grep -q '</script' "$out/app.js" "$out/uplot.js" || { echo 'build.sh: a script holds </script' >&2; exit 1; }
{
    sed -e '/<link/d' -e '/<script/d' -e '/<\/head>/,$d' "$web/index.html"
    printf '%s\n<style>\n' "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">"
    cat "$out/style.css"
    printf '</style>\n</head>\n<body>\n<script type="application/json" id="report">'
} >"$out/report_before.html"
{
    printf '</script>\n<script>\n'
    cat "$out/uplot.js"
    printf '</script>\n<script>\n'
    cat "$out/app.js"
    printf '</script>\n</body>\n</html>\n'
} >"$out/report_after.html"

type_of()
{
    case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *.json) echo 'application/json' ;;
    esac
}

bytes()
{
    od -An -v -tu1 "$1" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
}

{
    printf '/* Made by web/build.sh. */\n#include "serve/assets.h"\n\n#include <string.h>\n\n'
    rows=
    for file in index.html app.js uplot.js style.css manifest.webmanifest icon.svg sw.js openapi.json; do
        gzip -9nc "$out/$file" >"$out/$file.gz"
        id=asset_$(printf %s "$file" | tr -c a-z _)
        path=/$file
        [ $file != index.html ] || path=/
        printf 'static const unsigned char %s[] = {\n' "$id"
        bytes "$out/$file.gz"
        printf '};\n'
        etag=$(cksum <"$out/$file" | tr ' ' -)
        rows="$rows    { \"$path\", \"$(type_of "$file")\", \"\\\"$etag\\\"\", $id, sizeof $id },
"
    done
    printf '\nstatic const struct asset assets[] = {\n%s};\n' "$rows"
    for part in before after; do
        printf '\nstatic const char shell_%s[] = {\n' $part
        bytes "$out/report_$part.html"
        printf '0 };\n'
    done
    cat <<'END'

const struct asset *asset_find(const char *path)
{
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (!strcmp(assets[i].path, path))
            return &assets[i];
    return NULL;
}

const struct asset_shell *asset_shell(void)
{
    static const struct asset_shell shell = { shell_before, shell_after };
    return &shell;
}
END
} >"$table.part"
mv "$table.part" "$table"
