#!/bin/sh
# An endpoint beside the answers of `sonde ask`: off unless it is named and asked for, it gets what --preview shows,
# byte by byte, and its answer stands below ours; endpoints that fail, hang and lie; by command and by the interface of
# `sonde serve`.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
fake="/usr/bin/python3 $(dirname "$0")/endpoint_fake.py"
[ -e "$1/sonde-fetch.so" ] || skip "built without libcurl"
export XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp/none"
traced=
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY

# starts NAME ARGUMENTS: an endpoint that keeps what it gets in $tmp/NAME; $port
starts()
{
    mkdir -p "$tmp/$1"
    $fake "$tmp/$@" 2>"$tmp/$1/err" &
    background="$background $!"
    for _ in $(seq 100); do
        [ ! -e "$tmp/$1/port" ] || break
        sleep 0.1
    done
    port=$(cat "$tmp/$1/port") || fail "no endpoint: $(cat "$tmp/$1/err")"
}

# names WAY [FURTHER KEYS]: the endpoint that behaves so, in the configuration
names()
{
    printf 'ask: {endpoint: "http://127.0.0.1:%s/%s/v1", model: tiny%s}\n' "$port" "$1" "${2:+, $2}" >"$tmp/c.yaml"
}

came()
{
    cat "$tmp/plain/count"
}

ask()
{
    want=$1 glob=$2
    shift 2
    expect "$want" "$glob" "$sonde" ask --config "$tmp/c.yaml" --replay "$tmp/one.sonde" --utc "$@"
}

# ---- a recording with a process whose name is nobody's business, and a label ----

cp "$(command -v yes)" "$tmp/sekretprog"
busy= # several, to be among those that do most whatever else runs here
for _ in 1 2 3 4 5 6; do
    "$tmp/sekretprog" >/dev/null &
    busy="$busy $!" background="$background $!"
done
"$sonde" record --data "$tmp/data" -i 0.1 >/dev/null 2>&1 &
recorder=$! background="$background $!"
for _ in $(seq 100); do # several looks at them, however little of the machine is left to the recorder
    sleep 0.3
    samples=$("$sonde" sessions --data "$tmp/data" --json 2>/dev/null | sed -n 's/.*"samples": \([0-9]*\).*/\1/p')
    [ "${samples:-0}" -lt 8 ] || break
done
kill $recorder
wait $recorder || fail "record ended with $?"
kill $busy
"$sonde" sessions export last --data "$tmp/data" --format sonde --output "$tmp/one.sonde" --quiet || fail "no export"
id=$("$sonde" id) || fail "no hardware id"

# ---- what is sent ----

starts plain
names good
q='what was using the cpu'
ask 0 '' "$q"
says '*sekretprog*'
ask 0 '' --preview "$q"
cp "$tmp/out" "$tmp/preview"
[ "$(came)" = 0 ] || fail "a preview was sent"
ask 0 '' --endpoint "$q"
says '*sekretprog*From tiny at 127.0.0.1:'"$port"', not checked by Sonde:*It stood at*Not in the data: 4242, 17:03*'
cmp "$tmp/preview" "$tmp/plain/body" || fail "what came is not what the preview showed"
[ "$(came)" = 1 ] || fail "$(came) requests"
grep -q '^POST /good/v1/chat/completions' "$tmp/plain/headers" || fail "$(cat "$tmp/plain/headers")"
! grep -qi '^\(authorization\|cookie\|referer\|accept-encoding\)' "$tmp/plain/headers" ||
    fail "$(cat "$tmp/plain/headers")"
! grep -q "$(printf '\033')" "$tmp/out" || fail "a control character of the endpoint came through"
for word in sekret "$(hostname)" "$id" "$tmp" "${id%????????????????????}"; do
    ! grep -qF -- "$word" "$tmp/plain/body" || fail "'$word' was sent: $(cat "$tmp/plain/body")"
done
/usr/bin/python3 - "$tmp/plain/body" <<'END' || fail "the body is otherwise"
import json, re, sys
body = json.load(open(sys.argv[1]))
assert sorted(body) == ["messages", "model", "stream", "temperature"] and body["model"] == "tiny", body
system, user = body["messages"]
content = json.loads(user["content"])
assert sorted(content) == ["question", "results"] and content["question"] == "what was using the cpu", content
assert sorted(content["results"]) == ["answer", "episodes", "findings", "numbers", "range", "verdict"], content
assert "process 1" in content["results"]["answer"]["text"], content
assert not re.search(r"[\"{ ]/[a-z]", user["content"]), content
END

