#!/bin/sh
# `sonde export` and its kin: every format of a stored range and of now, what is refused, the file for node_exporter;
# what promtool says of it, on every recorded machine, where it is installed.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
source=$(cd "$(dirname "$0")/../.." && pwd)
export XDG_CONFIG_HOME="$tmp/none"
cd "$tmp"

# promtool FILE: no word from it
promtool_agrees()
{
    command -v promtool >/dev/null || return 0
    promtool check metrics <"$1" >"$tmp/said" 2>&1 || fail "promtool of $1: $(head -n 3 "$tmp/said")"
    [ ! -s "$tmp/said" ] || fail "promtool of $1: $(head -n 3 "$tmp/said")"
    promtool=" (promtool agrees)"
}
promtool=

# ---- a recording that writes the file for node_exporter's textfile collector ----

cat >config.yaml <<END
export: { textfile: $tmp/sonde.prom, textfile_interval: 1 }
END
"$sonde" record --config config.yaml --data data --interval 0.3 --duration 6 -q 2>err &
recorder=$! background="$background $!"
sleep 4
[ "$(stat -c %a sonde.prom)" = 644 ] || fail "the textfile has mode $(stat -c %a sonde.prom)"
cp sonde.prom copy.prom
promtool_agrees copy.prom
grep -q '^sonde_cpu_time_seconds_total{id="user"} ' copy.prom || fail "no processor time in the textfile"
expect 0 '' "$sonde" export prometheus --data data # by the recorder that runs
promtool_agrees out
wait $recorder || fail "record: $(cat err)"
[ ! -s err ] || fail "record: $(cat err)"
[ ! -e sonde.prom ] || fail "the textfile outlived the recorder: it would pass for now"
[ -z "$(find . -name '*.part')" ] || fail "something was left behind: $(ls)"
echo 'export: { textfile: sonde.txt }' >bad.yaml
expect 0 '*does not end in .prom*' "$sonde" record --config bad.yaml --data data2 --interval 0.3 --duration 0.5 -q

# What a recorder that was killed left there goes with the next one, however short that is.
echo '# of then' >sonde.prom
expect 0 '*' "$sonde" record --config config.yaml --data data2 --interval 0.3 --duration 0.5 -q
[ ! -e sonde.prom ] || fail 'what a killed recorder left stays, and passes for now'

# What others put into its way is neither followed nor opened, and holds nobody up.
echo secret >victim && chmod 600 victim
ln -s victim sonde.prom
expect 0 '*sonde.prom (export.textfile) is a symbolic link*stays*' \
    "$sonde" record --config config.yaml --data data4 --interval 0.3 --duration 2
[ "$(cat victim) $(stat -c %a victim)" = 'secret 600' ] && [ -L sonde.prom ] || fail "followed: $(ls -l)"
rm sonde.prom && mkfifo sonde.prom
expect 0 '*sonde.prom (export.textfile) is no regular file*stays*' \
    timeout 30 "$sonde" record --config config.yaml --data data4 --interval 0.3 --duration 2
[ -p sonde.prom ] || fail "the pipe went: $(ls -l)"
rm sonde.prom

# A recorded machine does not pass for this one, and what stands there stays.
echo '# of this machine' >sonde.prom
expect 0 '*' "$sonde" record --root "$source/tests/fixtures/vm-2cpu" --config config.yaml --data data3 -q
[ "$(cat sonde.prom 2>&1)" = '# of this machine' ] || fail "the textfile of a recorded machine: $(head -n 1 sonde.prom)"
rm sonde.prom

# ---- every format, of a session ----

id=$("$sonde" sessions list --json --data data | grep -o '"id": *"session_[0-9_]*"' | sed 's|.*session_||; s|"||')
for format in csv json jsonl prometheus openmetrics influx otlp graphite remote-write mqtt; do
    expect 0 '*samples*' "$sonde" export $format $id --data data -o $format.out
    [ -s $format.out ] || fail "$format: nothing"
    expect 0 '' "$sonde" export $format $id --data data
    cmp -s out $format.out || fail "$format: standard output is not the file"
    expect 0 '' "$sonde" export $format --now --fresh --data data --metrics 'cpu.*,memory.used'
    [ -s out ] || fail "$format --now: nothing"
    ! grep -qa '"host":\|,host=\|[,{]instance=\|host\.name' $format.out || fail "$format: the machine is named"
done
for format in csv json jsonl; do
    expect 0 '' "$sonde" sessions export $id --format $format --data data
    cmp -s out $format.out || fail "$format: sessions export writes something else"
done
samples=$(wc -l <jsonl.out)
[ "$(wc -l <mqtt.out)" -eq "$samples" ] || fail "mqtt: $(wc -l <mqtt.out) lines of $samples samples"
[ "$(tail -n 1 openmetrics.out)" = "# EOF" ] && [ "$(grep -c EOF openmetrics.out)" = 1 ] || fail "openmetrics: how it ends"
n=$(grep -c '^sonde_memory_used_bytes [0-9.e+]* [0-9]*$' prometheus.out)
[ "$n" -eq "$samples" ] || fail "prometheus: $n stamped lines of $samples samples"
n=$(grep -c '^sonde\.memory\.used [0-9.e+]* [0-9]*$' graphite.out)
[ "$n" -eq "$samples" ] || fail "graphite: $n lines of $samples samples"
n=$(grep -c '^sonde_memory .*used_bytes=[0-9.e+]*[, ].* [0-9]*000000$' influx.out)
[ "$n" -eq "$samples" ] || fail "influx: $n lines of $samples samples"
# What Prometheus can import, it does: as many samples as there are lines.
if command -v promtool >/dev/null; then
    promtool tsdb create-blocks-from openmetrics openmetrics.out blocks >said 2>&1 || fail "promtool: $(cat said)"
    took=$(awk '$1 ~ /^01/ { n += $5 } END { print n }' said)
    [ "$took" -eq "$(grep -vc '^#' openmetrics.out)" ] || fail "promtool imported $took samples of openmetrics.out"
