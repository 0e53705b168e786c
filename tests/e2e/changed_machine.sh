#!/bin/sh
# A recorder over a machine whose packages, mounts, devices and versions change while it runs and while it does not:
# each change is one event with its own time, and a recorder that starts again tells nothing twice.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
XDG_CONFIG_HOME=$tmp/config TZ=UTC0
export XDG_CONFIG_HOME TZ
m=$tmp/machine
mkdir -p "$m/proc/self" "$m/proc/1" "$m/proc/sys/kernel/random" "$m/sys/block/sda/device" "$m/sys/class/net/eth0" \
    "$m/var/log" "$m/sys/bus/usb/devices" "$m/sys/fs/cgroup/system.slice/nginx.service"
now=$(date +%s)
stamp()
{
    date -u -d "@$(($now - $1))" '+%Y-%m-%d %H:%M:%S'
}
machine()
{
    printf 'cpu  10 0 10 1000 0 0 0 0 0 0\ncpu0 10 0 10 1000 0 0 0 0 0 0\nbtime %s\n' "$1" >"$m/proc/stat"
    echo "$2" >"$m/proc/sys/kernel/random/boot_id"
    echo "$3" >"$m/proc/sys/kernel/osrelease"
}
mounted()
{
    printf '%s 1 8:%s / %s %s,relatime - ext4 /dev/sda%s %s\n' "$1" "$1" "$2" "$3" "$1" "$3"
}
machine $(($now - 3600)) 11111111-0000-4000-8000-000000000001 6.1.0-17-amd64
# What our own process sees counts only where that of the first one cannot be read: to a service of systemd all is "ro".
mounts=$m/proc/1/mountinfo
mounted 1 / ro >"$m/proc/self/mountinfo"
mounted 1 / rw >"$mounts"
printf '1 1 0:1 / /proc rw - proc proc rw\n' >>"$mounts"
echo "Disk One" >"$m/sys/block/sda/device/model"
echo up >"$m/sys/class/net/eth0/operstate"
{
    echo "$(stamp 200000) upgrade old:amd64 1 2" # longer ago than a day: not told
    echo "$(stamp 7200) startup archives unpack"
    echo "$(stamp 7200) upgrade bash:amd64 5.1-1 5.2-1"
    echo "$(stamp 7199) status half-configured bash:amd64 5.1-1"
    echo "$(stamp 7198) upgrade linux-image-amd64:amd64 6.1.1 6.1.2"
    echo "$(stamp 7000) remove nano:amd64 7.2-1 <none>"
} >"$m/var/log/dpkg.log"

echo "$(date -u '+%Y-%m-%dT%H:%M:%S.000000+00:00') box kernel: Linux version 6.1.0-17-amd64" >"$m/var/log/syslog"

printf 'logs: { files: ["%s"], journal: "" }\n' "$m/var/log/syslog" >"$tmp/logs.yaml"
begin()
{
    "$sonde" record --root "$m" --data "$tmp/data" --config "$tmp/${1:-logs}.yaml" -i 0.2 --quiet >"$tmp/out" 2>"$tmp/err" &
    pid=$! background="$background $!"
    for _ in $(seq 50); do
        [ ! -e "$tmp/data/models/changes" ] || return 0
        kill -0 $pid 2>/dev/null || fail "record: $(cat "$tmp/err")"
        sleep 0.1
    done
    fail "nothing was kept: $(cat "$tmp/err")"
}
finish()
{
    kill -TERM $pid
    wait $pid || fail "record ended with $?: $(cat "$tmp/err")"
}
begin
sleep 1.5
mounted 2 /srv/data rw >>"$mounts"
mkdir -p "$m/sys/block/sdb/device" "$m/sys/bus/usb/devices/1-2" "$m/sys/bus/usb/devices/1-2:1.0"
echo "Stick \033[31mTwo" >"$m/sys/block/sdb/device/model"
echo down >"$m/sys/class/net/eth0/operstate"
{
    said=$(date -u '+%Y-%m-%dT%H:%M:%S.000000+00:00')
    echo "$said box kernel: e1000e 0000:00:1f.6 eth0: NIC Link is Down" # which /sys says, too
    echo "$said box systemd[1]: nginx.service: Failed with result 'exit-code'."
    echo "$said box kernel: Out of memory: Killed process 4242 (stress-ng-vm) total-vm:1kB"
    echo "$said box evil[7]: Out of memory: Killed process 1 (init) total-vm:1kB"
} >>"$m/var/log/syslog"
printf '%s install h' "$(stamp 100)" >>"$m/var/log/dpkg.log" # torn: the rest comes later
sleep 1.5
echo "top:amd64 <none> 3.2-1" >>"$m/var/log/dpkg.log"
{
    mounted 1 / rw
    mounted 2 /srv/data ro
} >"$tmp/new" && mv "$tmp/new" "$mounts"
sleep 3.5
finish

