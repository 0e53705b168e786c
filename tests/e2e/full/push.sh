#!/bin/sh
# Real receivers that are killed at random while an hour is sent to them: push.sh BUILD_DIR
. "$(dirname "$0")/../lib.sh"
for program in prometheus victoria-metrics influxd mosquitto mosquitto_sub python3; do
    command -v $program >/dev/null || skip "no $program"
done
for module in fetch snappy mqtt; do
    [ -e "$1/sonde-$module.so" ] || skip "built without sonde-$module"
done
export XDG_CONFIG_HOME="$tmp"
mkdir "$tmp/push"
python3 "$(dirname "$0")/push.py" "$1" "$tmp/push" "${SONDE_KILLS:-50}" "${SONDE_SEED:-1}"
