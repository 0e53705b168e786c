# push.sh - a recorder and a receiver that fails at random: each instant arrives, also of a recorder that was killed,
# and of the next; what the state says of it, and what is refused at the start.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
sonde=$1/sonde
export XDG_CONFIG_HOME="$tmp"
[ -e "$1/sonde-fetch.so" ] || skip "built without libcurl"
command -v python3 >/dev/null || skip "no python3"

# Nothing leaves by itself.
"$sonde" help --example-config | grep -q "targets: \[\]" || fail "a receiver is named by default"

# receive SHARE SEED: a receiver in the background, at the port that it had before; $receiver
mkdir "$tmp/in"
receive()
{
    port=$([ ! -f "$tmp/in/port" ] || cat "$tmp/in/port")
    rm -f "$tmp/in/port"
    python3 "$here/receiver.py" "$tmp/in" "$1" "$2" $port &
    receiver=$! background="$background $!"
    for _ in $(seq 100); do
        [ ! -s "$tmp/in/port" ] || return 0
        sleep 0.1
    done
    fail "the receiver does not start"
}

# record DURATION: in the background; $recorder
record()
{
    "$sonde" record --quiet --config "$tmp/c.yaml" --data "$tmp/data" --interval 0.1 --duration "$1" 2>>"$tmp/said" &
    recorder=$! background="$background $!"
}

receive 0.3 "${SONDE_SEED:-1}"
echo secret >"$tmp/token"
metrics=cpu.*,memory.used,disk.*
chmod 600 "$tmp/token"
cat >"$tmp/c.yaml" <<END
push:
  targets:
    - one jsonl http://127.0.0.1:$(cat "$tmp/in/port")/in?key=hidden metrics=$metrics interval=0.5 token_file=$tmp/token
  finish_s: 10
END

# A recorder that is killed in the middle.
record 60
sleep 3
kill -9 $recorder
wait $recorder 2>/dev/null || :

# The next one while the receiver is away: it waits in the archive, and the recorder ends in time.
kill $receiver
wait $receiver 2>/dev/null || :
sed -i 's/finish_s: 10/finish_s: 0/' "$tmp/c.yaml"
record 2
wait $recorder || fail "record: $(cat "$tmp/said")"
waits=$(sort -u "$tmp/in/got" | wc -l)

# And one with the receiver back, which sends what all three recorded.
receive 0.3 2
sed -i 's/finish_s: 0/finish_s: 15/' "$tmp/c.yaml"
record 4
wait $recorder || fail "record: $(cat "$tmp/said")"

# Every instant of the archive is there, as it was, and nothing else.
"$sonde" sessions list --data "$tmp/data" --json | python3 -c '
import json, subprocess, sys
sonde, data, got = sys.argv[1:]
lines = {}
for text in open(got):
    line = json.loads(text)
    assert lines.setdefault(line["timestamp"], text) == text, "two lines of one instant: " + line["timestamp"]
want = {}
for session in json.load(sys.stdin):
    out = subprocess.run([sonde, "sessions", "export", session["id"], "--data", data, "--format", "jsonl", "--metrics",
                          "cpu.*,memory.used,disk.*"], capture_output=True, check=True, text=True).stdout
    for text in out.splitlines():
        line = json.loads(text)
        want[line["timestamp"]] = line
missing, more = want.keys() - lines.keys(), lines.keys() - want.keys()
assert not missing and not more, f"{len(missing)} missing, {len(more)} too many, of {len(want)}"
for stamp, line in want.items():
    sent = json.loads(lines[stamp])["metrics"]
    assert sent == line["metrics"], "another number at " + stamp
print(len(want))
' "$sonde" "$tmp/data" "$tmp/in/got" >"$tmp/n" || fail "what arrived is not what was recorded: $(cat "$tmp/in/requests")"
[ "$(cat "$tmp/n")" -gt $((waits + 20)) ] || fail "nothing was sent of what waited: $waits, $(cat "$tmp/n")"
! grep -v 'application/x-ndjson Bearer secret' "$tmp/in/requests" || fail "a request without its token"
requests=$(wc -l <"$tmp/in/requests") failed=$(grep -vc '^good' "$tmp/in/requests")

# What the recorder says of it, without what may be secret; it ends soon although it is being waited for.
kill $receiver
sed -i 's/finish_s: 15/finish_s: 0/' "$tmp/c.yaml"
"$sonde" record --json --config "$tmp/c.yaml" --data "$tmp/data" --interval 0.1 --duration 60 >"$tmp/state" 2>>"$tmp/said" &
recorder=$! background="$background $!"
sleep 2
kill $recorder
wait $recorder || fail "record: $(cat "$tmp/said")"
grep -q '"push":\[{"name":"one","format":"jsonl","url":"http://127.0.0.1:[0-9]*/in","last_success":"20' "$tmp/state" ||
    fail "its state: $(cat "$tmp/state")"
! grep -rq hidden "$tmp/data" "$tmp/said" || fail "what may be secret is told"

