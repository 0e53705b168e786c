#!/bin/sh
# Bad input: each case ends with exit 1 or 2 and one line on stderr that names the thing, before anything
# is collected; and files appear whole or not at all.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
cd "$tmp"
cases=0

# bad WORD COMMAND...: it is refused, in one line that holds the word.
bad()
{
    word=$1
    shift
    rc=0
    timeout 20 "$@" >out 2>err </dev/null || rc=$?
    [ $rc = 1 ] || [ $rc = 2 ] || fail "$*: exit $rc instead of 1 or 2: $(cat err)"
    [ "$(wc -l <err)" = 1 ] || fail "$*: not one line: $(cat err)"
    grep -qF -- "$word" err || fail "$*: '$word' is not named in: $(cat err)"
    [ ! -s out ] || fail "$*: printed in spite of the error: $(head -n 3 out)"
    cases=$((cases + 1))
}

# Options.
bad interval "$sonde" check --interval 0
bad interval "$sonde" check --interval abc
bad interval "$sonde" check --interval 7200
bad interval "$sonde" check --interval nan
bad duration "$sonde" check --duration 0
bad duration "$sonde" check --duration -5
bad duration "$sonde" check --duration
bad '--durration' "$sonde" check --durration 5
bad '--notification' "$sonde" check --notification
bad mode "$sonde" check --mode fast
bad method "$sonde" check --method magic
bad prediction-steps "$sonde" check --prediction-steps 0
bad 'no.such.metric' "$sonde" check --metrics no.such.metric --export-csv x.csv
bad 'no.such.metric' "$sonde" metrics --metrics no.such.metric
bad 'sonde record' "$sonde" check --mode analyze --data none
bad 'sonde analyze data.csv' "$sonde" check data.csv
bad file "$sonde" analyze
bad chekc "$sonde" chekc
bad nowhere "$sonde" check --root nowhere
mkdir nothing
for command in check doctor metrics id; do
    bad 'nothing is no machine' "$sonde" $command --root nothing
done

# Configuration: the file and the line are named.
printf 'general:\n\tlogging_interval: 1\n' >tab.yaml
bad 'tab.yaml:2' "$sonde" check --config tab.yaml
printf 'general:\n  loging_interval: 1\n' >key.yaml
bad 'logging_interval' "$sonde" check --config key.yaml
printf 'general:\n  logging_interval: fast\n' >type.yaml
bad 'type.yaml:2' "$sonde" check --config type.yaml
printf 'general:\n  logging_interval: 0\n' >range.yaml
bad 'range.yaml:2' "$sonde" check --config range.yaml
bad 'none.yaml' "$sonde" check --config none.yaml

# Where files should go.
mkdir there
bad 'none/x.csv' "$sonde" check --export-csv none/x.csv
bad 'there' "$sonde" check --export-csv there
bad 'none/telemetry_data' "$sonde" check --save-data --output-dir none
bad 'tab.yaml/x.json' "$sonde" check --export-json tab.yaml/x.json

# Files to analyse.
bad none.csv "$sonde" analyze none.csv
bad there "$sonde" analyze there
printf 't,a\n1,2\n2,x7\n' >text.csv
bad 'text.csv' "$sonde" analyze text.csv
printf 't,a,b\n1,2,3\n2,3\n' >short.csv
bad 'short.csv' "$sonde" analyze short.csv
printf 'a,b\n1,2\n2,3\n' >untimed.csv
bad 'untimed.csv' "$sonde" analyze untimed.csv
printf 't,a\n' >rows.csv
bad 'rows.csv' "$sonde" analyze rows.csv
printf 't\n1\n2\n' >times.csv
bad 'times.csv' "$sonde" analyze times.csv
printf 't,a\n1,2\n2,3\n' >input.csv
bad 'no.such' "$sonde" analyze input.csv --metrics no.such --export-csv x.csv
bad 'input.csv' "$sonde" analyze input.csv --export-csv "$tmp/input.csv"
bad 'same' "$sonde" check --export-csv same --export-json ./same
grep -q 't,a' input.csv || fail 'the input was written over'
: >empty.csv
bad 'empty.csv' "$sonde" analyze empty.csv
printf '[{"timestamp": "2026-11-22T10:30:00Z", "cpu":' >cut.json
bad 'cut.json' "$sonde" analyze cut.json
head -c 4096 /dev/urandom >noise.csv
bad 'noise.csv' "$sonde" analyze noise.csv

