#!/bin/sh
# Exports against the programs that they are for: promtool and Prometheus on /metrics, every query of the Grafana
# dashboard, OpenTelemetry's decoder of OTLP, a WriteRequest, and an hour of line protocol in InfluxDB.
. "$(dirname "$0")/../lib.sh"
sonde=$1/sonde
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../.." && pwd)
export XDG_CONFIG_HOME="$tmp/none"
for program in prometheus promtool influxd curl node; do
    command -v $program >/dev/null || skip "$program is not installed"
done
[ -e "$1/sonde-web.so" ] || skip "built without libwebsockets"
[ -d "$source/web/node_modules/@opentelemetry/otlp-transformer" ] || skip "@opentelemetry/otlp-transformer is not installed"
check="/usr/bin/python3 $here/scrape.py"

free_port()
{
    /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# up URL: waits until it answers
up()
{
    for _ in $(seq 200); do
        ! curl -sf -o "$tmp/up" "$1" || return 0
        sleep 0.1
    done
    fail "$1 does not answer"
}

# ---- Prometheus ----

serve_start --data "$tmp/data"
sleep 3
curl -s -D "$tmp/head" -o "$tmp/text" "${url}metrics"
grep -qi '^content-type: text/plain; version=0.0.4; charset=utf-8' "$tmp/head" || fail "$(cat "$tmp/head")"
promtool check metrics <"$tmp/text" >"$tmp/said" 2>&1 || fail "promtool: $(head "$tmp/said")"
[ ! -s "$tmp/said" ] || fail "promtool: $(head -n 3 "$tmp/said")"
curl -s -D "$tmp/head" -o "$tmp/open" "${url}metrics" \
    -H 'Accept: application/openmetrics-text; version=1.0.0, text/plain;q=0.5'
grep -qi '^content-type: application/openmetrics-text; version=1.0.0; charset=utf-8' "$tmp/head" ||
    fail "$(cat "$tmp/head")"
[ "$(tail -n 1 "$tmp/open")" = "# EOF" ] && grep -q '^# UNIT sonde_memory_used_bytes bytes$' "$tmp/open" || fail "OpenMetrics"

# Prometheus has other machines as well, imported from OpenMetrics: with graphics processors, sensors, a battery.
others=
for machine in h200-server rtx-desktop amd-desktop laptop; do
    "$sonde" record --root "$source/tests/fixtures/$machine" --data "$tmp/$machine" >/dev/null 2>&1
    "$sonde" export openmetrics last --data "$tmp/$machine" --host $machine --out "$tmp/$machine.om" -q
    promtool tsdb create-blocks-from openmetrics "$tmp/$machine.om" "$tmp/prometheus" >"$tmp/said" 2>&1 ||
        fail "promtool imports $machine: $(cat "$tmp/said")"
    others="$others $machine=$(grep -v '^#' "$tmp/$machine.om" | sed 's/.* //' | sort -n | tail -n 1)"
done

port=$(free_port)
cat >"$tmp/prometheus.yaml" <<END
global: { scrape_interval: 2s }
scrape_configs:
  - job_name: sonde
    static_configs: [ { targets: [ "$(echo "$url" | sed 's|.*//||; s|/||')" ] } ]
END
prometheus --config.file="$tmp/prometheus.yaml" --storage.tsdb.path="$tmp/prometheus" --log.level=warn \
    --storage.tsdb.retention.time=20y     --web.listen-address=127.0.0.1:"$port" >"$tmp/prometheus.log" 2>&1 &
background="$background $!"
sleep 32
up "http://127.0.0.1:$port/-/ready"
"$sonde" export jsonl --from '10 minutes ago' --data "$tmp/data" >"$tmp/rows" || fail "export jsonl"
curl -s "${url}api/v1/metrics" >"$tmp/metrics"
$check metrics "$tmp/metrics" "$tmp/rows.metrics"
$check prometheus "$url" "$tmp/rows" "http://127.0.0.1:$port" "$source/data/grafana/sonde.json" $others \
    >"$tmp/scraped" || fail "$(cat "$tmp/scraped" "$tmp/prometheus.log")"
! grep -v 'Overlapping blocks' "$tmp/prometheus.log" >"$tmp/said" || fail "Prometheus: $(cat "$tmp/said")"
kill $background
wait

# ---- OTLP and remote write, of the same range ----

range="--from 2020-01-01 --data $tmp/data --host box-1"
"$sonde" export jsonl --from 2020-01-01 --data "$tmp/data" >"$tmp/rows"
"$sonde" export otlp $range --out "$tmp/request.otlp" -q
node "$here/otlp.mjs" "$tmp/request.otlp" "$tmp/rows" "$tmp/rows.metrics" >"$tmp/otlp" ||
    fail "OTLP: $(cat "$tmp/otlp")"
"$sonde" export remote-write $range --out "$tmp/request.write" -q
$check remote-write "$tmp/request.write" "$tmp/rows" >"$tmp/write" || fail "remote write: $(cat "$tmp/write")"
# a machine with sensors and graphics processors
"$sonde" metrics --root "$source/tests/fixtures/h200-server" --json >"$tmp/h200.metrics"
"$sonde" export jsonl last --data "$tmp/h200-server" >"$tmp/h200.rows"
"$sonde" export otlp last --host box-1 --data "$tmp/h200-server" --out "$tmp/h200.otlp" -q
node "$here/otlp.mjs" "$tmp/h200.otlp" "$tmp/h200.rows" "$tmp/h200.metrics" >"$tmp/h200.said" ||
    fail "OTLP: $(cat "$tmp/h200.said")"

# ---- InfluxDB, an hour by file ----

$check hour "$tmp/rows" "$tmp/hour.csv" || fail "no hour"
"$sonde" import "$tmp/hour.csv" --data "$tmp/hour" >"$tmp/said" 2>&1 || fail "import: $(cat "$tmp/said")"
"$sonde" export jsonl last --data "$tmp/hour" >"$tmp/hour.rows"
[ "$(wc -l <"$tmp/hour.rows")" = 3600 ] || fail "an hour of $(wc -l <"$tmp/hour.rows") rows"
"$sonde" export influx last --data "$tmp/hour" --out "$tmp/hour.lp" -q
port=$(free_port) other=$(free_port)
cat >"$tmp/influx.conf" <<END
reporting-disabled = true
bind-address = "127.0.0.1:$other"
[meta]
  dir = "$tmp/influx/meta"
[data]
  dir = "$tmp/influx/data"
  wal-dir = "$tmp/influx/wal"
  max-series-per-database = 0
[coordinator]
  write-timeout = "300s"
[http]
  bind-address = "127.0.0.1:$port"
  max-body-size = 0
  log-enabled = false
[monitor]
  store-enabled = false
END
influxd -config "$tmp/influx.conf" >"$tmp/influx.log" 2>&1 &
background="$!"
up "http://127.0.0.1:$port/ping"
influx="http://127.0.0.1:$port"
curl -sf -XPOST "$influx/query" --data-urlencode 'q=CREATE DATABASE sonde' >/dev/null || fail "no database"
status=$(curl -s -o "$tmp/said" -w '%{http_code}' --data-binary @"$tmp/hour.lp" "$influx/write?db=sonde")
[ "$status" = 204 ] || fail "InfluxDB took it with $status: $(head -c 300 "$tmp/said")"
$check influx "$tmp/hour.rows" "$influx" >"$tmp/influx.said" || fail "$(cat "$tmp/influx.said")"
kill $background
wait || :
echo "$(cat "$tmp/scraped"); $(cat "$tmp/otlp"); of an H200 server $(cat "$tmp/h200.said"); $(cat "$tmp/write");" \
    "$(cat "$tmp/influx.said")"
