#!/bin/sh
# The Debian package in a clean Debian: what it brings, that it enables nothing; under a real systemd (in namespaces of
# its own) that `sonde service install` records, that the hardened unit sees every metric that root sees, the journal
# and the log of packages, and writes where a drop-in lets it; an upgrade of what runs, removal that keeps the data, and
# a purge that leaves nothing.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip 'needs root'
for tool in debootstrap dpkg-buildpackage dh unshare nsenter python3; do
    command -v $tool >/dev/null || skip "no $tool here"
done
tree=$(cd "$(dirname "$0")/../../.." && pwd)
cache=$tree/build-debian
root=$tmp/root

# ---- the package, and an older one ----

commit=$(git -C "$tree" rev-parse HEAD 2>/dev/null) || skip 'no git tree here'
newest=$(find "$tree/build-package" -maxdepth 1 -name 'sonde_*.deb' 2>/dev/null || :)
if [ -z "$newest" ] || [ "$commit" != "$(cat "$tree/build-package/commit" 2>/dev/null)" ]; then
    (cd "$tree" && DEB_BUILD_OPTIONS=nocheck ./dev package) >"$tmp/log" 2>&1 ||
        fail "no package: $(tail -n 30 "$tmp/log")"
    newest=$(find "$tree/build-package" -maxdepth 1 -name 'sonde_*.deb')
fi
version=$(dpkg-deb -f "$newest" Version)
dpkg-deb -R "$newest" "$tmp/older"
sed -i 's/^Version: .*/Version: 0.0.9/' "$tmp/older/DEBIAN/control"
dpkg-deb --root-owner-group -b "$tmp/older" "$tmp/older.deb" >/dev/null
rm -r "$tmp/older"
cp "$newest" "$tmp/newer.deb"
if command -v lintian >/dev/null; then
    lintian --fail-on error --allow-root "$newest" >"$tmp/log" 2>&1 || fail "lintian: $(cat "$tmp/log")"
fi

# ---- a clean Debian, made once ----

mirror=$(sed -n 's/^URIs: *\(.*debian\) *$/\1/p;s/^deb *\([^ ]*debian\/*\) .*/\1/p' /etc/apt/sources.list \
    /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1)
if [ ! -e "$cache/bookworm.whole" ]; then
    rm -rf "$cache/bookworm"
    mkdir -p "$cache"
    timeout 400 debootstrap --variant=minbase --include=systemd,dbus,procps bookworm "$cache/bookworm" \
        ${mirror:+"$mirror"} >"$tmp/log" 2>&1 || skip "no mirror of Debian: $(tail -n 1 "$tmp/log")"
    touch "$cache/bookworm.whole"
fi

# Everything below happens in mount namespaces that end with their processes: nothing stays mounted here.
# inside COMMAND...: in the root, without a service manager.
cat >"$tmp/inside.sh" <<'END'
root=$1
shift
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" "$@"
END
inside()
{
    unshare --mount --pid --fork --kill-child sh "$tmp/inside.sh" "$root" "$@" </dev/null
}

