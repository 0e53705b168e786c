#!/bin/sh
# Alerts: a rule that holds is told once, by a command and a webhook that fails at first; silences; a recorder that is
# killed and starts again raises nothing twice; rules that are wrong are told with their place.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
here=$(cd "$(dirname "$0")" && pwd)
export XDG_CONFIG_HOME="$tmp/config"
mkdir -p "$tmp/config/sonde" "$tmp/hook"
chmod go-w "$tmp" "$tmp/config" "$tmp/config/sonde"

# wait_for COMMAND...: for ten seconds
wait_for()
{
    for _ in $(seq 100); do
        ! "$@" 2>/dev/null || return 0
        sleep 0.1
    done
    fail "not within ten seconds: $*: $(cat "$tmp/record.err")"
}

# The level that the rule looks at, as the file has it.
folder=$tmp/config/sonde/adapters.d
mkdir -p "$folder"
chmod go-w "$folder"
cat >"$folder/toy.sh" <<END
#!/bin/sh
echo 'sonde 1'
echo 'metric load{a\$(touch $tmp/p)} % gauge min=0 max=100 how much'
while :; do
    read -r level <'$tmp/level'
    echo "load{a\\\$(touch $tmp/p)} \$level"
    echo end
    sleep 0.2
done
END
cat >"$tmp/tell.sh" <<END
#!/bin/sh
cat >>"$tmp/told"
printf '%s %s %s\n' "\$#" "\$SONDE_ALERT_STATE" "\$SONDE_ALERT_TEXT" >>"$tmp/env"
sleep 100 & # what it leaves behind goes with it
END
cat >"$tmp/sendmail" <<END
#!/bin/sh
[ "\$*" = "-t -i" ] || exit 64
cat >>"$tmp/mail"
END
chmod 755 "$folder/toy.sh" "$tmp/tell.sh" "$tmp/sendmail"
echo 10 >"$tmp/level"
echo 2 >"$tmp/hook/refuse"
printf 'very secret\n' >"$tmp/secret"
chmod 600 "$tmp/secret"
python3 "$here/hook_fake.py" "$tmp/hook" 2>"$tmp/hook/err" & background="$background $!"
wait_for test -s "$tmp/hook/port"
settings() # RULES...
{
    cat <<END
general: { logging_interval: 0.2 }
storage: { flight_severity: never }
alerts:
  defaults: false
  grace_s: 0
  group_s: 0
  clear_cooldown_s: 0
  raise_cooldown_s: 0
  template: "{rule}: {text}"
  command: ["$tmp/tell.sh", "one word"]
  webhook: { url: "http://127.0.0.1:$(cat "$tmp/hook/port")/x?y=1", secret_file: $tmp/secret }
  email: { to: [root@localhost], sendmail: $tmp/sendmail }
  rules:
END
    for rule in "$@"; do printf '    - "%s"\n' "$rule"; done
}
settings 'busy: ext.toy.load > 90 clear 50 severity critical' >"$tmp/config/sonde/sonde.yaml"

# The test message goes everywhere, and says of each what became of it.
echo 0 >"$tmp/hook/refuse"
expect 0 '' "$sonde" alerts test busy
says '*webhook   told*email     told*command   told*'
grep -q 'Subject: \[sonde\] critical: busy: a test' "$tmp/mail" || fail "no mail: $(cat "$tmp/mail")"
echo 9 >"$tmp/hook/refuse"
expect 3 '' "$sonde" alerts test
says '*webhook   failed: 127.0.0.1:* answers with status 503*command   told*'
expect 2 '*there is no rule bussy, perhaps busy*' "$sonde" alerts test bussy
"$sonde" alerts test --system-logging >/dev/null 2>"$tmp/err" || : # to stderr, where there is no log
! grep -q 'sonde: sonde' "$tmp/err" || fail "its name twice: $(cat "$tmp/err")"
rm "$tmp/told" "$tmp/env" "$tmp/hook/took" "$tmp/hook/refused"
echo 2 >"$tmp/hook/refuse"

record() # OPTIONS...
{
    "$sonde" record --data "$tmp/data" --quiet "$@" 2>>"$tmp/record.err" & pid=$! background="$background $!"
}
record
wait_for test -S "$tmp/data/sock"
expect 0 '' "$sonde" alerts --data "$tmp/data"
says '*Nothing is raised.*1 rule:*busy*ext.toy.load > 90 clear 50 severity critical*'
echo 95 >"$tmp/level"
wait_for grep -q raised "$tmp/told"
wait_for grep -q '"state":"raised"' "$tmp/hook/took"
[ "$(wc -l <"$tmp/hook/refused")" -eq 2 ] || fail "the webhook was tried otherwise: $(cat "$tmp/hook/refused")"
[ "$(cat "$tmp/env")" = "1 raised busy: ext.toy.load{a\$(touch $tmp/p)} is 95.0 %, above 90.0 %" ] || fail "told as: $(cat "$tmp/env")"
[ ! -e "$tmp/p" ] || fail "a name was run as a command"
expect 0 '' "$sonde" alerts --data "$tmp/data" --json
python3 - "$tmp/out" <<'PY'
import json, sys
a = json.load(open(sys.argv[1]))
[raised] = a["raised"]
assert raised["rule"] == "busy" and raised["severity"] == "critical" and raised["end"] is None and raised["told"], a
assert raised["value"] == 95 and raised["unit"] == "%", a
assert a["past"] == [] and a["silences"] == [] and [r["name"] for r in a["rules"]] == ["busy"], a
PY

