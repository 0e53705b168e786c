#!/bin/sh
# Help fits 80 columns; the manual pages are read without a warning; the script for bash is one.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
here=$(dirname "$0")
topics=$("$sonde" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ -n "$topics" ] || fail "no commands in \`sonde help\`"

wide()
{
    awk -v what="$*" 'length > 80 { print what ": " $0; bad = 1 } END { exit bad }' || exit 1
}

"$sonde" help | wide sonde help
for topic in $topics config; do
    "$sonde" help "$topic" | wide sonde help "$topic"
done
"$sonde" help --example-config | wide the example file

said='no groff here'
if command -v groff >/dev/null; then
    for topic in '' $topics config; do
        # shellcheck disable=SC2086
        "$sonde" help --man $topic >"$tmp/page"
        groff -man -ww -Tutf8 "$tmp/page" >/dev/null 2>"$tmp/warnings"
        [ ! -s "$tmp/warnings" ] || fail "manual of '$topic': $(cat "$tmp/warnings")"
    done
    said='manual pages without warnings'
fi

if command -v bash >/dev/null; then
    "$sonde" help --bash-completion >"$tmp/completion"
    bash -n "$tmp/completion"
    bash "$here/completion.bash" "$tmp/completion"
    said="$said, completion works"
fi
echo "$(echo "$topics" | wc -l) commands, $said"
