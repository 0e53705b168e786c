#!/bin/sh
# `sonde serve` as strangers, careless clients and a person meet it: names, origins, paths, sizes, slow and stuck
# clients, noise, tokens, live streams, TLS, and how it begins and ends with its recorder.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
client="/usr/bin/python3 $(dirname "$0")/serve_client.py"
[ -e "$1/sonde-web.so" ] || skip "built without libwebsockets"
! grep -q __asan_init "$sonde" || export SONDE_SANITIZED=1 # which keeps what was freed: memory says nothing then

# serve OPTIONS...: in the background; $url, $port and $pid of it.
serve()
{
    serve_start "$@"
    port=${url##*:}
    port=${port%/}
}

# ends SECONDS: by Ctrl-C or what stands for it, in order, with its recorder.
ends()
{
    kill $pid
    for i in $(seq $(($1 * 10))); do
        kill -0 $pid 2>/dev/null || break
        sleep 0.1
    done
    rc=0
    ! kill -0 $pid 2>/dev/null || fail "serve runs $1 s after it was told to end"
    wait $pid || rc=$?
    [ $rc = 0 ] || fail "serve ended with $rc: $(cat "$tmp/err")"
}

recorders()
{
    pgrep -f -- "--data $tmp/data" | grep -vx $pid || :
}

# ---- for this machine only ----

: >"$tmp/err"
serve --data "$tmp/data"
$client plain $port || fail "plain requests"
$client foreign $port || fail "foreign names and origins"
$client paths $port || fail "paths"
$client large $port || fail "large requests"
$client slow $port >"$tmp/slow" || fail "slow clients: $(cat "$tmp/slow")"
$client live $port 6 >"$tmp/live" || fail "live: $(cat "$tmp/live")"
$client heavy $port $pid || fail "a large answer"
$client noise $port $pid 10000 >"$tmp/noise" || fail "noise: $(cat "$tmp/noise")"

# a second one on the same port; and on the same directory, which the first one's recorder records
expect 1 '*port*is taken*--port*' "$sonde" serve --port $port --data "$tmp/data2"
first=$pid
serve --data "$tmp/data"
grep -q '"own_recorder":false' "$tmp/out" || fail "it did not find the recorder: $(cat "$tmp/out")"
$client live $port 4 >"$tmp/live2" || fail "live of the other's recorder: $(cat "$tmp/live2")"
ends 4
pid=$first
[ -n "$(recorders)" ] || fail "the recorder of the first one is gone"

# killed, it leaves no recorder behind
kill -9 $pid
for _ in $(seq 30); do
    [ -n "$(recorders)" ] || break
    sleep 0.1
done
[ -z "$(recorders)" ] || fail "the recorder outlives a serve that was killed"

# ---- a recorder that comes and goes; readers that stop ----

"$sonde" record --data "$tmp/data" -i 0.1 >"$tmp/rec" 2>&1 &
recorder=$! background="$background $!"
sleep 1
serve --data "$tmp/data"
$client stuck $port $pid >"$tmp/stuck" || fail "readers that stop: $(cat "$tmp/stuck")"
curl -sN --max-time 12 "${url}api/v1/live" >"$tmp/stream" &
reader=$!
sleep 2
kill $recorder
wait $recorder || fail "record ended with $?"
sleep 2
gone=$(grep -c '^event: now' "$tmp/stream")
"$sonde" record --data "$tmp/data" -i 0.1 >"$tmp/rec" 2>&1 &
recorder=$! background="$background $!"
wait $reader || :
[ "$gone" -gt 5 ] && [ "$(grep -c '^event: now' "$tmp/stream")" -gt $((gone + 5)) ] ||
    fail "the stream did not go on with the next recorder: $gone, $(grep -c '^event: now' "$tmp/stream")"
ends 4
kill -0 $recorder || fail "a recorder that is not its own ended with it"
kill $recorder
wait $recorder || :

# ---- for others ----

expect 1 '*can be reached by others*--token*' "$sonde" serve --bind 0.0.0.0 --port 0 --data "$tmp/data3"
[ -z "$(pgrep -f -- "--data $tmp/data3" || :)" ] || fail "it left a recorder behind"
expect 1 '*no address of this machine*' "$sonde" serve --bind 192.0.2.1 --data "$tmp/data3"
expect 1 '*no address of this machine*' "$sonde" serve --bind name.example --data "$tmp/data3"
expect 2 '*belong together*' "$sonde" serve --tls-cert x --data "$tmp/data3"
expect 1 '*no certificate and key*' "$sonde" serve --port 0 --tls-cert /dev/null --tls-key /dev/null --data "$tmp/data3"

serve --data "$tmp/data" --token --read-only-token --verbose
full=$(sed -n 's/.*"token":"\([0-9a-f]*\)".*/\1/p' "$tmp/out")
reads=$(sed -n 's/.*"read_only_token":"\([0-9a-f]*\)".*/\1/p' "$tmp/out")
[ ${#full} = 64 ] && [ ${#reads} = 64 ] || fail "no tokens: $(cat "$tmp/out")"
[ "$(stat -c %a "$tmp/data/keys/web")" = 600 ] || fail "others may read the tokens"
$client tokens $port $full $reads || fail "tokens"
for token in $full $reads $(echo $full | rev); do
    ! grep -rq $token "$tmp/err" "$tmp/data" || fail "a token was written down"
done
ends 4

if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$tmp/key" -out "$tmp/cert" 2>/dev/null
    serve --data "$tmp/data" --tls-cert "$tmp/cert" --tls-key "$tmp/key"
    [ "$(curl -s --cacert "$tmp/cert" "https://localhost:$port/healthz")" = ok ] || fail "no answer over TLS"
    curl -s --max-time 3 --cacert "$tmp/cert" "https://localhost:$port/api/v1/live?metrics=*" >"$tmp/tls" || :
    grep -q '^event: tick' "$tmp/tls" || fail "no stream over TLS"
    ! curl -s "http://localhost:$port/healthz" || fail "an answer without TLS"
    ends 4
fi
echo "$(cat "$tmp/noise"); $(cat "$tmp/stuck"); $(cat "$tmp/slow")"