# More than fits into memory. What sanitizers reserve is above any limit.
cat >in_little <<'END'
ulimit -v 250000
exec "$@"
END
if sh in_little "$sonde" --version >/dev/null 2>&1; then
    awk 'BEGIN { for (i = 0; i < 4000; i++) { head = head ",c" i; row = row "," } print "t" head
        for (i = 0; i < 9000; i++) print i row }' >large.csv
    bad 'large.csv' sh in_little "$sonde" analyze large.csv
    awk 'BEGIN { printf "[{\"timestamp\": 1, \"x\": [{}"
        for (i = 0; i < 2000000; i++) printf ",{}"
        print "]}]" }' >tree.json
    bad 'tree.json' sh in_little "$sonde" analyze tree.json
fi

# What only an ordinary user, a full or a read-only file system shows.
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    mkdir full
    cat >in_namespace <<'END'
mount -t tmpfs -o size=64k tmpfs full && head -c 100000 /dev/zero >full/fill 2>/dev/null
exec "$@"
END
    bad 'full/x.csv' unshare -m sh in_namespace "$sonde" check --export-csv full/x.csv
    # Room at the start, none at the end: nothing half-written, and the report is still there.
    cat >in_small <<'END'
mount -t tmpfs -o size=16k tmpfs full
"$1" check -d 4 -i 0.1 --export-csv full/x.csv >out 2>err
rc=$?
ls -A full >left
exit $rc
END
    rc=0
    unshare -m sh in_small "$sonde" || rc=$?
    [ $rc = 3 ] && [ ! -s left ] && grep -q 'full/x.csv' err && [ "$(wc -l <err)" = 1 ] ||
        fail "disk that fills: exit $rc, left $(cat left), said $(cat err)"
    cat >in_readonly <<'END'
mount -t tmpfs -o ro tmpfs full
exec "$@"
END
    bad 'full/x.csv' unshare -m sh in_readonly "$sonde" check --export-csv full/x.csv
    chmod 755 . # mktemp makes it for its owner only
    install -m 600 text.csv secret.csv
    mkdir -m 555 locked
    run_as="env HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups"
    cp "$sonde" ./sonde
    chmod 755 sonde
    if $run_as ./sonde --version >/dev/null 2>&1; then
        bad 'secret.csv' $run_as ./sonde analyze secret.csv
        bad 'locked/x.csv' $run_as ./sonde check --export-csv locked/x.csv
    fi
fi

# Names with control characters make no second line and no colour; long ones leave room for the reason.
bad 'x?[31mRED?line2' "$sonde" check --root "$(printf 'x\033[31mRED\nline2')"
bad 'File name too long' "$sonde" check --root "$(printf '%03000d' 7)"

# A configuration that the user did not name and may not read.
HOME=/dev/null/x "$sonde" id >/dev/null 2>err || fail "no home: exit $?"
[ ! -s err ] || fail "no home: $(cat err)"
mkdir -p odd/sonde/sonde.yaml
XDG_CONFIG_HOME=$tmp/odd "$sonde" metrics >/dev/null 2>err || fail "unreadable configuration: exit $?"
grep -q 'odd/sonde/sonde.yaml' err && [ "$(wc -l <err)" = 1 ] || fail "unreadable configuration: $(cat err)"

# Few descriptors: nothing is said to be absent that was only not opened.
prlimit --nofile=12 "$sonde" doctor >out || fail "few descriptors: exit $?"
grep -q 'too many open files' out || fail "few descriptors: $(cat out)"
! grep -q 'not mounted' out || fail "few descriptors: $(cat out)"

# A limit on the size of files is no signal.
rc=0
(ulimit -f 8; exec "$sonde" check -d 4 -i 0.1 --export-csv limit.csv) >out 2>err || rc=$?
[ $rc = 3 ] && [ ! -e limit.csv ] && grep -q limit.csv err || fail "ulimit -f: exit $rc: $(cat err)"
[ -z "$(find . -name '*.part')" ] || fail "left behind: $(find . -name '*.part')"

# What is not bad: missing cells, many rows.
printf 'time,a\n1,\n2,NaN\n3,5\n' >gaps.csv
"$sonde" analyze gaps.csv >/dev/null || fail "empty and NaN cells are missing values, exit $?"
awk 'BEGIN { print "t,a,b"; for (i = 0; i < 1000000; i++) print 1.7e9 + i "," i % 97 "," i % 13 }' >many.csv
begin=$(date +%s)
timeout 120 "$sonde" analyze many.csv >out || fail "1e6 rows: exit $?"
took=$(($(date +%s) - begin))
grep -q '1000000 samples' out || fail "1e6 rows: $(head -n 5 out)"
echo "$cases cases refused in one line each; a million rows in $took s"