fi
# a name, where one is given
for format in prometheus influx mqtt otlp remote-write; do
    expect 0 '' "$sonde" export $format $id --data data --metrics memory.used --host box-1
    grep -qa 'box-1' out || fail "$format: --host is not there"
done
# rows of minimum, mean and maximum; in messages, too
expect 0 '' "$sonde" export influx $id --data data --every 2s --metrics memory.used
says '*sonde_memory used_min_bytes=*,used_mean_bytes=*,used_max_bytes=*'
expect 0 '' "$sonde" export influx $id --data data --from 1990-01-01 --metrics memory.used
[ "$(wc -l <out)" -eq "$samples" ] || fail "--from: $(wc -l <out) lines"
"$sonde" export graphite $id --data data | head -n 1 >one || fail "a reader that leaves"
[ "$(wc -l <one)" = 1 ] || fail "head got $(wc -l <one) lines"

# the files of OptiMetrics
expect 0 '*samples*' "$sonde" export csv $id --data data --layout optimetrics --out folder
ls folder/*/cpu_*.csv folder/*/memory_*.csv >said 2>&1 || fail "--layout optimetrics: $(find folder)"
rows=$(cat folder/*/cpu_*.csv | wc -l)
[ "$rows" -eq $((samples + 1)) ] || fail "--layout optimetrics: $rows lines of $samples samples"
expect 1 '*folder is there already*' "$sonde" export csv $id --data data --layout optimetrics --out folder
expect 2 '*--layout optimetrics is of csv*' "$sonde" export json $id --data data --layout optimetrics --out folder2

# ---- of now ----

expect 0 '' "$sonde" export openmetrics --fresh --data data -o now.om
[ "$(tail -n 1 now.om)" = "# EOF" ] && grep -q '^# TYPE sonde_build info$' now.om || fail "openmetrics: of now"
expect 0 '' "$sonde" check -d 1 -i 0.5 --fresh --quiet --mode collect --data data --metrics 'cpu.*' \
    --export-prometheus check.prom
[ "$(stat -c %a check.prom)" = 644 ] || fail "--export-prometheus: mode $(stat -c %a check.prom)"
ln -s victim own.prom
expect 0 '' "$sonde" check -d 1 -i 0.5 --fresh --quiet --mode collect --data data --export-prometheus own.prom
[ "$(stat -c %a victim)" = 600 ] && grep -q sonde_ victim || fail "--export-prometheus: a link: $(ls -l victim)"
if [ "$(id -u)" = 0 ]; then
    echo secret >victim && chown -h 65534 own.prom
    expect 1 '*own.prom*links of other users are not followed*' \
        "$sonde" check -d 1 -i 0.5 --fresh --quiet --mode collect --data data --export-prometheus own.prom
    [ "$(cat victim)" = secret ] || fail '--export-prometheus follows a link of somebody else'
fi
! grep -q sonde_memory check.prom || fail "--export-prometheus: --metrics is not heard"
promtool_agrees check.prom

# ---- what is refused ----

expect 2 '*in which format*' "$sonde" export
expect 2 "*no format 'influxx'*influx*" "$sonde" export influxx last
expect 2 "*no format 'xml'*" "$sonde" export xml last
expect 2 '*say what*' "$sonde" export influx --data data
expect 2 '*--now*' "$sonde" export influx last --now --data data
expect 2 '*--every is of a session or a range*' "$sonde" export prometheus --every 10m --data data
expect 2 '*' "$sonde" export csv --from 2026-11-22T12:00 --to 2026-11-22T11:00 --data data
expect 2 '*no.such*' "$sonde" export prometheus --metrics no.such --fresh --data data
expect 1 '*no.such*selects nothing*' "$sonde" export influx last --metrics no.such --data data
expect 1 '*nothing was recorded*' "$sonde" export otlp --from 1990-01-01 --to 1990-01-02 --data data
expect 1 '*gone/x*' "$sonde" export otlp last --data data --out gone/x
expect 1 '*gone/x*' "$sonde" export prometheus --fresh --data data --out gone/x
expect 1 '*' "$sonde" export influx last --data nowhere
expect 1 '*is no file*--out*' "$sonde" export influx last --data data --out /dev/full

# ---- on every recorded machine: names that promtool likes, and no family twice ----

machines=0
"$sonde" export prometheus --fresh --data data | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' >names
for machine in "$source"/tests/fixtures/*/; do
    [ -f "$machine/ORIGIN" ] || continue
    expect 0 '*' "$sonde" export prometheus --root "$machine" --data data
    promtool_agrees out
    sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' out >>names
    expect 0 '*' "$sonde" export openmetrics --root "$machine" --data data
    twice=$(grep '^# TYPE' out | awk '{ print $3 }' | sort | uniq -d)
    [ -z "$twice" ] || fail "$machine: families that come twice: $twice"
    twice=$(grep -v '^#' out | sed 's/ [^ ]*$//' | sort | uniq -d)
    [ -z "$twice" ] || fail "$machine: samples that come twice: $twice"
    machines=$((machines + 1))
done
# The dashboard asks for nothing that does not exist. No machine here has a sensor of power.
grep -o 'sonde_[a-z0-9_]*' "$source/data/grafana/sonde.json" | sort -u >asked
unknown=$(sort -u names | comm -13 - asked | grep -vx sonde_sensor_power_watts || :)
[ -z "$unknown" ] || fail "the dashboard asks for" $unknown
echo "$cases command lines, 10 formats of $samples samples, $machines machines$promtool"
