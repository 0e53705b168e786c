#!/bin/sh
# `sonde detect`: a row of scores for each row of the input, planted faults found with their cause, the same seed the
# same answer; and whatever the file holds, an answer or a refusal in one line, never a crash or a score that is no
# number.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
export XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp/none"
cd "$tmp"

# Half a day a minute a row; in the second one all metrics go where they never were, b furthest.
awk 'BEGIN {
    srand(7)
    print "time,a,b,memory.used" > "train.csv"
    print "time,memory.used,a,b" > "test.csv"
    for (i = 0; i < 1440; i++) {
        a = 10 + rand() + rand(); b = 50 + 5 * sin(i / 50) + rand(); m = 4e9 + 1e8 * rand()
        if (i >= 1200 && i < 1240) { a += 2; b += 90; m += 2e8 }
        if (i < 720) printf "%d,%.4f,%.4f,%.0f\n", 1795348800 + 60 * i, a, b, m > "train.csv"
        else printf "%d,%.0f,%.4f,%.4f\n", 1795348800 + 60 * i, m, a, b > "test.csv"
    }
}'

# sane FILE ROWS: a header, so many rows, each with a finite score and a flag
sane()
{
    [ "$(head -1 "$1")" = score,flag,cause ] || fail "$1 begins with: $(head -1 "$1")"
    awk -F, -v rows="$2" 'NR > 1 && ($1 !~ /^[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/ || ($2 != 0 && $2 != 1)) {
        print "line " NR ": " $0; bad = 1; exit }
        END { if (!bad && NR != rows + 1) { print NR - 1 " rows instead of " rows; bad = 1 } exit bad }' "$1" > wrong ||
        fail "$1: $(cat wrong)"
}

awk 'BEGIN { print "t,a"; for (i = 0; i < 300; i++) print i ",5" }' > constant.csv
for method in auto forest extended kmeans; do
    "$sonde" detect constant.csv --method $method --json | grep -q '"episodes": \[\]' || fail "$method flags what never changes"
done
for method in auto forest extended kmeans; do
    "$sonde" detect --train train.csv --input test.csv --scores one.csv --method $method --seed 5 > said ||
        fail "$method: exit $?"
    sane one.csv 720
    grep -q "judged by $method" said || fail "$method says: $(cat said)"
    awk -F, 'NR > 1 { inside = NR > 481 && NR <= 521; if (inside && $1 > most) { most = $1; cause = $3 }
        else if (!inside && $1 > else_most) else_most = $1 }
        END { exit !(cause == "b" && most > else_most) }' one.csv ||
        fail "$method does not see that b is high: $(sed -n 470,530p one.csv)"
    "$sonde" detect --train train.csv --input test.csv --method $method --seed 5 > two.csv || fail "$method: exit $?"
    cmp one.csv two.csv || fail "$method gives other scores for the same seed"
    "$sonde" detect --input test.csv --scores alone.csv --method $method --json > said.json || fail "$method alone: exit $?"
    sane alone.csv 720
    python3 -c 'import json, sys; r = json.load(open("said.json"))
assert r["rows"] == 720 and r["method"] == sys.argv[1]
assert r["episodes_per_day"] == len(r["episodes"]) / r["days"]' $method || fail "$method alone: $(cat said.json)"
done

# The budget: what is tolerated more often is told more often.
for budget in 0.01 1000; do
    "$sonde" detect --train train.csv --input test.csv --method forest --budget $budget --json > $budget.json
done
python3 -c 'import json; few, many = (json.load(open(f))["episodes"] for f in ("0.01.json", "1000.json"))
assert len(few) < len(many), (few, many)' || fail "the budget does nothing"

