#!/bin/sh
# `sonde sessions` over an archive of five sessions: what is listed, shown, labelled and removed, in text and
# JSON, and what it says when there is nothing, or when it is wrong.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
make_index=$1/tests/e2e/make_index
[ -x "$make_index" ] || fail "no $make_index"
export HOME="$tmp" XDG_CONFIG_HOME="$tmp/config" XDG_DATA_HOME="$tmp/share"
data=$tmp/data

# json 'EXPRESSION over the object j', of the last command
json()
{
    /usr/bin/python3 -c "import json, sys
j = json.load(open(sys.argv[1]))
assert $1, json.dumps(j)[:2000]" "$tmp/out" || fail "not so: $1"
}

# An archive that is not there yet: no error, and what to do next.
expect 0 '' "$sonde" sessions --data "$data"
says "Nothing is recorded in $data yet.*sonde record*--data DIR*"
expect 0 '' "$sonde" sessions list --data "$data" --json
json 'j == []'
expect 0 '' "$sonde" sessions stats --data "$data"
expect 0 '' "$sonde" sessions prune --data "$data" --dry-run --json
json 'j["sessions"] == [] and j["dry_run"]'
expect 1 "*nothing is recorded in $data yet*sonde record*" "$sonde" sessions show last --data "$data"
expect 1 "*nothing is recorded in $data yet*" "$sonde" sessions label last x --data "$data"
[ ! -e "$data" ] || fail "asking made $data"

"$make_index" "$data" || fail "make_index: exit $?"

# The table fits 80 columns, the newest last; what is marked as running has crashed where nobody records.
expect 0 '' "$sonde" sessions --data "$data"
awk 'length > 80 { print; bad = 1 } END { exit bad }' "$tmp/out" || fail 'wider than 80 columns'
[ "$(wc -l <"$tmp/out")" = 6 ] || fail "not six lines: $(cat "$tmp/out")"
says 'session, UTC * length * samples * anomalies * state * labels
20241118_103015 * 60 min * 3600 * 0  ended
20241119_103015 *
20241120_103015 *
20241120_103015_2 * 3600 * 3  ended
20241121_103015 * 4  crashed'

ids()
{
    sed 1d "$tmp/out" | cut -d ' ' -f 1 | tr '\n' ' '
}
expect 0 '' "$sonde" sessions list --data "$data" --from 2024-11-20 --to '2024-11-20 23:59'
[ "$(ids)" = '20241120_103015 20241120_103015_2 ' ] || fail "by time: $(ids)"
expect 0 '' "$sonde" sessions list --data "$data" --min-anomalies 3
[ "$(ids)" = '20241120_103015_2 20241121_103015 ' ] || fail "by anomalies: $(ids)"
expect 0 '' "$sonde" sessions list --data "$data" --limit 1
[ "$(ids)" = '20241121_103015 ' ] || fail "the newest: $(ids)"
expect 0 '' "$sonde" sessions list --data "$data" --label nil
says 'No session is like that*'
expect 0 '' "$sonde" sessions list --data "$data" --json
json '[s["id"] for s in j][0] == "session_20241118_103015" and len(j) == 5'
json 'j[4]["anomalies"] == 4 and j[4]["gaps"] == 1'
json 'j[0]["host"]["cores"] == 4 and j[0]["labels"] == [] and j[0]["start"] == "2024-11-18T10:30:15.000Z"'

# Which session: an id, its beginning, last; what is wrong is said with what was meant.
expect 0 '' "$sonde" sessions show 20241118 --data "$data"
says 'session_20241118_103015  ended
*2024-11-18 10:30:15 to 11:30:14 UTC, 60 min*3600 every 1 s, 3 metrics, 1 gap*4 cores, 8.00 GB*'
says '*files * kB in 1 segment and 0 journals*anomalies*events*asleep*'
expect 0 '' "$sonde" sessions show last --data "$data" --json
json 'j["id"] == "session_20241121_103015" and len(j["anomaly_items"]) == 4 and len(j["event_items"]) == 1'
json 'len(j["parts"]) == 1 and j["parts"][0]["name"] == "20241121_103015.0.seg" and j["parts"][0]["samples"] == 3600'
json 'j["parts"][0]["bytes"] == '"$(wc -c <"$data/segments/20241121_103015.0.seg")"
json 'j["anomaly_items"][0]["probability"] is None'
awk 'length > 80 { print; bad = 1 } END { exit bad }' "$tmp/out" || fail 'show: wider than 80 columns'
expect 1 "*several sessions begin with '20241120'*" "$sonde" sessions show 20241120 --data "$data"
expect 1 "*no session '20241119_103051': did you mean 20241119_103015?*" \
    "$sonde" sessions show 20241119_103051 --data "$data"
