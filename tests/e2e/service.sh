#!/bin/sh
# `sonde service`: units that systemd takes, as locked up as promised; install and remove do what they say and no more.
# Below a made-up root and for a made-up service manager; full/package.sh has a real one.
. "$(dirname "$0")/lib.sh"
sonde=$1/sonde
XDG_CONFIG_HOME=$tmp/config XDG_RUNTIME_DIR=$tmp/run XDG_DATA_HOME=$tmp/share
export XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_DATA_HOME
mkdir -p "$tmp/run"

# ---- print ----

expect 2 '*--web and --network are different files; name one*' "$sonde" service print --web --network
expect 2 '*--bpf is for a service of the system; leave --user out*' "$sonde" service print --user --bpf
expect 2 '*--policy is for a service of the system; leave --user out*' "$sonde" service install --user --policy
expect 2 '*absolute path*' "$sonde" service print --program sonde
expect 2 '*the program must have an absolute path*control characters*' "$sonde" service print --program '/x
ExecStartPre=/bin/sh'
expect 0 '' "$sonde" service print --program '/opt/"a" 100%/sonde'
says '*ExecStart="/opt/\\"a\\" 100%%/sonde" record*'
expect 2 '*the data directory must be an absolute path*' "$sonde" service print --data x
expect 2 '*/srv would belong to the service with all that is in it*' "$sonde" service print --data /srv
expect 2 "*there is no 'start'*" "$sonde" service start
expect 0 '' "$sonde" service print --json --data /srv/sonde
python3 - "$tmp/out" <<'END'
import json, sys
o = json.load(open(sys.argv[1]))
assert o["name"] == "sonde.service" and o["path"] == "/etc/systemd/system/sonde.service", o
assert o["program"].endswith("/sonde") and f"ExecStart={o['program']} record --data /srv/sonde\n" in o["text"], o
END
printf 'storage:\n  directory: /srv/configured\n' >"$tmp/conf.yaml"
expect 0 '' "$sonde" service print --config "$tmp/conf.yaml"
says '*ReadWritePaths=/srv/configured
*'
mkdir "$tmp/units"
"$sonde" service print >"$tmp/units/sonde.service"
"$sonde" service print --web >"$tmp/units/sonde-web.service"
"$sonde" service print --policy-socket >"$tmp/units/sonde-policy.socket"

# judged LEVEL OPTIONS...: systemd finds nothing wrong with the unit, and it is as exposed at most (in tenths).
scores=
judged()
{
    level=$1 dir=$tmp/judged name=sonde.service
    shift
    mkdir -p "$dir"
    cp "$tmp/units/"* "$dir"
    case $* in
    *--web*) name=sonde-web.service ;;
    *--policy*) name=sonde-policy.service ;;
    esac
    "$sonde" service print "$@" >"$dir/$name"
    systemd-analyze verify --man=no "$dir/$name" >"$tmp/out" 2>&1 || fail "verify $*: $(cat "$tmp/out")"
    [ ! -s "$tmp/out" ] || fail "verify $*: $(cat "$tmp/out")"
    systemd-analyze security --offline=yes --threshold="$level" --no-pager "$dir/$name" >"$tmp/out" 2>&1 ||
        fail "too exposed: $*: $(tail -n 1 "$tmp/out")"
    scores="$scores $(sed -n 's/.*exposure level for [^:]*: \([0-9.]*\) .*/\1/p' "$tmp/out")"
}

if command -v systemd-analyze >/dev/null; then
    judged 20
    judged 21 --bpf
    judged 10 --web
    judged 21 --policy
    cp "$tmp/judged/sonde-policy.service" "$tmp/units"
    expect 0 '' systemd-analyze verify --man=no "$tmp/units/sonde-policy.socket"
    judged 20 --data /srv/sonde --interval 0.5
    # The agent of the desktop is the only unit that `print` does not know.
    agent=$tmp/units/sonde-notify.service
    sed "s#^ExecStart=[^ ]*#ExecStart=$sonde#" "$1/data/sonde-notify.service" >"$agent"
    mkdir "$tmp/verify" # it makes a folder there, by which we would take it for a service manager
    expect 0 '' env XDG_RUNTIME_DIR="$tmp/verify" systemd-analyze --user verify --man=no "$agent"
