#!/bin/sh
# A fresh Debian 12 with nothing but git and certificates: the README's two commands work there.
#
# The root is made once by debootstrap, from the mirror that this machine's own apt uses, and kept
# as an archive in the user's cache folder. Each run unpacks it anew. What is tested is the last
# commit, not the working tree: a clone is what a new user has.
. "$(dirname "$0")/../lib.sh"

source=$(cd "$(dirname "$0")/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sonde
archive=$cache/debian12.tar
root=$tmp/root

[ "$(id -u)" -eq 0 ] || skip "needs root, for chroot"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
unshare -m true 2>/dev/null || skip "no mount namespaces here"

# Where this machine gets Debian 12 from; empty where it does not.
mirror()
{
    apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Label: Debian' 'Codename: bookworm' 'Component: main' | head -n 1
}

make_archive()
{
    from=$(mirror)
    [ -n "$from" ] || skip "apt has no source of Debian 12 here"
    debootstrap --force-check-gpg --variant=minbase --include=git,ca-certificates \
        bookworm "$root" "$from" >"$tmp/debootstrap" 2>&1 || { tail -n 5 "$tmp/debootstrap"; return 1; }
    # The way to the mirror, where it is not the straight one.
    apt-config dump Acquire::http::Proxy >"$root/etc/apt/apt.conf.d/80proxy"
    chroot "$root" apt-get clean
    mkdir -p "$cache"
    tar -C "$root" -cf "$archive.new" . && mv "$archive.new" "$archive"
    rm -rf "$root"
}

# inside COMMAND: in the root, with a kernel's file systems that nobody outside sees mounted.
inside()
{
    unshare -m --propagation private sh -euc '
        root=$1
        for dir in proc sys dev; do mount --rbind /$dir "$root/$dir"; done
        exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin CI=true \
            http_proxy="${http_proxy-}" https_proxy="${https_proxy-}" sh -euc "$2"
    ' sh "$root" "$1" </dev/null
}

[ -f "$archive" ] || make_archive || fail "debootstrap failed"
mkdir "$root"
tar -C "$root" -xf "$archive"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
git clone -q --bare "$source" "$root/srv/sonde.git"

started=$(date +%s)
inside 'cd /srv && git clone -q sonde.git && cd sonde && ./dev run --duration 5' >"$tmp/run" 2>&1 ||
    { tail -n 40 "$tmp/run"; fail "./dev run failed"; }
grep -q '^  5 samples of ' "$tmp/run" || { cat "$tmp/run"; fail "./dev run ended without a report"; }
ran=$(date +%s)
inside 'cd /srv/sonde && ./dev test' >"$tmp/test" 2>&1 ||
    { tail -n 60 "$tmp/test"; fail "./dev test failed"; }
cat "$tmp/run"
echo "run $((ran - started)) s, test $(($(date +%s) - ran)) s: $(tail -n 1 "$tmp/test")"
