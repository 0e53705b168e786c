#!/bin/sh
# What the program links: needed.sh PROGRAM
#
# It starts every time a person asks something and runs all day as a recorder; libraries beyond
# these belong into modules (src/modules), opened only by the command that needs them.
set -eu
command -v readelf >/dev/null || { echo "no readelf here"; exit 77; }
needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
[ -n "$needed" ] || { echo "readelf names no library of $1"; exit 1; }
status=0
for library in $needed; do
    case $library in
    libc.so.* | libm.so.* | ld-linux*.so.* | libyaml-0.so.* | libjansson.so.* | \
        libsqlite3.so.* | libzstd.so.*) ;;
    *) echo "$1 links $library, which belongs into a module"; status=1 ;;
    esac
done
exit $status