else
    scores=' not measured, no systemd here'
fi

# Nothing that root sees is lost to an ordinary user with the rights of the unit, and they are needed: with none, what
# only root may read is missing. (Mounts and system calls, too, are as in the unit in full/package.sh.)
seen='rights not tried'
# sees FILE RIGHTS: the metrics that are seen with them, "+dac_read_search,..."
sees()
{
    chmod 755 "$tmp" # not what is tested
    setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps="-all$2" --ambient-caps="-all$2" \
        --bounding-set="-all$2" "$sonde" metrics --json >"$1" 2>"$tmp/err" || fail "metrics with $2: $(cat "$tmp/err")"
}
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    "$sonde" metrics --json >"$tmp/root.json"
    for way in '' --bpf; do
        # shellcheck disable=SC2086
        rights=$("$sonde" service print $way | sed -n 's/^AmbientCapabilities=//p' | tr 'A-Z ' 'a-z,')
        rights=$(echo "$rights" | sed 's/cap_/+/g')
        sees "$tmp/unit$way.json" ",$rights"
    done
    sees "$tmp/none.json" ''
    python3 - "$tmp" >"$tmp/out" 2>&1 <<'END' || fail "$(cat "$tmp/out")"
import json, sys
root, unit, bpf, none = ({m["id"] for m in json.load(open(f"{sys.argv[1]}/{name}.json"))}
                         for name in ("root", "unit", "unit--bpf", "none"))
fleeting = ("cgroup.", "memory.slab.cache{", "memory.slab.objects{") # what comes and goes between two looks
def caches(ids):
    return sum(1 for m in ids if m.startswith("memory.slab.cache{")) # only root may read them
for name, ids in ("the unit", unit), ("the unit with --bpf", bpf):
    lost = sorted(m for m in root - ids if not m.startswith(fleeting))
    if lost or caches(ids) < caches(root) / 2:
        sys.exit(f"{name} does not see {lost or 'the slab caches'}")
if caches(root) and caches(none):
    sys.exit("without rights everything is seen as well: this tests nothing")
print(f"{len(unit)} of {len(root)} metrics with the unit's rights, {len(none)} without")
END
    seen=$(cat "$tmp/out")
fi

# The rule for the processor's energy finds its files, the nested ones too.
if command -v systemd-tmpfiles >/dev/null && [ "$(id -u)" = 0 ]; then
    energy=sys/devices/virtual/powercap/intel-rapl
    for zone in intel-rapl:0 intel-rapl:0/intel-rapl:0:0; do
        mkdir -p "$tmp/machine/$energy/$zone"
        (umask 077 && echo 1 >"$tmp/machine/$energy/$zone/energy_uj")
    done
    mkdir -p "$tmp/machine/etc"
    echo 'root:x:0:0::/:/bin/sh' >"$tmp/machine/etc/passwd"
    printf 'root:x:0:\nsonde:x:997:\n' >"$tmp/machine/etc/group"
    "$sonde" service print --tmpfiles >"$tmp/machine/rapl.conf"
    systemd-tmpfiles --root="$tmp/machine" --create "$tmp/machine/rapl.conf" >"$tmp/out" 2>&1 ||
        fail "tmpfiles: $(cat "$tmp/out")"
    for file in $(find "$tmp/machine/sys" -name energy_uj); do
        [ "$(stat -c '%a %u %g' "$file")" = '440 0 997' ] || fail "tmpfiles: $file is $(stat -c '%a %u %g' "$file")"
    done
fi
"$sonde" service print --udev | grep -v '^#' >"$tmp/rule"
[ "$(wc -l <"$tmp/rule")" = 1 ] && grep -Eq '^([A-Z]+(\{[a-z]+\})?(==|!=|\+=)"[^"]*"(, |$))+' "$tmp/rule" ||
    fail "no rule of udev: $(cat "$tmp/rule")"
if udevadm verify --help >/dev/null 2>&1; then
    udevadm verify --no-style "$tmp/rule" >"$tmp/out" 2>&1 || fail "udevadm: $(cat "$tmp/out")"
fi