# with their names, where that is set; of a question that our rules do not know
names good 'send_process_names: true'
ask 0 '' --preview "$q"
says '*sekretprog*'
names good
ask 3 '' --endpoint 'tell me a joke about sekretprog'
says '*From tiny*'
grep -q 'joke about process' "$tmp/plain/body" || fail "a name in the question: $(cat "$tmp/plain/body")"
ask 0 '' --json --endpoint "$q"
/usr/bin/python3 - "$tmp/out" "$tmp/plain/body" <<'END' || fail "JSON: $(cat "$tmp/out")"
import json, sys
e = json.load(open(sys.argv[1]))["endpoint"]
assert e["sent"] == open(sys.argv[2]).read() and e["not_in_data"] == ["4242", "17:03"] and e["error"] is None, e
END
expect 2 '*are for one question*' "$sonde" ask --endpoint - </dev/null
expect 2 '*are for one question*' "$sonde" ask --preview - </dev/null

# a proxy of the environment is not asked about this machine
http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 ask 0 '' --endpoint "$q"

# ---- endpoints as they are ----

n=$(came)
for row in 'broken|status 500 (the model ? fell over)' 'key|status 401*ask.key_file' 'huge|more than 64 KiB' \
           'elsewhere|status 302*not followed' 'garbage|no JSON' 'empty|holds no text' 'gone|cannot be asked'; do
    names "${row%%|*}"
    ask 3 "*${row#*|}*" --endpoint "$q"
    says '*sekretprog*' # our own answer stands in any case
    n=$((n + 1))
    [ "$(came)" = $n ] || fail "${row%%|*}: $(came) requests instead of $n"
done
for way in slow drip; do
    names $way 'timeout: 1'
    ask 3 '*gave no answer within 1 s*' --endpoint "$q"
done
n=$(came)
printf 'ask: {endpoint: "http://127.0.0.1:1/v1", model: tiny}\n' >"$tmp/c.yaml"
ask 3 '*takes no connection*' --endpoint "$q"
printf 'ask: {endpoint: "https://name.invalid/v1", model: tiny}\n' >"$tmp/c.yaml"
ask 3 '*name.invalid*' --endpoint "$q"
printf 'ask: {endpoint: "http://models.example/v1", model: tiny}\n' >"$tmp/c.yaml"
ask 3 '*without encryption; use https*' --endpoint "$q"
: >"$tmp/c.yaml"
ask 3 '*no endpoint is named*' --endpoint "$q"
ask 0 '' --preview "$q"

# the key: of this file only, and only where nobody else reads it
printf 'top-sekret-key\n' >"$tmp/key"
chmod 644 "$tmp/key"
names good "key_file: $tmp/key"
ask 3 '*may be read by others*chmod 600*' --endpoint "$q"
[ "$(came)" = "$n" ] || fail "it was asked without its key"
chmod 600 "$tmp/key"
ask 0 '*' --endpoint --verbose "$q"
grep -q '^Authorization: Bearer top-sekret-key$' "$tmp/plain/headers" || fail "no key: $(cat "$tmp/plain/headers")"
! grep -q top-sekret "$tmp/out" "$tmp/err" "$tmp/plain/body" || fail "the key was told"

# without the module there is the answer of the rules, and the preview
mkdir "$tmp/bare"
cp "$sonde" "$tmp/bare/sonde"
expect 3 '*sonde-fetch is not installed*' "$tmp/bare/sonde" ask --config "$tmp/c.yaml" --replay "$tmp/one.sonde" \
    --endpoint "$q"
says '*sekretprog*'
expect 0 '' "$tmp/bare/sonde" ask --config "$tmp/c.yaml" --replay "$tmp/one.sonde" --preview "$q"

# ---- certificates ----

if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$tmp/tls_key" -out "$tmp/cert" 2>/dev/null
    kept=$port
    starts tls "$tmp/cert" "$tmp/tls_key"
    tls=$port port=$kept # what follows is asked of the plain one
    tls()
    {
        printf 'ask: {endpoint: "https://%s:%s/good/v1", model: tiny%s}\n' "$1" "$tls" "${2:+, ca_file: $2}" \
            >"$tmp/c.yaml"
    }
    tls localhost
    ask 3 '*no certificate that can be trusted*ask.ca_file*' --endpoint "$q"
    tls localhost "$tmp/cert"
    ask 0 '' --endpoint "$q"
    says '*From tiny at localhost*'
    tls 127.0.0.1 "$tmp/cert"
    ask 3 '*no certificate that can be trusted*' --endpoint "$q" # it is of another name