# A stored range, once.
receive 0 3
: >"$tmp/in/got"
to=http://127.0.0.1:$(cat "$tmp/in/port")/in
expect 0 "Sent * samples to $to" "$sonde" export jsonl last --data "$tmp/data" --push "$to"
"$sonde" sessions export last --data "$tmp/data" --format jsonl >"$tmp/last"
[ "$(wc -l <"$tmp/last")" -eq "$(sort -u "$tmp/in/got" | wc -l)" ] || fail "export --push: not all of it arrived"
expect 2 "*--push 'http://example.org/' leads beyond*" "$sonde" export jsonl last --data "$tmp/data" \
    --push http://example.org/
expect 2 '*--now* not go with it' "$sonde" export jsonl --now --data "$tmp/data" --push "$to"
expect 2 'sonde: export: csv cannot be pushed; remote-write, *' "$sonde" export csv last --data "$tmp/data" --push "$to"
kill $receiver
wait $receiver 2>/dev/null || :
"$sonde" export jsonl last --data "$tmp/data" --push "$to" 2>"$tmp/err" &
pushing=$! background="$background $!"
for _ in $(seq 50); do
    ! grep -q 'refuses the connection; trying again for two minutes' "$tmp/err" || break
    sleep 0.1
done
kill $pushing
wait $pushing 2>/dev/null || :
[ "$(grep -c 'trying again' "$tmp/err")" -eq 1 ] || fail "export --push does not say that it waits: $(cat "$tmp/err")"
python3 - "$tmp/in/other" <<'END' &
import http.server, pathlib, sys
class Nothing(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_error(404)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Nothing)
pathlib.Path(sys.argv[1]).write_text(f"{server.server_address[1]}\n")
server.serve_forever()
END
receiver=$! background="$background $!"
for _ in $(seq 100); do
    [ ! -s "$tmp/in/other" ] || break
    sleep 0.1
done
expect 1 '*nothing can be sent: it answers with status 404*' timeout 30 "$sonde" export jsonl last --data "$tmp/data" \
    --push "http://127.0.0.1:$(cat "$tmp/in/other")/in"
kill $receiver

# Lines that name no receiver are told, and recording goes on.
for line in 'x jsonl http://example.org/' 'x nonsense http://127.0.0.1/' 'x jsonl' '../x jsonl http://127.0.0.1/'; do
    printf 'push:\n  targets:\n    - %s\n' "$line" >"$tmp/wrong.yaml"
    expect 0 '*push.targets: *nothing is sent there*' "$sonde" record --quiet --config "$tmp/wrong.yaml" \
        --data "$tmp/other" --duration 0.2 --interval 0.1
done

# A token that others may read is not sent.
chmod 644 "$tmp/token"
: >"$tmp/in/requests"
receive 0 4
record 2
wait $recorder || fail "record: $(cat "$tmp/said")"
[ ! -s "$tmp/in/requests" ] || fail "a token that others may read was sent"
kill $receiver
wait $receiver 2>/dev/null || :

# What does not work is told: a secret at the start, a closed port soon, and at the end what was not sent.
to=http://127.0.0.1:$(cat "$tmp/in/port")/in
cat >"$tmp/c.yaml" <<END
push:
  targets:
    - away jsonl $to?key=hidden interval=0.2
    - mute jsonl $to token_file=$tmp/none interval=0.2
  finish_s: 0
END
"$sonde" doctor --config "$tmp/c.yaml" --data "$tmp/data" | sed -n '/^Receivers/,$p' | tr -s ' \n' '  ' >"$tmp/doctor"
grep -q 'away unknown jsonl to [^?]*; no recorder runs mute failed .*none cannot be read' "$tmp/doctor" ||
    fail "doctor: $(cat "$tmp/doctor")"
"$sonde" record --config "$tmp/c.yaml" --data "$tmp/data" --interval 0.1 --duration 5 >/dev/null 2>"$tmp/said" &
recorder=$! background="$background $!"
sleep 3
"$sonde" doctor --json --config "$tmp/c.yaml" --data "$tmp/data" >"$tmp/doctor"
wait $recorder || fail "record: $(cat "$tmp/said")"
grep -q '"url": "'"$to"'"' "$tmp/doctor" && grep -q '"error": "127.0.0.1:[0-9]* refuses the conn' "$tmp/doctor" ||
    fail "doctor: $(sed -n '/receivers/,$p' "$tmp/doctor")"
# said N PATTERN: so many lines on stderr
said()
{
    [ "$(grep -c "$2" "$tmp/said")" -eq "$1" ] || fail "not $1 times '$2': $(cat "$tmp/said")"
}
said 1 'push.targets: mute: .*none cannot be read: .* chmod 600; until then it waits'
said 1 'push.targets: away takes nothing: 127.0.0.1:[0-9]* refuses the connection'
said 0 'push.targets: mute takes nothing'
said 1 '0 of [0-9]* samples sent to away: 127.0.0.1:[0-9]* refuses the connection; the rest goes at the next start'
said 1 '0 of [0-9]* samples sent to mute: .*none cannot be read'
! grep -q hidden "$tmp/said" "$tmp/doctor" || fail "what may be secret is told"
[ ! -e /var/lib/sonde ] || fail "something was written elsewhere"

echo "$(cat "$tmp/n") instants, $requests requests, of which $failed failed"