# ---- as the first seed did ----

mkdir "$tmp/seed"
expect 0 '' "$sonde" check --generate-systemd --output-dir "$tmp/seed"
says "*Wrote $tmp/seed/sonde.service*Wrote $tmp/seed/aios-telemetry.service*systemctl enable --now sonde.service*"
diff "$tmp/seed/sonde.service" "$tmp/seed/aios-telemetry.service" >"$tmp/diff" && fail 'the alias does not step aside'
[ "$(grep -c '^[<>]' "$tmp/diff")" = 1 ] && grep -q '> Conflicts=sonde.service' "$tmp/diff" || fail "$(cat "$tmp/diff")"
if command -v systemd-analyze >/dev/null; then
    expect 0 '' systemd-analyze verify --man=no "$tmp/seed/aios-telemetry.service"
fi
expect 1 '*cannot be written*' "$sonde" check --generate-systemd --output-dir "$tmp/none"

# ---- install and remove, below a root ----

image=$tmp/image
mkdir -p "$image/etc" "$tmp/bin"
echo 'root:x:0:0::/:/bin/sh' >"$image/etc/passwd"
for tool in systemctl systemd-sysusers userdel; do
    printf '#!/bin/sh\necho "%s $*" >>"%s"\n' $tool "$tmp/heard" >"$tmp/bin/$tool"
    chmod 755 "$tmp/bin/$tool"
done
PATH=$tmp/bin:$PATH

expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --network --dry-run
says "would run systemd-sysusers --root=$image --inline 'u sonde - *would write $image/etc/systemd/system/sonde.s*"
[ ! -e "$image/etc/systemd" ] && [ ! -e "$tmp/heard" ] || fail 'a dry run did something'
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --network --web
says "*wrote $image/etc/systemd/system/sonde.service.d/network.conf*It is enabled in $image *"
printf '%s\n' "systemd-sysusers --root=$image --inline u sonde - \"Sonde, the hardware recorder\" /var/lib/sonde" \
    "systemctl --root=$image enable sonde.service sonde-web.service" | diff - "$tmp/heard" || fail 'other tools were run'
[ "$(cd "$image/etc/systemd/system" && find . -type f -printf '%m %P\n' | sort | tr '\n' ' ')" = \
    '644 sonde-web.service 644 sonde.service 644 sonde.service.d/network.conf ' ] || fail "$(find "$image" -ls)"
# Again, with less: what is not wanted any more goes, and who made the user is still known.
echo 'sonde:x:997:997::/:/bin/sh' >>"$image/etc/passwd"
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --bpf --json
[ "$(cd "$image/etc/systemd/system" && find . -type f)" = ./sonde.service ] || fail "$(find "$image" -ls)"
grep -q 'made the user sonde' "$image/etc/systemd/system/sonde.service" || fail 'forgot that it made the user'
python3 - "$tmp/out" <<'END'
import json, sys
done = json.load(open(sys.argv[1]))
assert not done["dry_run"] and done["manager"] is None and done["active"] is None, done
assert [s["do"] for s in done["steps"]] == ["write", "delete", "delete", "delete", "run"], done["steps"]
assert all(s["done"] for s in done["steps"]), done
END
# A drop-in of somebody else stays with its folder, and nobody says that it went.
drop=$image/etc/systemd/system/sonde.service.d
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --network
echo '[Service]' >"$drop/override.conf"
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --bpf
says "*removed $drop/network.conf
*"
! grep -q "removed $drop\$" "$tmp/out" && [ -e "$drop/override.conf" ] || fail "a drop-in: $(cat "$tmp/out")"
rm -r "$drop"
# The helper that has rights: its socket is enabled, and it is not when it is not wanted any more.
rm -f "$tmp/heard"
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --policy
says "*wrote $image/etc/systemd/system/sonde-policy.service*wrote $image/etc/systemd/system/sonde-policy.socket*"
[ "$(cat "$tmp/heard")" = "systemctl --root=$image enable sonde.service sonde-policy.socket" ] || fail "$(cat "$tmp/heard")"
rm -f "$tmp/heard"
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde
[ "$(cd "$image/etc/systemd/system" && find . -type f)" = ./sonde.service ] || fail "$(find "$image" -ls)"
printf '%s\n' "systemctl --root=$image disable sonde-policy.service sonde-policy.socket" \
    "systemctl --root=$image enable sonde.service" | diff - "$tmp/heard" || fail 'the helper goes on'
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde --policy
mkdir -p "$image/var/lib/sonde-policy/policy"
expect 0 '' "$sonde" service remove --into "$image" --dry-run --purge
says "would run systemctl --root=$image disable sonde-policy.socket sonde-policy.service sonde.service
*would remove with all that is in it $image/var/lib/sonde-policy*"
expect 0 '' "$sonde" service install --into "$image" --program /usr/bin/sonde
rm -r "$image/var/lib/sonde-policy"
# Data stays, unless a person says so twice; what is no data directory stays in any case.
mkdir -p "$image/var/lib/sonde/segments" "$image/var/lib/sonde/journal"
expect 2 '*would remove everything in */var/lib/sonde for good; say so with --yes*' \
    "$sonde" service remove --into "$image" --purge
