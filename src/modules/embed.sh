#!/bin/sh
# Compiles a BPF program and writes the object as the bytes of a C array.
# Usage: embed.sh CLANG INCLUDE_DIR SOURCE OUTPUT DEPFILE
set -eu
object=$4.o
# Unhosted: the system's headers know the machines it runs on, and BPF is none of them.
"$1" -target bpf -O2 -g -ffreestanding -Wall -Wextra -Werror -I "$2" -MD -MF "$5" -MT "$4" -c "$3" -o "$object"
od -An -v -tu1 "$object" | sed 's/ *\([0-9][0-9]*\)/\1,/g' >"$4"
