#!/bin/sh
# sonde classify: kinds of work in files and in the archive, categories of one's own, learning from labelled sessions; a
# bad file is refused or answered, never with a number that is none.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde data=$tmp/data
export XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/none"

# rows FILE 'HEADER' ROWS 'AWK EXPRESSION of a row, by i'
rows()
{
    { echo "$2"; awk "BEGIN { for (i = 0; i < $3; i++) print $4 }"; } > "$1"
}

# ---- answers ----

metrics='cpu.util,disk.write.rate{total},disk.read.rate{total},gpu.util{0},gpu.vram.util{0},gpu.processes.compute{0}'
rows "$tmp/game.csv" "t,$metrics" 300 '1795348800 + i "," 50 + i % 7 ",1000,0," 80 + i % 13 ",60,0"'
expect 0 '' "$sonde" classify --input "$tmp/game.csv" --out "$tmp/out.csv"
says 'gaming*why: gpu.util*'
[ "$(head -1 "$tmp/out.csv")" = t,category,confidence ] || fail "header: $(head -1 "$tmp/out.csv")"
[ "$(sed -n 2p "$tmp/out.csv" | cut -d, -f1,2)" = 1795348830,gaming ] || fail "row: $(sed -n 2p "$tmp/out.csv")"
[ "$(tail -n +2 "$tmp/out.csv" | wc -l)" = 10 ] || fail "not an answer every 30 s: $(cat "$tmp/out.csv")"
tail -n +2 "$tmp/out.csv" | awk -F, '!($3 >= 0.6 && $3 <= 1) { exit 1 }' || fail "confidence: $(cat "$tmp/out.csv")"
expect 0 '' "$sonde" classify "$tmp/game.csv" --json --interval 60
python3 - "$tmp/out" <<'END' || fail "JSON"
import json, sys
j = json.load(open(sys.argv[1]))
assert j["category"] == "gaming" and j["confidence"] >= 0.6 and j["unknown_reason"] is None
assert len(j["scores"]) == 10 and 0 <= sum(j["scores"].values()) <= 1
assert len(j["answers"]) == 5 and j["changes"] == 0 and j["shares"][0]["share"] == 1
END