expect 0 '' "$sonde" service remove --into "$image" --dry-run --purge
says "would run systemctl --root=$image disable sonde.service*would remove with all that is in it $image/var/lib/sonde*"
rm -f "$tmp/heard"
expect 0 '' "$sonde" service remove --into "$image"
says "*What was recorded stays in $image/var/lib/sonde;*"
[ -z "$(find "$image/etc/systemd/system" -type f)" ] && [ -d "$image/var/lib/sonde" ] || fail "$(find "$image" -ls)"
[ "$(cat "$tmp/heard")" = "systemctl --root=$image disable sonde.service" ] || fail "$(cat "$tmp/heard")"
expect 0 '' "$sonde" service remove --into "$image"
says '*No service of Sonde is installed here.*'
rmdir "$image/var/lib/sonde/journal"
expect 2 '*is no data directory of Sonde (it has no journal/)*' "$sonde" service remove --into "$image" --purge --yes
mkdir "$image/var/lib/sonde/journal"
expect 0 '' "$sonde" service remove --into "$image" --purge --yes
[ ! -e "$image/var/lib/sonde" ] || fail 'purged, and still there'
# The units of a package are used as they are, and stay; those of others are not replaced, and stay.
mkdir -p "$image/lib/systemd/system"
: >"$image/lib/systemd/system/sonde.service"
expect 0 '' "$sonde" service install --into "$image"
[ -z "$(find "$image/etc/systemd/system" -type f)" ] || fail 'the unit of the package was not taken'
expect 0 '' "$sonde" service install --into "$image" --interval 5
grep -q 'interval 5' "$image/etc/systemd/system/sonde.service" || fail 'options were lost'
expect 0 '' "$sonde" service install --into "$image"
[ -z "$(find "$image/etc/systemd/system" -type f)" ] || fail 'ours covers that of the package'
expect 0 '' "$sonde" service remove --into "$image"
says '*belongs to the package sonde and stays*'
echo '# mine' >"$image/etc/systemd/system/sonde.service"
expect 1 '*is not of `sonde service install`; put it away first*' "$sonde" service install --into "$image"
expect 0 '' "$sonde" service remove --into "$image"
[ "$(cat "$image/etc/systemd/system/sonde.service")" = '# mine' ] || fail 'took what is not its own'

# What leads out of the root, or never ends, is refused before anything is changed.
out=$tmp/outside trap=$tmp/trap
mkdir -p "$out/sonde/segments" "$out/sonde/journal" "$out/system" "$trap/etc" "$trap/var"
: >"$out/sonde/segments/kept"
find "$out" | sort >"$tmp/before"
stays()
{
    find "$out" | sort | diff "$tmp/before" - || fail 'left the root'
}
ln -s "$out" "$trap/var/lib"
expect 2 "*$trap/var/lib/sonde leads through a symbolic link*" "$sonde" service remove --into "$trap" --purge --yes
stays
rm "$trap/var/lib"
mkdir "$trap/var/lib"
ln -s "$out/sonde" "$trap/var/lib/sonde"
expect 2 "*$trap/var/lib/sonde is a symbolic link; it stays, and so does what it leads to*" \
    "$sonde" service remove --into "$trap" --purge --yes
