# logs_live.sh SONDE FOLDER: run by logs.sh in a mount namespace of its own. A real journald, a recorder that follows
# its journal, chatter, a line that says why, and a burst of memory that is unusual.
set -eu
sonde=$1 tmp=$2
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal /run/systemd/journald.conf.d
[ ! -d /var/log/journal ] || mount -t tmpfs tmpfs /var/log/journal
printf '[Journal]\nStorage=volatile\nReadKMsg=no\nRateLimitBurst=0\nForwardToSyslog=no\n' \
    >/run/systemd/journald.conf.d/test.conf
/lib/systemd/systemd-journald >"$tmp/journald" 2>&1 &
journald=$!
trap 'kill $chatter $recorder $journald 2>/dev/null || :' EXIT
chatter= recorder=
for _ in $(seq 50); do
    [ ! -S /run/systemd/journal/stdout ] || break
    sleep 0.1
done
[ -S /run/systemd/journal/stdout ] || { echo "journald does not start: $(cat "$tmp/journald")"; exit 77; }

# An error every 0.3 s and a critical line every 5 s: nothing that explains anything.
(
    i=0
    while sleep 0.3; do
        i=$((i + 1))
        echo "<3>upstream $i timed out"
        [ $((i % 16)) -ne 0 ] || echo "<2>battery at $i %"
    done
) | systemd-cat -t chatter &
chatter=$!
# Only memory is read, as others may do anything with the rest of the machine meanwhile.
cat >"$tmp/live.yaml" <<'END'
general: { collect_gpu: false, collect_cpu: false, collect_disk: false, collect_network: false, collect_power: false }
analysis: { budget_per_day: 24 }
adapters: { disabled: [process, pressure, paging, services, services_io, cgroup, kernel, slab, numa, zones, sockets] }
END
"$sonde" record --data "$tmp/live" --config "$tmp/live.yaml" --interval 1 >"$tmp/record" 2>"$tmp/record.err" &
recorder=$!
sleep 40
echo "Out of memory: Killed process 4711 (planted) total-vm:1024kB" | systemd-cat -t kernel -p err
sleep 2
stress-ng --vm 2 --vm-bytes 8G --vm-keep --vm-populate --timeout 25 --quiet || :
sleep 10
kill $recorder
wait $recorder || { echo "record: $(cat "$tmp/record.err")"; exit 1; }
"$sonde" events last --data "$tmp/live" --config "$tmp/live.yaml" --json >"$tmp/live.json"
"$sonde" events last --data "$tmp/live" --config "$tmp/live.yaml" --logs
