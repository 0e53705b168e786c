#!/bin/sh
# OTLP over HTTP, while it is recorded and afterwards: a collector that decodes with OpenTelemetry's own code, puts off
# two requests and says of a third that it did not keep all, has every point once, value by value; what it said is told
# once.
. "$(dirname "$0")/../lib.sh"
sonde=$1/sonde
here=$(cd "$(dirname "$0")" && pwd)
export XDG_CONFIG_HOME="$tmp"
command -v node >/dev/null || skip "no node"
[ -d "$here/../../../web/node_modules/@opentelemetry/otlp-transformer" ] || skip "no @opentelemetry/otlp-transformer"
[ -e "$1/sonde-fetch.so" ] || skip "built without libcurl"

node "$here/otlp_stub.mjs" "$tmp" 2>"$tmp/stub" & background="$background $!"
for _ in $(seq 100); do [ ! -s "$tmp/port" ] || break; sleep 0.1; done
[ -s "$tmp/port" ] || fail "the collector does not start: $(cat "$tmp/stub")"
to=http://127.0.0.1:$(cat "$tmp/port")/v1/metrics
cat >"$tmp/c.yaml" <<END
push:
  finish_s: 30
  targets: [ "otel otlp $to interval=1 host=box-1" ]
END
"$sonde" metrics --json >"$tmp/metrics"
"$sonde" record --config "$tmp/c.yaml" --data "$tmp/data" --interval 0.2 --duration 8 >"$tmp/out" 2>"$tmp/said" ||
    fail "record: $(cat "$tmp/said")"
"$sonde" sessions export last --data "$tmp/data" --format jsonl >"$tmp/rows"

# compare REQUESTS: what they hold is what was recorded, and nothing twice; in $tmp/equal
compare()
{
    node "$here/otlp.mjs" "$1" "$tmp/rows" "$tmp/metrics" >"$tmp/equal" || fail "$(cat "$tmp/equal" "$tmp/requests")"
}
compare "$tmp/took"
[ "$(cut -d' ' -f1 "$tmp/requests" | head -n 3 | tr '\n' ' ')" = "503 429 200 " ] || fail "$(cat "$tmp/requests")"
[ "$(wc -l <"$tmp/requests")" -ge 5 ] || fail "in one piece: $(cat "$tmp/requests")"
! grep -v 'POST /v1/metrics application/x-protobuf application/x-protobuf$' "$tmp/requests" ||
    fail "a request otherwise"
[ "$(grep -c 'otel took a batch, but for 3 values, which it rejected: too far ?\[2J away' "$tmp/said")" -eq 1 ] ||
    fail "what it rejected is not told once: $(cat "$tmp/said")"
[ "$(grep -c push: "$tmp/said")" -eq 1 ] || fail "more is said: $(cat "$tmp/said")"
expect 0 '' "$sonde" sessions show last --json --data "$tmp/data"
says '*which it rejected: too far ?\[2J away*'
pushed=$(cat "$tmp/equal")

# The same range, afterwards.
mv "$tmp/took" "$tmp/took.recorded"
expect 0 'Sent * samples to *' "$sonde" export otlp last --data "$tmp/data" --host box-1 --push "$to"
compare "$tmp/took"
[ "$(cat "$tmp/equal")" = "$pushed" ] || fail "$pushed, and afterwards $(cat "$tmp/equal")"
echo "$pushed in $(wc -l <"$tmp/requests") requests"
