#!/bin/sh
# Text files as entries of a C array: { "NAME", "TEXT" }, in the order given, NAME without folder and ending.
# Usage: embed.sh OUTPUT FILE...
set -eu
out=$1
shift
for file; do
    name=${file##*/}
    printf '{ "%s",\n' "${name%.*}"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/  "/' -e 's/$/\\n"/' "$file"
    printf '},\n'
done >"$out"
