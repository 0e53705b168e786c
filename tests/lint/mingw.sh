#!/bin/sh
# Compiles the rooms that must not know the system with mingw-w64: mingw.sh SOURCE_DIR BUILD_DIR FILES
#
# Only objects, nothing is linked or run. The libraries' headers are the host's, copied into a
# folder of their own, so that none of the host's other headers can be found.
set -eu
source=$1 build=$2
shift 2
compiler=x86_64-w64-mingw32-gcc
command -v $compiler >/dev/null || { echo "no $compiler here"; exit 77; }

out=$build/mingw
rm -rf "$out"
mkdir -p "$out/include"
printf '#include <yaml.h>\n#include <jansson.h>\n' |
    cc -M -xc - | tr ' ' '\n' | grep -E '/(yaml|jansson[a-z_]*)\.h$' |
    while read -r header; do cp "$header" "$out/include"; done

# The formats are checked by the host's compilers: mingw-w64's own check is that of an older printf
# than the one that __USE_MINGW_ANSI_STDIO links.
status=0
for file; do
    $compiler -std=gnu17 -O2 -ffp-contract=off -D_GNU_SOURCE -D__USE_MINGW_ANSI_STDIO=1 \
        -Wall -Wextra -Werror -Wno-format -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
        -I "$source/src" -isystem "$out/include" -c "$file" -o "$out/object.o" || status=1
done
exit $status