fi

# ---- without being asked it connects to nobody ----

if strace -o "$tmp/calls" true 2>/dev/null; then
    calls()
    {
        strace -f -o "$tmp/calls" -e trace=connect,sendto,sendmsg,sendmmsg,bind "$sonde" ask --replay "$tmp/one.sonde" \
            --config "$tmp/c.yaml" "$@" >/dev/null 2>&1 || fail "ask $*: exit $?"
        grep -v 'AF_UNIX' "$tmp/calls" | grep -E 'connect|send|bind' || :
    }
    : >"$tmp/c.yaml"
    [ -z "$(calls "$q")" ] || fail "it connects: $(cat "$tmp/calls")"
    names good
    [ -z "$(calls "$q")" ] || fail "it connects, as an endpoint is named: $(cat "$tmp/calls")"
    [ -z "$(calls --preview "$q")" ] || fail "a preview connects: $(cat "$tmp/calls")"
    [ -n "$(calls --endpoint "$q" | grep connect)" ] || fail "strace sees no connection where there is one"
    there="sin_port=htons($port), sin_addr=inet_addr(\"127.0.0.1\")"
    odd=$(calls --endpoint "$q" | grep connect | grep -v "$there" || :)
    [ -z "$odd" ] || fail "it connects elsewhere: $odd"
    traced='; traced'
fi

# ---- the interface for programs ----

if [ -e "$1/sonde-web.so" ]; then
    serve()
    {
        serve_start --replay "$tmp/one.sonde" --config "$tmp/c.yaml" "$@"
    }
    post()
    {
        curl -s --max-time 20 -H 'Content-Type: application/json' -d "$@" "${url}api/v1/ask" >"$tmp/out"
    }
    names slow
    serve
    curl -s "${url}api/v1/host" | grep -q '"endpoint":{"host":"127.0.0.1:'"$port"'","model":"tiny"}' || fail "host"
    n=$(came)
    post '{"question":"what was using the cpu"}'
    ! grep -q '"endpoint"' "$tmp/out" || fail "an endpoint without being asked for"
    post '{"question":"what was using the cpu","preview":true,"endpoint":true}'
    [ "$(came)" = "$n" ] || fail "a preview was sent"
    cp "$tmp/out" "$tmp/preview"
    post '{"question":"what was using the cpu","endpoint":true}' &
    waits=$!
    for _ in $(seq 50); do
        [ "$(came)" = "$n" ] || break
        sleep 0.1
    done
    for _ in 1 2 3; do
        kill -0 $waits || fail "the endpoint was not slow"
        curl -s --max-time 3 -o /dev/null "${url}api/v1/host" || fail "others wait for the endpoint"
    done
    wait $waits || fail "the question that waits"
    /usr/bin/python3 - "$tmp/preview" "$tmp/out" "$tmp/plain/body" <<'END' || fail "serve: $(cat "$tmp/out")"
import json, sys
preview, answer = (json.load(open(p)) for p in sys.argv[1:3])
got = open(sys.argv[3]).read()
assert preview["endpoint"]["sent"] == answer["endpoint"]["sent"] == got
assert "sekret" not in got and preview["endpoint"]["text"] is None
assert "It stood at" in answer["endpoint"]["text"] and answer["endpoint"]["not_in_data"] == ["4242", "17:03"]
assert answer["text"] == preview["text"] and "sekretprog" in answer["text"]
END
    # it ends though somebody waits
    post '{"question":"what was using the cpu","endpoint":true}' &
    sleep 1
    kill $pid
    begin=$(date +%s)
    wait $pid || fail "serve ended with $?: $(cat "$tmp/err")"
    [ $(($(date +%s) - begin)) -le 4 ] || fail "serve waited for the endpoint"
    # who may only read may not spend somebody's key
    names good
    serve --token --read-only-token
    reads=$(sed -n 's/.*"read_only_token":"\([0-9a-f]*\)".*/\1/p' "$tmp/out")
    n=$(came)
    post '{"question":"what was using the cpu","endpoint":true}' -H "Authorization: Bearer $reads"
    says '*"text":null*may only read*'
    [ "$(came)" = "$n" ] || fail "it was asked for who may only read"
    kill $pid
    wait $pid || fail "serve ended with $?"
fi
echo "$cases cases; $(came) requests$traced"