# What is odd, but a file of numbers all the same.
awk 'BEGIN {
    print "t,a,b" > "none.csv"; print "t,a,b" > "infinite.csv"; print "t,a,b" > "huge.csv"; print "t,a" > "single.csv"
    print "t,a,b" > "row.csv"; print "1,2,3" > "row.csv"
    for (i = 0; i < 300; i++) {
        print i ",NaN," > "none.csv"
        print i "," (i % 9 ? i % 5 : "inf") "," (i > 200 ? "-inf" : 1) > "infinite.csv"
        print i "," (i % 2 ? "1e308" : "-1e308") "," (i % 7 ? "1.7976931348623157e308" : i) > "huge.csv"
        print i "," i % 11 > "single.csv"
    }
    printf "t" > "wide.csv"
    for (c = 0; c < 10000; c++) printf ",c%d", c > "wide.csv"
    for (i = 0; i < 40; i++) {
        printf "\n%d", i > "wide.csv"
        for (c = 0; c < 10000; c++) printf ",%d", (i * c) % 13 > "wide.csv"
    }
    print "" > "wide.csv"
}'
odd=0
for method in auto forest extended kmeans; do
    for file in none infinite huge single row wide; do
        rc=0
        timeout 60 "$sonde" detect $file.csv --method $method > scores.csv 2> err || rc=$?
        if [ $rc = 0 ]; then
            sane scores.csv $(($(wc -l < $file.csv) - 1))
        else
            [ $rc = 1 ] && [ "$(wc -l < err)" = 1 ] && grep -q "^sonde: $file.csv: " err ||
                fail "$method of $file: exit $rc: $(cat err)"
            [ ! -s scores.csv ] || fail "$method of $file: refused, but wrote"
            case $method-$file in
            *-row | *-wide) ;;
            *) fail "$method refuses $file: $(cat err)" ;;
            esac
        fi
        odd=$((odd + 1))
    done
    [ $method != auto ] || [ ! -s err ] || fail "auto refuses: $(cat err)"
done

# A clock that was set back is said by every command that reads files.
awk 'BEGIN {
    print "t,cpu.util"
    for (i = 0; i < 300; i++)
        print 1700000000 + (i == 200 ? 100 : i) "," i % 7
}' > once.csv
for command in 'detect once.csv' 'classify once.csv' 'forecast once.csv'; do
    "$sonde" $command >said 2>&1 || fail "$command: exit $?"
    grep -q 'once.csv: row 202 is 99 s before the row above: the clock was set back' said ||
        fail "$command: $(cat said)"
done

# What is no file of numbers, and what is asked wrongly.
: > empty.csv
printf 't,a\n' > rows.csv
printf 't\n1\n2\n' > times.csv
printf 't,a\n1,x\n' > text.csv
printf 't,a\n5,1\n4,1\n3,1\n' > back.csv
for file in empty rows times text back missing; do
    expect 1 "sonde: $file.csv*" "$sonde" detect --input $file.csv --method auto
done
expect 1 'sonde: *none/x.csv cannot be written*' "$sonde" detect test.csv --scores none/x.csv
expect 1 'sonde: ./test.csv is read, or written, already*' "$sonde" detect test.csv --scores ./test.csv
"$sonde" detect test.csv --scores - >dash.csv && "$sonde" detect test.csv --scores named.csv --quiet
cmp -s dash.csv named.csv && [ ! -e ./- ] || fail "--scores - is not standard output"
expect 1 'sonde: gone.csv*' "$sonde" detect test.csv --train gone.csv
expect 2 'sonde: detect: give a CSV file*' "$sonde" detect
expect 2 '*two files*' "$sonde" detect --input test.csv test.csv
expect 2 '*--method*auto*' "$sonde" detect test.csv --method magic
expect 2 '*--budget*' "$sonde" detect test.csv --budget 0
[ "$(wc -l < test.csv)" = 721 ] || fail "the input was written over"

# Rows to learn from may lack a metric, and have others; but not all.
cut -d, -f1,2 train.csv | sed '1s/a/elsewhere/' > none.csv
expect 1 '*none.csv has none of the metrics of test.csv*' "$sonde" detect --train none.csv --input test.csv
cut -d, -f1,2,3 train.csv | sed '1s/a/elsewhere/' > other.csv
for method in auto forest kmeans; do
    "$sonde" detect --train other.csv --input test.csv --method $method > scores.csv || fail "$method, other metrics: exit $?"
    sane scores.csv 720
done
echo "4 methods, $odd odd files answered or refused, $cases refusals"
