#!/bin/sh
# spool.sh - how many files wait in a few folders: an adapter for Sonde, as an example to begin with.
#
# Change the list of folders and copy the file, executable, to ~/.config/sonde/adapters.d; then
# `sonde metrics 'ext.spool.*'` shows them. docs/EXTENDING.md explains every line that is printed.
folders='/var/spool/cron /var/mail /tmp'

echo 'sonde 1'
found=
for folder in $folders; do
    [ -d "$folder" ] || continue
    echo "metric files{$folder} 1 gauge min=0 files and folders in it"
    found="$found $folder"
done
[ -n "$found" ] || echo "absent none of $folders is a folder; name others at the top of $0"

# Nothing but `sleep` is started in the loop: a program each second is what costs.
while :; do
    for folder in $found; do
        set -- "$folder"/*
        [ -e "$1" ] || shift
        echo "files{$folder} $#"
    done
    echo end
    sleep "$SONDE_INTERVAL"
done