# A copy, as fast as the file system makes one.
cp -a --reflink=auto "$cache/bookworm" "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf"
for part in /etc/apt/apt.conf.d/*; do # how packages are fetched here
    case $part in
    *docker* | *[0-9][0-9]proxy* | *registry*) cp "$part" "$root/etc/apt/apt.conf.d/" ;;
    esac
done
mkdir "$root/packages"
mv "$tmp/older.deb" "$tmp/newer.deb" "$root/packages/"
inside apt-get update -qq >"$tmp/log" 2>&1 || skip "no mirror of Debian: $(tail -n 1 "$tmp/log")"
inside apt-get install -s /packages/newer.deb >"$tmp/plan" 2>"$tmp/log" || fail "cannot be installed: $(cat "$tmp/log")"
needed=$(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$tmp/plan" | grep -vx sonde || :)
# shellcheck disable=SC2086
inside apt-get install -y -qq --no-install-recommends $needed >"$tmp/log" 2>&1 ||
    skip "no mirror of Debian: $(tail -n 1 "$tmp/log")"

# listed: every file but what dpkg, apt and caches write themselves.
listed()
{
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o \
        -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log -o -path ./packages -o \
        -path ./var/tmp -o -path ./var/lib/systemd \) -prune -o -printf '%P %y\n' |
        grep -Ev '^etc/(passwd|group|shadow|gshadow|subuid|subgid)- f$|^etc/machine-id f$|^\.old d$' | sort)
}
accounts() # names and numbers
{
    cut -d : -f 1,3,4 "$root/etc/passwd" "$root/etc/group"
}
listed >"$tmp/before"
accounts >"$tmp/accounts"

# ---- installed ----

inside apt-get install -y -qq /packages/older.deb >"$tmp/log" 2>&1 || fail "install: $(cat "$tmp/log")"
grep -q 'sonde: nothing is recorded yet; to do so from now on: sonde service install' "$tmp/log" ||
    fail "no hint: $(cat "$tmp/log")"
listed >"$tmp/installed"
{
    comm -23 "$tmp/before" "$tmp/installed" | sed 's/^/gone: /'
    comm -13 "$tmp/before" "$tmp/installed" | grep ' [^d]$' | sed 's/ .$//'
} >"$tmp/brought"
{ # what a package must bring, and nothing else
    printf '%s\n' lib/systemd/system/sonde.service lib/systemd/system/sonde-web.service usr/bin/sonde \
        lib/systemd/system/sonde-policy.service lib/systemd/system/sonde-policy.socket \
        usr/include/sonde/adapter.h usr/share/bash-completion/completions/sonde usr/share/man/man1/sonde.1.gz \
        usr/share/man/man5/sonde.yaml.5.gz usr/share/doc/sonde/README.Debian usr/share/doc/sonde/copyright \
        usr/share/doc/sonde/changelog.gz usr/share/doc/sonde/examples/sonde.yaml \
        usr/share/doc/sonde/examples/network.conf usr/share/doc/sonde/examples/sonde-rapl.conf \
        usr/share/doc/sonde/examples/60-sonde-rapl.rules usr/share/doc/sonde/examples/grafana/sonde.json \
        usr/lib/systemd/user/sonde-notify.service usr/lib/sonde/sonde-load usr/lib/sonde/sonde-load-openmp
    inside sonde doctor --json 2>/dev/null | grep -o '"sonde-[a-z]*"' | sed 's#"\(.*\)"#usr/lib/sonde/\1.so#'
    inside sonde help | sed -n '/^Commands:/,/^$/s#^  \([a-z]*\) .*#usr/share/man/man1/sonde-\1.1.gz#p'
} | sed 's#^lib/#usr/lib/#' | sort >"$tmp/must"
comm -23 "$tmp/must" "$tmp/brought" >"$tmp/missing"
[ ! -s "$tmp/missing" ] || fail "missing in the package: $(cat "$tmp/missing")"
comm -13 "$tmp/must" "$tmp/brought" |
    grep -Ev '^usr/share/doc/sonde/([A-Z]+\.md(\.gz)?|examples/.*)$' >"$tmp/more" || :
[ ! -s "$tmp/more" ] || fail "not expected in the package: $(cat "$tmp/more")"
inside find / -xdev -path /proc -prune -o \( -path '*sonde*' -not -path '/packages*' -not -path '/var/lib/dpkg/*' \) \
    \( -not -user root -o -not -group root -o -perm /6022 \) -not -type l -print >"$tmp/odd" 2>/dev/null || :
[ ! -s "$tmp/odd" ] || fail "odd owners or modes: $(cat "$tmp/odd")"
[ "$(stat -c %a "$root/usr/bin/sonde")" = 755 ] || fail 'the program is not 755'
[ ! -e "$root/var/lib/sonde" ] || fail 'a data directory without data'
zcat "$root/usr/share/doc/sonde/changelog.gz" | grep -q '^sonde (' || fail 'the changelog is something else'
bash -n "$root/usr/share/bash-completion/completions/sonde"
zcat "$root/usr/share/man/man1/sonde-service.1.gz" | grep -q '^\.TH' || fail 'no manual page'
grep -q '^sonde:[!*]' "$root/etc/shadow" || fail 'the user sonde could log in'

inside sonde check -d 5 -i 0.5 >"$tmp/out" 2>"$tmp/err" || fail "sonde check: $(cat "$tmp/err")"
inside sonde doctor --json >"$tmp/doctor" || fail 'sonde doctor'
python3 - "$tmp/doctor" <<'END' || exit 1
import json, sys
missing = {m["name"] for m in json.load(open(sys.argv[1]))["modules"] if not m["found"]}
seldom = {"sonde-cairo", "sonde-mqtt"} # suggested only
if missing - seldom:
    sys.exit(f"modules do not load: {sorted(missing - seldom)}")
END
expect 1 '' inside systemctl is-enabled sonde.service
says disabled
for unit in sonde.service sonde-web.service sonde-policy.service; do
    inside systemd-analyze verify --man=no /lib/systemd/system/$unit >"$tmp/log" 2>&1 || fail "$unit: $(cat "$tmp/log")"
    inside systemd-analyze security --offline=yes --threshold=21 /lib/systemd/system/$unit >"$tmp/log" 2>&1 ||
        fail "$unit: $(tail -n 1 "$tmp/log")"
done

# ---- under systemd ----

# limits: what must be the same before and after.
limits()
{
    for name in fs/file-max fs/nr_open kernel/pid_max fs/protected_regular kernel/hostname kernel/core_pattern; do
        echo "$name $(cat /proc/sys/$name)"
    done
}
limits >"$tmp/limits"

# As process 1 of its own namespaces (processes, network, mounts, control groups), with a /dev of its own.
cat >"$tmp/boot.sh" <<'END'
set -e
cd "$1"
mount --make-rprivate /
mount --bind . .
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys # limits of the kernel, which a systemd raises when it starts, are this machine's
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do
    cp -a /dev/$node dev/
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
mkdir -p .old
pivot_root . .old
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c 'umount -l /.old; rmdir /.old
    exec /lib/systemd/systemd --system --log-target=journal --show-status=no --unit=multi-user.target'
END
for unit in getty.target console-getty.service systemd-networkd.service systemd-resolved.service \
    systemd-timesyncd.service systemd-logind.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
printf '[Journal]\nReadKMsg=no\nStorage=volatile\n' >"$root/etc/systemd/journald.conf"
top=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$top/sonde-test-$$ manager=''
if [ -n "$top" ] && mkdir "$group" 2>/dev/null; then
    # unshare(1) does not hear SIGTERM; with it ends all that is in its namespaces.
    trap 'kill -KILL "$manager" 2>/dev/null || :
        for _ in $(seq 50); do
            find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || :
            [ -e "$group" ] || break
            sleep 0.1
        done
        rm -rf "$tmp"' EXIT
    sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare --cgroup --mount --pid --net --uts --ipc --fork --kill-child \
        sh "$2" "$3"' sh "$group" "$tmp/boot.sh" "$root" >"$tmp/boot.log" 2>&1 </dev/null &
    manager=$!
else
    skip 'the package is good; no control group of its own for a systemd here'
fi

# within COMMAND...: beside the systemd in the root.
within()
{
    nsenter --target "$one" --mount --uts --ipc --net --pid --cgroup --root --wdns=/ \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C "$@" </dev/null
}
one='' state=''
for _ in $(seq 300); do
    kill -0 $manager 2>/dev/null || fail "systemd does not start: $(cat "$tmp/boot.log")"
    one=$(pgrep -P "$manager" -x systemd || :)
    [ -z "$one" ] || state=$(within systemctl is-system-running 2>/dev/null || :)
    case $state in
    running | degraded) break ;;
    esac
    sleep 0.1
done
[ "$state" = running ] || fail "systemd is '$state': $(within systemctl --failed --no-legend 2>&1; cat "$tmp/boot.log")"

mkdir "$root/etc/sonde"
echo 'export: { textfile: /var/lib/node/sonde.prom, textfile_interval: 1 }' >"$root/etc/sonde/sonde.yaml"
echo "$(TZ=UTC0 date -d '2 hours ago' '+%Y-%m-%d %H:%M:%S') upgrade probe:all 1.0 2.0" >"$root/var/log/dpkg.log"
within sonde service install --web --policy >"$tmp/out" 2>&1 || fail "service install: $(cat "$tmp/out")"
says '*sonde.service is active and records as session_*'
[ ! -e "$root/etc/systemd/system/sonde.service" ] || fail 'the unit of the package was not used'
[ "$(within systemctl is-enabled sonde.service)" = enabled ] || fail 'not enabled'
pid=$(within systemctl show -P MainPID sonde.service)
within grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr '\t\n' '  ' >"$tmp/out"
says 'Uid: [1-9]*CapEff: 0000000000081004 NoNewPrivs: 1 Seccomp: 2 '
within bash -c 'exec 3<>/dev/tcp/127.0.0.1/7860 && printf "GET / HTTP/1.1\r\nHost: 127.0.0.1:7860\r\n" >&3 &&
    printf "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n" >&3 && head -n 1 <&3' >"$tmp/out" 2>&1 || :
says '*200 OK*'

# The helper is started for its socket, with the rights of its unit; for members of the group sonde, as long as they are
# connected; what it had set when it was killed goes back by its unit.
member()
{
    within setpriv --reuid 65534 --regid 65534 --groups "$(within getent group sonde | cut -d : -f 3)" \
        --inh-caps=-all "$@"
}
[ "$(within systemctl is-active sonde-policy.service || :)" = inactive ] || fail 'the helper runs before anybody asks'
member sh -c 'sonde run --quiet --set nice=-5 -- sh -c "echo \$\$; while [ ! -e /tmp/go ]; do sleep 0.1; done"' \
    >"$tmp/program" 2>"$tmp/err" &
background="$background $!"
is_nice() # of the program
{
    [ -s "$tmp/program" ] && [ "$(within cut -d ' ' -f 19 "/proc/$(cat "$tmp/program")/stat")" = "$1" ]
}
for value in -5 0; do
    for _ in $(seq 150); do
        ! is_nice $value || break
        sleep 0.1
    done
    is_nice $value || fail "the helper: not $value: $(cat "$tmp/err"; within journalctl --no-pager -u sonde-policy)"
    [ $value = -5 ] || continue
    within grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' \
        "/proc/$(within systemctl show -P MainPID sonde-policy.service)/status" | tr '\t\n' '  ' >"$tmp/out"
    says 'Uid: 0*CapEff: 000000000?800002 NoNewPrivs: 1 Seccomp: 2 '
    within systemctl kill -s KILL sonde-policy.service
done
within touch /tmp/go

# Every metric that root sees is seen from within the unit: its sandbox runs `sonde metrics`. Groups come and go.
# probe FILE [LINE]: what is seen there, with a further line in the unit.
probe()
{
    sed -e 's/^Type=.*/Type=oneshot/' -e 's#^ExecStart=.*#ExecStart=/bin/sh -c "sonde metrics --json >%S/sonde/seen"#' \
        -e '/^Watchdog\|^Restart\|^Runtime\|SONDE_SOCKET/d' -e "s/^NoNewPrivileges=yes/&\n${2-}/" \
        "$root/lib/systemd/system/sonde.service" >"$root/probe.service"
    within sh -c 'mv /probe.service /run/systemd/system/ && systemctl daemon-reload && systemctl start probe' ||
        fail "the probe: $(within journalctl --no-pager -u probe | tail -n 5)"
    mv "$root/var/lib/sonde/seen" "$1"
}
probe "$tmp/unit.json"
probe "$tmp/less.json" ProcSubset=pid
within sonde metrics --json >"$tmp/root.json" || fail 'sonde metrics'
python3 - "$tmp" >"$tmp/counts" 2>&1 <<'END' || fail "$(cat "$tmp/counts")"
import json, re, sys
def ids_of(name):
    return {m["id"] for m in json.load(open(f"{sys.argv[1]}/{name}.json"))}