expect 1 "*no session 'zzz'*sonde sessions list*" "$sonde" sessions show zzz --data "$data"

# Labels: set, found, taken away.
expect 0 '' "$sonde" sessions label last 'new fan' --note 'the front one' --data "$data"
says "session_20241121_103015 labelled 'new fan'"
expect 0 '' "$sonde" sessions label 20241118 keep --data "$data"
expect 0 '' "$sonde" sessions list --label 'new*' --data "$data"
says '*20241121_103015 * crashed new fan'
expect 0 '' "$sonde" sessions show last --data "$data"
says '*label     new fan: the front one*'
expect 2 '*say which session and what to call it*' "$sonde" sessions label last --data "$data"
expect 2 '*a label is a text of 1 to 63 bytes*' "$sonde" sessions label last "$(printf 'a\033b')" --data "$data"
expect 2 '*not only blanks*' "$sonde" sessions label last ' ' --data "$data"
expect 1 '*has no label *newfan*; it has new fan' "$sonde" sessions unlabel last newfan --data "$data"
expect 0 '' "$sonde" sessions label last 'Lüfter' --data "$data"
expect 0 '' "$sonde" sessions list --data "$data"
says '*Lüfter*'
expect 0 '' "$sonde" sessions unlabel last 'Lüfter' --data "$data"
expect 0 '' "$sonde" sessions unlabel last 'new fan' --data "$data"
expect 1 '*it has none' "$sonde" sessions unlabel last 'new fan' --data "$data"