(cd "$tmp" && "$sonde" classify game.csv --out - >out && "$sonde" classify game.csv --features - | head -1 >>out)
[ ! -e "$tmp/-" ] || fail "a file of the name -"
[ "$(head -1 "$tmp/out")" = t,category,confidence ] && [ "$(wc -l <"$tmp/out")" = 12 ] || fail "--out -: $(cat "$tmp/out")"
for category in "$(dirname "$0")"/../../data/categories/*.yaml; do
    "$sonde" help classify | tr '\n' ' ' | grep -q "$(basename "$category" .yaml)[,. ]" || fail "help lacks $category"
done

rows "$tmp/brief.csv" 't,cpu.util' 1 '"5,20"'
expect 0 '' "$sonde" classify "$tmp/brief.csv" --features "$tmp/brief.features"
[ "$(wc -l <"$tmp/brief.features")" = 1 ] || fail "features of one row: $(cat "$tmp/brief.features")"
expect 2 '*--learn*' "$sonde" classify "$tmp/game.csv" --learn
expect 2 '*both*standard output*' "$sonde" classify "$tmp/game.csv" --out - --features -
expect 2 '*--json is standard output as well*' "$sonde" classify "$tmp/game.csv" --out - --json
rows "$tmp/foreign.csv" 't,a,b' 90 '1795348800 + i ",1,2"'
expect 0 '' "$sonde" classify "$tmp/foreign.csv" --json
says '*"category": "unknown"*"confidence": 0,*"unknown_reason": "none of the metrics by which*'
rows "$tmp/hours.csv" 't,cpu.util' 50 '1795348800 + 3600 * i ",1"'
expect 0 '' "$sonde" classify "$tmp/hours.csv" --json
says '*"interval_s": 3600*'

# The same in the report of a file, and not at all where it is switched off.
expect 0 '' "$sonde" analyze "$tmp/game.csv" --json
says '*"workload": {*"category": "gaming"*"unknown_reason": null*'
printf 'general: { enable_session_classification: false }\n' > "$tmp/off.yaml"
expect 0 '' "$sonde" analyze "$tmp/game.csv" --json --config "$tmp/off.yaml"
says '*"workload": null*"workload_reason": "*switched off*'
expect 0 '' "$sonde" analyze "$tmp/game.csv" --no-color
says '*Workload*gaming*'

# Configuration: how sure, how often, which.
printf 'session_classification: { confidence_threshold: 1, update_interval: 100 }\n' > "$tmp/sure.yaml"
expect 0 '' "$sonde" classify --input "$tmp/game.csv" --json --config "$tmp/sure.yaml"
says '*"category": "unknown"*"unknown_reason": "most likely gaming, but only to*'
[ "$(grep -c '"time"' "$tmp/out")" = 3 ] || fail "not every 100 s: $(cat "$tmp/out")"
printf 'session_classification: { categories: [idle, web_browsing] }\n' > "$tmp/few.yaml"
expect 0 '' "$sonde" classify --input "$tmp/game.csv" --json --config "$tmp/few.yaml"
[ "$(grep -c gaming "$tmp/out")" = 0 ] || fail "a category that was left out"
printf 'session_classification: { categories: [idle, web_browsin] }\n' > "$tmp/wrong.yaml"
expect 2 '*no category*web_browsin*did you mean web_browsing*' \
    "$sonde" classify --input "$tmp/game.csv" --config "$tmp/wrong.yaml"

# ---- categories of one's own ----

mkdir -p "$tmp/own" "$tmp/bad" "$tmp/config/sonde/categories" "$tmp/empty"
printf 'name: heating\nhelp: warm\nevidence:\n  - [room.temp, above, 25, 1]\n' > "$tmp/own/heating.yaml"
rows "$tmp/room.csv" 'time,room.temp' 100 '10 * i "," 30'
expect 0 '' "$sonde" classify --input "$tmp/room.csv" --json
says '*"category": "unknown"*'
expect 0 '' "$sonde" classify --input "$tmp/room.csv" --json --categories "$tmp/own"
says '*"category": "heating"*"why": "room.temp 30*'
cp "$tmp/own/heating.yaml" "$tmp/config/sonde/categories"
expect 0 '' "$sonde" classify --input "$tmp/room.csv" --json
says '*"category": "heating"*'
printf 'name: heating\nevidence:\n  - [room.temp, over, 25, 1]\n' > "$tmp/bad/heating.yaml"
expect 2 '*heating.yaml:3:17: a sense is above, below or between*' \
    "$sonde" classify --input "$tmp/room.csv" --categories "$tmp/bad"
cp "$tmp/own/heating.yaml" "$tmp/own/again.yaml"
expect 2 '*another file beside it has the category heating*' \
    "$sonde" classify --input "$tmp/room.csv" --categories "$tmp/own"
rm "$tmp/own/again.yaml"
expect 2 '*cannot be read*' "$sonde" classify --input "$tmp/room.csv" --categories "$tmp/nowhere"
cp "$tmp/room.csv" "$tmp/kept.csv"
expect 1 '*room.csv is read, or written, already*' "$sonde" classify --input "$tmp/room.csv" --out "$tmp/room.csv"
expect 1 '*room.csv is read, or written, already*' \
    "$sonde" classify --input "$tmp/room.csv" --features "$tmp/room.csv"
expect 1 '*same.csv is read, or written, already*' \
    "$sonde" classify --input "$tmp/room.csv" --out "$tmp/same.csv" --features "$tmp/same.csv"
cmp -s "$tmp/room.csv" "$tmp/kept.csv" || fail 'classify wrote over what it read'
expect 2 '*no file NAME.yaml*' "$sonde" classify --input "$tmp/room.csv" --categories "$tmp/empty"
cp "$tmp/bad/heating.yaml" "$tmp/config/sonde/categories/cold.yaml"
expect 0 '*cold.yaml:3:17*' "$sonde" analyze "$tmp/room.csv" --json
says '*"workload": null*'
rm -r "$tmp/config/sonde/categories"

# ---- learning from what was labelled ----

machine=$(dirname "$0")/../fixtures/vm-2cpu
python3 - "$tmp" <<'END'
import random, sys
names = ("cpu.util cpu.core.util{0} cpu.core.util{1} cpu.system cpu.iowait process.forks.rate "
         "cpu.context_switches.rate cpu.interrupts.rate memory.faults.rate memory.faults.major.rate memory.util "
         "memory.cached memory.alloc.rate disk.read.rate{total} disk.reads.rate{total} disk.write.rate{total} "
         "disk.writes.rate{total} disk.util{total} net.tcp.recv.rate net.tcp.opens.active.rate pressure.cpu.some "
         "pressure.io.some").split()
for name, start, seed in (("first", 1795348800, 1), ("second", 1795448800, 2)):
    g = random.Random(seed)
    with open(f"{sys.argv[1]}/{name}.csv", "w") as out:
        print("t," + ",".join(names), file=out)
        for i in range(600):
            print(start + i, *(f"{33 * g.uniform(0.8, 1.2):.3f}" for _ in names), sep=",", file=out)
END
expect 0 '' "$sonde" import "$tmp/first.csv" "$tmp/second.csv" --data "$data" --quiet
expect 0 '' "$sonde" classify last --data "$data" --json
says '*"category": "*'
grep -q '"category": "graphics_design"' "$tmp/out" && fail "it knows already what it is to learn"
expect 0 '' "$sonde" classify --learn --data "$data"
says 'No session is labelled*'
expect 0 '*learns nothing of it; there is one graphics_design*' \
    "$sonde" sessions label 20261122 graphic_design --data "$data"
expect 0 '' "$sonde" sessions unlabel 20261122 graphic_design --data "$data"
expect 0 '' "$sonde" sessions label 20261122 graphics_design --data "$data"
says '*learnt from it*'
grep -q 'graphics_design, "session_20261122_120000"' "$data/models/workload" ||
    fail "nothing was learnt by a label"
expect 0 '' "$sonde" classify last --data "$data" --json
says '*"category": "graphics_design"*'
expect 0 '' "$sonde" classify 20261122 --data "$data" --json
grep -q '"category": "graphics_design"' "$tmp/out" && fail "a session was recognised by its own label"
expect 0 '' "$sonde" classify --from 2026-11-23T15:46 --to 2026-11-23T15:50 --data "$data" --json
says '*"category": "graphics_design"*'
expect 0 '' "$sonde" classify --learn --data "$data" --json
says '{"sessions":1,"prototypes":4}'
expect 0 '*' "$sonde" sessions label 20261122 idle --data "$data" # the label that was given last counts
expect 0 '' "$sonde" classify --learn --data "$data" --json
says '{"sessions":1,"prototypes":4}'
grep -q 'idle, "session_20261122_120000"' "$data/models/workload" || fail "the last label does not count"
expect 0 '' "$sonde" sessions unlabel 20261122 idle --data "$data"
expect 0 '' "$sonde" analyze last --data "$data"
expect 0 '' "$sonde" sessions list --workload 'graphics*' --data "$data"
says '*20261123*'
expect 0 '' "$sonde" sessions unlabel 20261122 graphics_design --data "$data"
grep -q 'session_2026' "$data/models/workload" && fail "what was unlabelled is still known"
expect 0 '' "$sonde" sessions label 20261122 graphics_design --data "$data"
cp -r "$data" "$tmp/torn"
head -c 8192 /dev/urandom > "$tmp/torn/index.db"
expect 1 '*nothing is learnt*as labels are not known*is as it was' "$sonde" classify --learn --data "$tmp/torn"
cmp -s "$data/models/workload" "$tmp/torn/models/workload" || fail "a torn index made it forget what was learnt"
rm "$tmp/torn/models/workload"
mkfifo "$tmp/torn/models/workload"
cp "$data/index.db" "$tmp/torn/index.db"
expect 1 '*is a link or no file; move it away*' "$sonde" classify --learn --data "$tmp/torn"
expect 0 '' "$sonde" sessions unlabel 20261122 graphics_design --data "$data"
echo 'prototypes: 7' > "$data/models/workload"
expect 0 '*is not used*' "$sonde" classify last --data "$data" --json
mv "$data/models/workload" "$tmp/elsewhere"
ln -s "$tmp/elsewhere" "$data/models/workload"
expect 0 '*is a link or no file*move it away*' "$sonde" classify last --data "$data" --json
expect 1 '*' "$sonde" classify 19990101 --data "$data"

# ---- files that are bad, or odd: an answer without NaN, or a refusal ----

: > "$tmp/empty.csv"
printf 't,cpu.util\n' > "$tmp/header.csv"
printf 't,cpu.util\n1,5\n' > "$tmp/row.csv"
rows "$tmp/column.csv" 't' 90 'i'
rows "$tmp/nan.csv" "t,$metrics" 90 'i ",nan,NaN,,null,NA,"'
rows "$tmp/inf.csv" "t,$metrics" 90 'i ",inf,-inf,Infinity,inf,-inf,inf"'
printf 't,cpu.util\n0,1e999\n' > "$tmp/beyond.csv"
rows "$tmp/huge.csv" "t,$metrics" 90 'i ",1e308,-1e308,1e308,1e308,1e308,1e308"'
rows "$tmp/large.csv" "t,$metrics" 90 'i ",1e17,-1e17,1e17,1e17,1e17,1e17"'
awk 'BEGIN { printf "t"; for (j = 0; j < 10000; j++) printf ",m%d", j; print ""
    for (i = 0; i < 60; i++) { printf "%d", i; for (j = 0; j < 10000; j++) printf ",%d", (i * j) % 100; print "" } }' \
    > "$tmp/wide.csv"
printf 't,cpu.util\n0,a\n' > "$tmp/text.csv"
head -c 300 /dev/urandom > "$tmp/noise.csv"
for name in empty header row column beyond nan inf huge large wide text noise; do
    rm -f "$tmp/odd.csv"
    status=0
    "$sonde" classify --input "$tmp/$name.csv" --out "$tmp/odd.csv" --json > "$tmp/out" 2> "$tmp/err" || status=$?
    case $name in
    empty | header | column | beyond | text | noise)
        [ $status = 1 ] || fail "$name: exit $status"
        [ -s "$tmp/err" ] || fail "$name: nothing was said"
        [ ! -e "$tmp/odd.csv" ] || fail "$name: a file was written"
        ;;
    *)
        [ $status = 0 ] || fail "$name: exit $status: $(cat "$tmp/err")"
        python3 -c 'import json, sys; json.load(open(sys.argv[1]), parse_constant=lambda c: sys.exit(c))' "$tmp/out" ||
            fail "$name: JSON"
        tail -n +2 "$tmp/odd.csv" | awk -F, '!($3 >= 0 && $3 <= 1) || $3 !~ /^[0-9.]+$/ || $2 == "" { exit 1 }' ||
            fail "$name: $(cat "$tmp/odd.csv")"
        [ "$(wc -l < "$tmp/odd.csv")" -ge 2 ] || fail "$name: no answer"
        ;;
    esac
    cases=$((cases + 1))
done

# ---- usage ----

expect 2 '*give --input FILE*' "$sonde" classify
expect 2 '*both name what to look at*' "$sonde" classify --input "$tmp/row.csv" last
expect 2 '*is a time of the archive*' "$sonde" classify --input "$tmp/row.csv" --from -2h
expect 1 '*cannot be written*' "$sonde" classify --input "$tmp/game.csv" --out "$tmp/nowhere/out.csv"
expect 1 '*' "$sonde" classify --input "$tmp/none.csv"
expect 0 '' "$sonde" check --root "$machine" --json
says '*"workload": {*'

echo "$cases cases: kinds of work, categories of one's own, learning by labels, bad files"
