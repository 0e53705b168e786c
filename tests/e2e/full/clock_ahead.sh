#!/bin/sh
# A clock that is wrong by a year when the recorder starts, as of a machine without a battery, ages nothing at once:
# clock_ahead.sh BUILD_DIR
. "$(dirname "$0")/../lib.sh"
sonde=$1/sonde data=$tmp/data
export XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp/none"
cat >"$tmp/ahead.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t)
{
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int rc = real(id, t);
    t->tv_sec += id == CLOCK_REALTIME ? 40000000 : 0;
    return rc;
}
END
cc -shared -fPIC -o "$tmp/ahead.so" "$tmp/ahead.c" || skip "no compiler here"
"$sonde" record --data "$data" -i 0.1 -d 3 --quiet >/dev/null || fail "record failed"
count() { "$sonde" sessions export "$1" --data "$data" --metrics cpu.util 2>/dev/null | tail -n +2 | wc -l; }
first=$("$sonde" sessions list --data "$data" --json | sed -n 's/.*"id": "\(session_[^"]*\)".*/\1/p')
before=$(count "$first")
[ "$before" -ge 25 ] || fail "$before samples of 3 s at 10 Hz"
LD_PRELOAD="$tmp/ahead.so" "$sonde" record --data "$data" -d 65 --quiet >"$tmp/said" 2>&1 || fail "$(cat "$tmp/said")"
[ "$("$sonde" sessions list --data "$data" --json | grep -c '"id": "session_')" = 2 ] || fail "not two sessions"
after=$(count "$first")
[ "$after" = "$before" ] || fail "$after of $before samples are left"
echo "all $before samples outlived a clock that was a year ahead"