# What happens while nobody records: a start with another kernel, a mount that went, a log that was rotated.
machine $(date +%s) 22222222-0000-4000-8000-000000000002 6.1.0-18-amd64
mounted 1 / rw >"$mounts"
# What stops and starts with the machine is no change; what fails then is one. And of a flood the rest is counted, but
# what is grave is told however many lesser ones there are before it.
{
    said=$(date -u -d '+1 second' '+%Y-%m-%dT%H:%M:%S.000000+00:00')
    echo "$said box systemd[1]: Started cron.service - Regular background program processing daemon."
    echo "$said box systemd[1]: apache2.service: Failed with result 'timeout'."
    for i in $(seq 150); do
        echo "$said box systemd[1]: worker$i.service: Failed with result 'exit-code'."
        echo "$said box kernel: I/O error, dev sdflood$i, sector 1"
    done
    echo "$said box kernel: Out of memory: Killed process 4711 (drowned) total-vm:1kB"
} >>"$m/var/log/syslog"
echo "$(stamp 90) upgrade curl:amd64 7.1 7.2" >>"$m/var/log/dpkg.log"
mv "$m/var/log/dpkg.log" "$m/var/log/dpkg.log.1"
echo "$(stamp 80) upgrade wget:amd64 1.1 1.2" >"$m/var/log/dpkg.log"
rm -r "$m/sys/block/sdb"
sleep 1
begin
sleep 1.5
finish
begin
sleep 1.5
finish

# Who wants no mount points kept hears that something was mounted, and finds no name of it anywhere.
printf 'privacy: { collect_mount_points: false }\n' >"$tmp/private.yaml"
mounted 1 / rw >"$m/proc/self/mountinfo"
rm -r "$m/proc/1"
begin private
sleep 1.5
mounted 3 /top/secret rw >>"$m/proc/self/mountinfo"
sleep 1.5
finish
! grep -rq 'secret' "$tmp/data" || fail "a mount point was kept"
begin private
sleep 1.5
finish

# Five minutes after its start a machine has started: what comes then is a change, also for a recorder that was there.
machine $(($(date +%s) - 297)) 33333333-0000-4000-8000-000000000003 6.1.0-18-amd64
begin
sleep 5
echo up >"$m/sys/class/net/eth0/operstate"
sleep 1.5
finish

"$sonde" analyze --data "$tmp/data" --from '1 hour ago' --json >"$tmp/report" 2>"$tmp/err" || fail "analyze: $(cat "$tmp/err")"
/usr/bin/python3 - "$tmp/report" "$now" <<'END'
import json, sys, calendar, time
events = [e for e in json.load(open(sys.argv[1]))["session"]["events"] if e["kind"] == "change"]
now = int(sys.argv[2])
texts = [e["text"] for e in events]
def at(text):
    hits = [e for e in events if e["text"] == text]
    assert len(hits) == 1, (text, texts)
    return calendar.timegm(time.strptime(hits[0]["time"][:19], "%Y-%m-%dT%H:%M:%S"))
assert len(set(texts)) == len(texts), texts
assert at("the machine started (boot 11111111)") == now - 3600
assert at("upgraded 2 packages: linux-image-amd64 6.1.1 to 6.1.2, bash 5.1-1 to 5.2-1") == now - 7200
assert at("removed nano 7.2-1") == now - 7000
assert at("installed htop 3.2-1") == now - 100
assert at("upgraded curl 7.1 to 7.2") == now - 90, texts
assert at("upgraded wget 1.1 to 1.2") == now - 80
assert abs(at("file system /srv/data was mounted (ext4)") - now) < 30
assert at("file system /srv/data became read-only") > now
at("USB device 1-2 was plugged in")
at("disk sdb was plugged in (Stick ?[31mTwo)")
at("network interface eth0 lost its link")
at("network interface eth0 has a link")
at("service nginx.service failed: exit-code")
at("service apache2.service failed: timeout")
assert not any("cron" in t for t in texts), texts
at("service worker1.service failed: exit-code")
workers, left = sum("worker" in t for t in texts), [int(t.split()[1]) for t in texts if "more changes at once" in t]
flood = workers + sum("sdflood" in t for t in texts)
assert flood < 150 and flood + sum(left) == 300, (workers, flood, left, texts)
at("the kernel ended drowned (pid 4711) for lack of memory")
at("the kernel ended stress-ng-vm (pid 4242) for lack of memory")
at("file system was mounted (ext4)")
assert not any("init" in t for t in texts), texts
boot = [t for t in texts if t.startswith("the machine started (boot 22222222)")]
assert len(boot) == 1 and "it had been shut down in order" in boot[0], texts
assert at("after the start, kernel changed from 6.1.0-17-amd64 to 6.1.0-18-amd64") >= now
at("after the start, file system /srv/data was unmounted (ext4)")
assert not any("old" in t.split() for t in texts), texts
print(len(texts), "changes")
END