root, unit, less = ids_of("root"), ids_of("unit"), ids_of("less")
def lost(ids):
    return sorted(m for m in root - ids if not re.match(r"cgroup\..*\{|memory\.slab\.(cache|objects)\{", m))
if lost(unit):
    sys.exit(f"lost in the unit: {lost(unit)}")
if not lost(less):
    sys.exit("nothing is lost with ProcSubset=pid: this tests nothing")
print(f"{len(unit)} metrics in the unit, {len(root)} for root")
END

# What the recorder needs besides numbers: lines of the journal, and a folder for node_exporter that a drop-in opens.
# told 'REGEX': an event of the kind "change" says so. What the recorder has seen is in the index when it ends, or after
# a minute.
told()
{
    within sonde events --kind change --from -3h --json >"$tmp/events" 2>&1 || fail "events: $(cat "$tmp/events")"
    grep -Eq "$1" "$tmp/events" || fail "no change '$1' was told: $(cat "$tmp/events")"
}
within systemd-run --quiet --unit=broken /bin/false # systemd itself says so: nobody else is believed
within install -d -o sonde /var/lib/node
sleep 5
[ ! -e "$root/var/lib/node/sonde.prom" ] || fail 'the unit writes where it was not allowed to'
mkdir "$root/etc/systemd/system/sonde.service.d"
printf '[Service]\nReadWritePaths=/var/lib/node\n' >"$root/etc/systemd/system/sonde.service.d/textfile.conf"
within systemctl daemon-reload
within systemctl restart sonde.service
told 'service broken.service failed'
told 'upgraded probe 1.0 to 2.0'
for _ in $(seq 150); do
    [ ! -e "$root/var/lib/node/sonde.prom" ] || break
    sleep 0.1