expect 0 '' "$sonde" sessions stats --data "$data"
says '*5 (0 running, 1 crashed, 1 labelled)*10 anomalies, 5 events*'
says '*samples    18000*kB in 5 segments, 0 B in 0 journals, * index*a value    0.* bytes, 1/* of a double*'
says '*a day  *the cap    2.05 GB, * used; holds every sample of 30 days*'
expect 0 '' "$sonde" sessions stats --data "$data" --json
bytes=$(cat "$data"/segments/*.seg | wc -c)
json 'j["segment_bytes"] == '"$bytes"' and abs(j["bytes_per_value"] - '"$bytes"' / (5 * 3600 * 3)) < 1e-12'
json 'j["samples"] == 18000 and j["cap_bytes"] == 2048e6 and j["recorded_s"] == 5 * 3599'
json 'j["used_bytes"] >= j["segment_bytes"] + j["index_bytes"] and j["days_of_samples"] == 30'
json 'abs(j["bytes_per_day"] - j["segment_bytes"] / j["recorded_s"] * 86400) < 0.3 * j["bytes_per_day"]'

# Without index.db, or with one that is none, the files tell what they know.
cp -r "$data" "$tmp/lost"
rm "$tmp/lost"/index.db*
for what in 'is not there' "is damaged or not Sonde's"; do
    expect 0 "*lost/index.db $what*the recorder makes it anew*" "$sonde" sessions --data "$tmp/lost"
    [ "$(wc -l <"$tmp/out")" = 6 ] || fail "without an index: $(cat "$tmp/out")"
    expect 0 "*$what*" "$sonde" sessions stats --data "$tmp/lost" --json
    json 'j["samples"] == 18000 and j["sessions"] == 5 and j["labelled"] is None and j["segment_bytes"] == '"$bytes"
    expect 0 "*$what*" "$sonde" sessions show last --data "$tmp/lost" --json
    json 'j["id"] == "session_20241121_103015" and j["parts"][0]["samples"] == 3600'
    expect 0 "*$what*" "$sonde" analyze 20241119 --data "$tmp/lost" --json
    json 'j["session"]["samples"] == 3600'
    expect 1 "*$what*no session 'zzz'*" "$sonde" sessions export zzz --data "$tmp/lost"
    expect 1 '*index.db*the recorder makes it anew*' "$sonde" sessions label last x --data "$tmp/lost"
    [ "$what" = 'is not there' ] && [ -e "$tmp/lost/index.db" ] && fail 'a reader made an index'
    printf 'not a database, but long enough to be read as one, or at least to be tried %4000s' '' >"$tmp/lost/index.db"
done

# A whole archive is whole; a bit that flipped in the middle of a segment is found, and where.
expect 0 '' "$sonde" sessions verify --data "$data"
says '5 files, *: * instants, * values are whole; no damage'
expect 0 '' "$sonde" sessions verify --data "$data" --json
json 'j["findings"] == [] and j["files"] == 5 and j["ticks"] == 18000 and j["damages"] == 0'
cp -r "$data" "$tmp/flipped"
/usr/bin/python3 - "$tmp/flipped/segments/20241119_103015.0.seg" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(0, 2)
    middle = f.tell() // 2
    f.seek(middle)
    byte = f.read(1)[0]
    f.seek(middle)
    f.write(bytes([byte ^ 4]))
END
expect 1 '' "$sonde" sessions verify --data "$tmp/flipped"
says '*segments/20241119_103015.0.seg, byte *: *1 damage'
expect 1 '' "$sonde" sessions verify --data "$tmp/flipped" --json
json 'j["damages"] == 1 and j["findings"][0]["damage"] and j["findings"][0]["file"].endswith("19_103015.0.seg")'
expect 1 '*nothing is recorded in *nil*' "$sonde" sessions verify --data "$tmp/nil"

# A part of a session that is damaged is left out; where nothing can be read, that is said with the remedy.
damage() # FILE FROM TO: these bytes
{
    /usr/bin/python3 - "$@" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    f.write(b"x" * (int(sys.argv[3]) - f.tell()))
END
}
expect 0 '' "$sonde" sessions export 20241119 --data "$tmp/flipped"
[ "$(wc -l <"$tmp/out")" -gt 2000 ] || fail "of a session with a damage: $(wc -l <"$tmp/out") lines"
damaged="*no sample of that can be read, and the archive is damaged; *sonde sessions verify --data $tmp/flipped*"
for bytes in '90 120' '90 1800' '0 1800'; do # the catalog; all that comes after; the head, too
    damage "$tmp/flipped/segments/20241118_103015.0.seg" $bytes
    expect 1 "*sessions export: $damaged" "$sonde" sessions export 20241118 --data "$tmp/flipped"
    expect 1 "*analyze: $damaged" "$sonde" analyze 20241118 --data "$tmp/flipped"
    expect 0 '' "$sonde" sessions export --from 2024-11-18 --to 2024-11-19T23:59 --data "$tmp/flipped"
done
expect 2 '*sessions export: a tape is written to a file; name one with --output FILE' \
    "$sonde" sessions export last --format sonde --data "$data"
for command in 'sessions list' 'sessions export' analyze; do
    expect 2 "*$command: --from, *Z, is later than --to, *Z" "$sonde" $command --from now --to -1h --data "$data"
done

# Two sessions of the same time would be mixed; one of them is not.
same="--from 2024-11-20T10:00 --to 2024-11-20T12:00"
for command in 'sessions export' analyze; do
    expect 1 "*$command: 20241120_103015 and 20241120_103015_2 were recorded at the same time*sonde $command 2024*" \
        "$sonde" $command $same --data "$data"
    expect 0 '*' "$sonde" $command 20241120_103015_2 $same --data "$data"
    expect 0 '*' "$sonde" $command --from 2024-11-18 --to 2024-11-19T12:00 --data "$data"
done
expect 1 '*were recorded at the same time*' "$sonde" sessions export --every 10m $same --data "$data"
expect 0 '' "$sonde" sessions export 20241120_103015_2 --every 10m $same --data "$data"

# Removed are index and files, but neither what runs nor, when asked, what is labelled. A dry run says exactly what
# would go; a recorder is in the way of all but that.
files()
{
    find "$data/segments" -name '*.seg' | wc -l
}
/usr/bin/python3 - "$data/lock" <<'END' &
import fcntl, os, sys, time
f = open(sys.argv[1], "w")
f.write("%d" % os.getpid())
f.flush()
fcntl.flock(f, fcntl.LOCK_EX)
time.sleep(600)
END
recorder=$! background="$background $!"
for _ in $(seq 100); do
    ! flock -n "$data/lock" true 2>/dev/null || { sleep 0.1; continue; }
    break
done
expect 0 '' "$sonde" sessions --data "$data" --from now
says '*20241121_103015 * running*'
expect 0 '' "$sonde" sessions prune --older-than 1d --dry-run --data "$data"
says 'would remove session_20241119_103015*would remove session_20241120_103015_2*3 sessions, 3 files, * would go; *'
expect 1 "*process $recorder records in $data*stop it for a moment*" \
    "$sonde" sessions prune --older-than 1d --data "$data"
[ "$(files)" = 5 ] || fail 'files were removed beside a recorder, or by a dry run'
kill $recorder
wait $recorder 2>/dev/null || :

# Nobody records: what is marked as running has crashed.
expect 0 '' "$sonde" sessions prune --older-than 36500d --data "$data"
says '0 sessions, 0 files, 0 B'
sum=$(cat "$data"/segments/20241119* "$data"/segments/2024112* | wc -c)
expect 0 '' "$sonde" sessions prune --older-than 1d --dry-run --json --data "$data"
json 'len(j["sessions"]) == 4 and j["files"] == 4 and j["dry_run"] and j["bytes"] == '"$sum"
cp "$tmp/out" "$tmp/would"
expect 0 '' "$sonde" sessions prune --older-than 1d --json --data "$data"
sed 's/"dry_run": *true/"dry_run":false/' "$tmp/would" | cmp -s - "$tmp/out" ||
    fail "dry: $(cat "$tmp/would"), then: $(cat "$tmp/out")"
[ "$(files)" = 1 ] || fail "$(files) files are left instead of 1"
expect 0 '' "$sonde" sessions list --data "$data"
[ "$(ids)" = '20241118_103015 ' ] || fail "after pruning: $(ids)"

# A session that the index does not know, as it forgot it for want of room, goes too; so does what waits in a journal
# for a recorder that was killed and never came back.
cp "$tmp/flipped/segments/20241120_103015.0.seg" "$data/segments"
"$sonde" record --data "$data" -i 0.2 --quiet >"$tmp/said" 2>&1 &
recorder=$! background="$background $!"
for _ in $(seq 200); do
    ! "$sonde" sessions stats --data "$data" --json 2>/dev/null | grep -q '"journals": *1' || break
    sleep 0.1
done

# A live one goes as far as its files do, and is killed in a moment: so does it then, and it has crashed.
expect 0 '' "$sonde" sessions list --from now --json --data "$data"
json 'len(j) == 1 and j[0]["state"] == "running" and j[0]["samples"] > 0 and j[0]["metrics"] > 10'
json 'j[0]["end"] > j[0]["start"]'
kill -KILL $recorder
wait $recorder 2>/dev/null || :
for _ in $(seq 100); do # a program that it was about to start has its lock for a moment more
    ! flock -n "$data/lock" true || break
    sleep 0.1
done
expect 0 '' "$sonde" sessions show last --json --data "$data"
json 'j["state"] == "crashed" and j["samples"] == sum(p["samples"] for p in j["parts"]) > 0 and j["metrics"] > 10'
expect 0 '' "$sonde" sessions show last --data "$data"
says 'session_*  crashed
* every 0.2 s, * metrics, *'
[ "$(ls "$data/journal")" ] || fail "no journal is left: $(cat "$tmp/said")"
expect 0 '' "$sonde" sessions stats --data "$data" --json
json 'j["journals"] == 1 and j["journal_bytes"] > 0 and j["samples"] > 2 * 3600 and j["sessions"] == 3'
expect 0 '' "$sonde" sessions prune --older-than 0 --data "$data"
says 'removed session_2024*_103015
removed session_*2 sessions, 2 files, *'
[ "$(files)" = 1 ] && [ -z "$(ls "$data/journal")" ] || fail "left: $(ls "$data/segments" "$data/journal")"
expect 0 '' "$sonde" sessions stats --data "$data"
says '*a value    * bytes, 1/* of a double, so far
*a day      too early to say: less than an hour*the cap    2.05 GB, * used'
expect 0 '' "$sonde" sessions stats --data "$data" --json
json 'j["bytes_per_day"] is None and j["days_until_full"] is None and "too early" in j["bytes_per_day_reason"]'
expect 0 '' "$sonde" sessions prune --labelled --json --data "$data"
json 'j["sessions"] == ["session_20241118_103015"] and j["files"] == 1 and not j["dry_run"]'
printf 'storage:\n  keep_days: 0\n' >"$tmp/forever.yaml"
expect 2 '*keep_days is 0*--older-than*' "$sonde" sessions prune --config "$tmp/forever.yaml" --data "$data"

# Damage is said with the remedy; the default directory is the user's.
expect 2 "sonde: sessions list: --from: 'noon' is not a time; write it like *" "$sonde" sessions list --from noon
expect 2 "sonde: sessions: there is no 'lsit'; did you mean list? See \`sonde help sessions\`." "$sonde" sessions lsit
for word in rm delete; do
    expect 2 "sonde: sessions: there is no '$word'; did you mean prune? See *" "$sonde" sessions $word last
done
expect 2 'sonde: sessions label: unknown option --nte; did you mean --note? *' "$sonde" sessions label last x --nte y
expect 0 '' "$sonde" help sessions label
expect 2 "sonde: help: sessions: there is no 'nil'. See \`sonde help sessions\`." "$sonde" help sessions nil
printf 'not a database, but long enough to be read as one, or at least to be tried %4000s' '' >"$data/index.db"
rm -f "$data/index.db-wal" "$data/index.db-shm"
rm "$data"/segments/* 2>/dev/null || :
expect 1 '*is damaged or not Sonde*the recorder makes it anew*' "$sonde" sessions --data "$data"
mkdir -p "$XDG_CONFIG_HOME/sonde"
printf 'storage:\n  directory: %s/elsewhere\n' "$tmp" >"$XDG_CONFIG_HOME/sonde/sonde.yaml"
expect 0 '' "$sonde" sessions
says "Nothing is recorded in $tmp/elsewhere yet.*"

echo "$cases command lines over five sessions"