# Killed, and started again: it is not raised a second time. The index learns of it at once, not within a minute.
wait_for sh -c "\"$sonde\" alerts list --data \"$tmp/data\" | grep -q '1 raised'"
kill -9 $pid
wait $pid 2>/dev/null || :
record
sleep 3
[ "$(grep -c raised "$tmp/told")" -eq 1 ] || fail "raised again: $(cat "$tmp/told")"

# Silenced it is over without a word; then it is told again.
expect 0 '' "$sonde" alerts silence busy --for 1h --data "$tmp/data"
says '*busy: nothing is told until*'
expect 2 '*there is no rule nothing*' "$sonde" alerts silence nothing --data "$tmp/data"
sleep 6 # the recorder looks every five seconds
echo 5 >"$tmp/level"
sleep 1.5
echo 96 >"$tmp/level"
wait_for sh -c "\"$sonde\" alerts list --past 5 --json --data \"$tmp/data\" | grep -q '\"past\":\[{'"
[ "$(wc -l <"$tmp/told")" -eq 1 ] || fail "told though silenced: $(cat "$tmp/told")"
expect 0 '' "$sonde" alerts --data "$tmp/data"
says '*busy  silenced until*'
expect 0 '' "$sonde" alerts unsilence busy --data "$tmp/data"
expect 1 '*busy is not silenced*' "$sonde" alerts unsilence busy --data "$tmp/data"
echo 5 >"$tmp/level"
wait_for grep -q cleared "$tmp/told"
wait_for grep -q '"state":"cleared"' "$tmp/hook/took"
wait_for grep -q 'state     cleared' "$tmp/mail"
[ ! -e "$tmp/hook/wrong" ] || fail "$(cat "$tmp/hook/wrong")"

# Another rule by a reload; the events of the archive have all of it.
settings 'busy: ext.toy.load > 90 clear 50 severity critical' 'idle: ext.toy.load < 20' >"$tmp/config/sonde/sonde.yaml"
kill -HUP $pid
wait_for grep -q '"rule":"idle"' "$tmp/told"
sleep 1 # it is an event of the next instant
# And gone with the next one: who was told of it is told so.
settings 'busy: ext.toy.load > 90 clear 50 severity critical' >"$tmp/config/sonde/sonde.yaml"
kill -HUP $pid
wait_for grep -q '"state":"cleared","rule":"idle".*its rule is no longer there; it was: ext.toy.load' "$tmp/told"
sleep 1
kill $pid
wait $pid || fail "record ends with $?: $(cat "$tmp/record.err")"
expect 0 '' "$sonde" sessions show last --json --data "$tmp/data"
says '*"kind": "alert"*idle: ext.toy.load*'

# An end is an event at its own time, and says what is so now and how long it was.
expect 0 '' "$sonde" events last --kind alert --data "$tmp/data"
says '*busy: over: ext.toy.load{a$(touch*)} is 5.00 %, no longer above 90.0 %; it*was for*'

# A rule that can never hold is told: a slip in the name, bytes against percent.
settings 'slip: ext.toy.laod > 90%' 'mixed: ext.toy.load > 500MB' 'good: ext.toy.load > 99' \
    >"$tmp/config/sonde/sonde.yaml"
"$sonde" record --data "$tmp/data" --duration 7 >/dev/null 2>"$tmp/fit.err" || fail "record: $(cat "$tmp/fit.err")"
grep -q "the rule 'slip' cannot hold: ext.toy.laod matches no metric here; did you mean ext.toy.load?" "$tmp/fit.err" ||
    fail "the slip is not told: $(cat "$tmp/fit.err")"
grep -q "the rule 'mixed' cannot hold: ext.toy.load is in %, not in bytes" "$tmp/fit.err" || fail "nor the unit"
! grep -q "rule 'good'" "$tmp/fit.err" || fail "a good rule is told: $(cat "$tmp/fit.err")"
expect 0 '' "$sonde" alerts --data "$tmp/data"
says '*slip*it can never hold: ext.toy.laod matches no metric here*mixed*ext.toy.load is in %, not in bytes*'
expect 0 "*the rule 'slip' can never hold*" "$sonde" alerts test slip --data "$tmp/data"
expect 0 '' "$sonde" alerts test good --data "$tmp/data"

# What is wrong is told with its place, and nothing is recorded with it.
settings 'busy: ext.toy.load > much' >"$tmp/config/sonde/sonde.yaml"
expect 2 '*sonde.yaml:*: alerts.rules: rule 1, "busy: ext.toy.load > much": much is no number*' \
    "$sonde" record --data "$tmp/data" --duration 1
expect 2 '*alerts.rules: rule 1*' "$sonde" alerts --data "$tmp/data"
pgrep -f "$tmp/tell.sh" >/dev/null && fail "a command is left behind"
echo "alerts: $cases cases, told by a command, a webhook and mail"