done
[ "$(stat -c %a "$root/var/lib/node/sonde.prom" 2>&1)" = 644 ] || fail 'no file for node_exporter that all can read'
pid=$(within systemctl show -P MainPID sonde.service)

# Recorded for a few seconds, killed and back again; what root wrote meanwhile becomes the service's own.
within systemctl kill -s KILL sonde.service
for _ in $(seq 150); do
    now=$(within systemctl show -P MainPID sonde.service) # 0 for a moment, in which it is still called active
    [ "$now" = "$pid" ] || [ "$now" = 0 ] || [ "$(within systemctl is-active sonde.service || :)" != active ] || break
    sleep 0.1
done
[ "$(within systemctl is-active sonde.service)" = active ] ||
    fail "killed, and not started again: $(within systemctl status --no-pager -n 9 sonde.service)"
within systemctl stop sonde-web.service sonde.service
within sonde check --archive -d 2 -i 0.5 --quiet >"$tmp/out" 2>&1 || fail "check --archive: $(cat "$tmp/out")"
[ -n "$(find "$root/var/lib/sonde" -user root)" ] || fail 'root wrote nothing: this test tests nothing'
within systemctl start sonde.service sonde-web.service
[ -z "$(find "$root/var/lib/sonde" -user root)" ] || fail "root's: $(find "$root/var/lib/sonde" -user root)"