[ -L "$trap/var/lib/sonde" ] || fail 'the link went'
stays
mkdir "$tmp/own"
ln -s "$out/sonde" "$tmp/own/data"
expect 2 "*$tmp/own/data/ is a symbolic link; it stays*" \
    "$sonde" service remove --user --data "$tmp/own/data/" --purge --yes
stays
expect 1 '*leads through a symbolic link*' "$sonde" service install --into "$trap" --data /var/lib/sonde/ --program /x
ln -s "$out" "$trap/etc/systemd"
expect 1 '*leads through a symbolic link*nothing was changed*' "$sonde" service install --into "$trap" --network
expect 2 '*leads through a symbolic link*' "$sonde" service remove --into "$trap"
stays
rm "$trap/etc/systemd"
mkdir -p "$trap/etc/systemd/system"
ln -s "$out/sonde.service" "$trap/etc/systemd/system/sonde.service"
expect 1 '*is not of `sonde service install`; put it away first*' "$sonde" service install --into "$trap"
stays
rm "$trap/etc/systemd/system/sonde.service"
mkfifo "$trap/etc/systemd/system/sonde.service" "$trap/etc/passwd"
expect 1 '*is not of `sonde service install`; put it away first*' timeout 20 "$sonde" service install --into "$trap"
rm "$trap/etc/systemd/system/sonde.service"
expect 0 '*' timeout 20 "$sonde" service install --into "$trap"
expect 0 '*' timeout 20 "$sonde" service remove --into "$trap"
(cd "$tmp" && expect 2 '*is a symbolic link; it stays*' "$sonde" service remove --into trap --purge --yes) || exit 1
stays

# ---- a service of a user, with a service manager that is a script, and a recorder that is real ----

expect 3 '' "$sonde" service install --user
says '*systemd does not run for this user, so nothing was started*'
cat >"$tmp/bin/systemctl" <<'END'
#!/bin/sh
echo "systemctl $*" >>"$TEST/heard"
case $* in
*" restart "*)
    # Out of the group that ends with this script.
    setsid "$SONDE" record --quiet -i 0.2 --data "$TEST/share/sonde" >/dev/null 2>&1 &
    echo $! >"$TEST/recorder"
    sleep 0.5
    ;;
*"disable --now"*) kill "$(cat "$TEST/recorder")" ;;
*" show "*) cat "$TEST/recorder" ;;
*is-active*) echo active ;;
esac
END
TEST=$tmp SONDE=$sonde SONDE_SOCKET=$tmp/sock
export TEST SONDE SONDE_SOCKET
rm -f "$tmp/heard"
mkdir "$tmp/run/systemd"
expect 0 '' "$sonde" service install --user --data "$tmp/share/sonde"
says '*sonde.service is active and records as session_*enable-linger*'
background="$background $(cat "$tmp/recorder")"
printf 'systemctl --user %s\n' daemon-reload 'enable sonde.service' 'restart sonde.service' 'is-active sonde.service' \
    >"$tmp/wanted"
head -n 4 "$tmp/heard" | diff "$tmp/wanted" - || fail 'systemctl was asked otherwise'
expect 0 '' "$sonde" service remove --user --data "$tmp/share/sonde"
says "*What was recorded stays in $tmp/share/sonde;*"
[ -z "$(find "$tmp/config" -type f)" ] || fail "left: $(find "$tmp/config" -type f)"
# One that does not come up is no success.
printf '#!/bin/sh\n[ "$2" != is-active ]\n' >"$tmp/bin/systemctl"
expect 1 '*sonde.service is not active; see systemctl --user status sonde.service*' "$sonde" service install --user
printf '#!/bin/sh\necho "Failed to enable" >&2\nexit 4\n' >"$tmp/bin/systemctl"
expect 1 '*systemctl --user daemon-reload ended with status 4: Failed to enable*' "$sonde" service install --user
rm "$tmp/bin/systemctl"
expect 1 '*systemctl --user daemon-reload did not run*' env PATH="$tmp/bin" "$sonde" service install --user
echo "$cases cases; exposed plain, --bpf, --web, --policy, --data:$scores; $seen"
