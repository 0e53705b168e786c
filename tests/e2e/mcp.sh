#!/bin/sh
# The Model Context Protocol as the official client (npm: @modelcontextprotocol/sdk) speaks it: every tool, resource and
# prompt over standard input and over HTTP, on a recording and a running recorder; who may ask; 10,000 messages of
# noise.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
here=$(cd "$(dirname "$0")" && pwd)
sdk=$here/../../web/node_modules/@modelcontextprotocol/sdk
command -v node >/dev/null || skip "no node"
[ -d "$sdk" ] || skip "no @modelcontextprotocol/sdk in web/node_modules"
HOME=$tmp XDG_CONFIG_HOME=$tmp/config
export HOME XDG_CONFIG_HOME
client="node $here/mcp_client.mjs $sdk"

# ---- what it says to people ----

expect 2 '*unknown option --tools*' "$sonde" mcp --tools
expect 1 '*nothing.csv*' "$sonde" mcp --replay "$tmp/nothing.csv"
echo '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"current_state"}}' >"$tmp/line"
expect 0 '' "$sonde" mcp --data "$tmp/none" <"$tmp/line"
says '{"jsonrpc":"2.0","id":1,"result":*glance*sonde record*"numbers":*"cpu.util"*"isError":false}}'
sed 's/current_state/events/' "$tmp/line" >"$tmp/events"
expect 0 '' "$sonde" mcp --data "$tmp/none" <"$tmp/events"
says '{"jsonrpc":"2.0","id":1,"result":*sonde record*"isError":true}}'
[ ! -e "$tmp/none" ] || fail "it made a data directory"

# a line that is too long is refused, and the next one answered
{
    head -c 70000 /dev/zero | tr '\0' x
    printf '\n\n{"jsonrpc":"2.0","id":2,"method":"ping"}'
} >"$tmp/line"
expect 0 '' "$sonde" mcp --data "$tmp/none" <"$tmp/line"
says '*"id":null,"error":{"code":-32600,*
{"jsonrpc":"2.0","id":2,"result":{}}'

# ---- a recording of two hours, with something unusual in it ----

awk 'BEGIN {
    print "t,cpu.util,memory.util,disk.write.rate"
    for (i = 0; i < 2880; i++) {
        bad = i > 2300 && i < 2340
        printf "%.1f,%.2f,%.2f,%d\n", 1795341600 + i * 2.5, bad ? 97 + i % 3 : 10 + i * 7 % 5,
               40 + i * 3 % 4 * 0.1, 1000 * (bad ? 90000 + i % 7 * 100 : 50 + i * 13 % 9)
    }
}' >"$tmp/hours.csv"
$client stdio "$sonde" mcp --replay "$tmp/hours.csv" >"$tmp/replay" 2>&1 || fail "a recording: $(cat "$tmp/replay")"
echo '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"anomalies"}}' >"$tmp/line"
expect 0 '' "$sonde" mcp --replay "$tmp/hours.csv" <"$tmp/line"
says '*2026-11-22T11:3*disk.write.rate*"isError":false}}'

# ---- a recorder that runs ----

: >"$tmp/err"
serve_start --data "$tmp/data" --interval 0.1 --mcp
cp "$(command -v yes)" "$tmp/yq" # a name that is too short to be looked for in sentences
"$tmp/yq" >/dev/null &
busy=$! background="$background $!"
sleep 4
cat >"$tmp/line" <<'END'
{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"processes","arguments":{"limit":60}}}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"what used the cpu"}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"current_state"}}
{"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"sonde://report"}}
END
for _ in $(seq 20); do # on a busy machine it takes a while to be among the busiest
    expect 0 '' "$sonde" mcp --data "$tmp/data" <"$tmp/line"
    ! grep -q '"yq"' "$tmp/out" || break
    sleep 0.5
done
says '*yq (pid *"yq"*'
expect 0 '' "$sonde" mcp --data "$tmp/data" --no-process-names <"$tmp/line"
says '*process 1 (pid *"process 1"*'
! grep -q 'yq' "$tmp/out" || fail "a name is told that is not to be: $(cat "$tmp/out")"
kill $busy
$client stdio "$sonde" mcp --data "$tmp/data" >"$tmp/stdio" || fail "stdio: $(cat "$tmp/stdio" "$tmp/err")"
$client http "${url}mcp" >"$tmp/http" || fail "http: $(cat "$tmp/http" "$tmp/err")"

# ask STATUS CURL-OPTIONS...: /mcp over HTTP
ask()
{
    want=$1
    shift
    got=$(curl -s -o "$tmp/body" -w '%{http_code}' "$@" "${url}mcp")
    [ "$got" = "$want" ] || fail "/mcp gave $got and not $want: $*: $(cat "$tmp/body")"
}
json='Content-Type: application/json' ping='{"jsonrpc":"2.0","id":1,"method":"ping"}'
ask 200 -H "$json" -d "$ping"
ask 403 -H "$json" -H 'Origin: http://evil.example' -d "$ping"
ask 421 -H "$json" -H 'Host: evil.example' -d "$ping"
ask 403 -d "$ping" # a form of another page cannot send JSON
ask 202 -H "$json" -d '{"jsonrpc":"2.0","method":"notifications/initialized"}'
ask 400 -H "$json" -H 'MCP-Protocol-Version: 1999-01-01' -d "$ping"
ask 400 -H "$json" -d '{'
ask 405
ask 405 -X DELETE
head -c 70000 /dev/zero | tr '\0' x >"$tmp/long"
ask 413 -H "$json" --data-binary "@$tmp/long"
kill $pid
wait $pid || fail "serve ended with $?: $(cat "$tmp/err")"
$client noise 10000 20261122 "$sonde" mcp --data "$tmp/data" >"$tmp/noise" ||
    fail "noise: $(cat "$tmp/noise" "$tmp/err")"

# ---- with a token; and switched off, which is so unless somebody says otherwise ----

serve_start --data "$tmp/data" --mcp --read-only-token
token=$(sed -n 's/.*"read_only_token":"\([^"]*\)".*/\1/p' "$tmp/out")
ask 401 -H "$json" -d "$ping"
ask 405 -H "Authorization: Bearer $token"
$client refused "${url}mcp" >"$tmp/refused" || fail "without a token: $(cat "$tmp/refused")"
$client http "${url}mcp" "$token" >"$tmp/http2" || fail "with a token: $(cat "$tmp/http2" "$tmp/err")"
kill $pid
wait $pid || fail "serve ended with $?: $(cat "$tmp/err")"
serve_start --data "$tmp/data"
ask 404 -H "$json" -d "$ping"
grep -q -e '--mcp' "$tmp/body" || fail "it does not say how to switch it on: $(cat "$tmp/body")"
kill $pid
wait $pid || :
printf 'mcp.http: true\n' | sed 's/mcp.http/mcp:\n  http/' >"$tmp/config.yaml"
serve_start --data "$tmp/data" --config "$tmp/config.yaml"
ask 200 -H "$json" -d "$ping"
kill $pid
wait $pid || :
cat "$tmp/replay" "$tmp/stdio" "$tmp/http" "$tmp/refused" | tr '\n' ';' | sed 's/;/; /g'
cat "$tmp/noise"