# ---- an upgrade, removal, purge ----

pid=$(within systemctl show -P MainPID sonde.service)
within dpkg -i /packages/newer.deb >"$tmp/log" 2>&1 || fail "upgrade: $(cat "$tmp/log")"
! grep -q 'nothing is recorded yet' "$tmp/log" || fail 'an upgrade says that nothing is recorded'
[ "$(within dpkg-query -W -f '${Version}' sonde)" = "$version" ] || fail 'the old version is still there'
[ "$(within systemctl is-active sonde.service)" = active ] || fail 'not active after an upgrade'
[ "$(within systemctl show -P MainPID sonde.service)" != "$pid" ] || fail 'the old program goes on after an upgrade'

rm -r "$root/etc/systemd/system/sonde.service.d"
within dpkg -r sonde >"$tmp/log" 2>&1 || fail "remove: $(cat "$tmp/log")"
[ -z "$(within pgrep -x sonde || :)" ] || fail 'removed, and it runs'
[ -z "$(find "$root/etc/systemd/system" -name '*sonde*')" ] || fail 'removed, and enabled'
[ -d "$root/var/lib/sonde/segments" ] || fail 'removing took the data'
rmdir "$root/var/lib/node" || fail 'the file for node_exporter outlived the recorder'
within dpkg -P sonde >"$tmp/log" 2>&1 || fail "purge: $(cat "$tmp/log")"
for unit in getty.target console-getty.service systemd-networkd.service systemd-resolved.service \
    systemd-timesyncd.service systemd-logind.service; do
    rm -f "$root/etc/systemd/system/$unit"
done
listed >"$tmp/after"
diff "$tmp/before" "$tmp/after" >"$tmp/diff" || fail "a purge leaves: $(cat "$tmp/diff")"
accounts | diff "$tmp/accounts" - >"$tmp/diff" || fail "a purge leaves accounts: $(cat "$tmp/diff")"
within ls -d /run/sonde >/dev/null 2>&1 && fail 'a purge leaves /run/sonde'
limits | diff "$tmp/limits" - || fail 'the systemd of the test changed limits of this machine'
echo "installed, recorded under systemd ($(cat "$tmp/counts")), upgraded, removed, purged"
