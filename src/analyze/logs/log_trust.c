/* log_trust.c - names that only the system may have, and by what the journal knows it. */
#include "analyze/logs/log_trust.h"

#include <stddef.h>
#include <string.h>

/* Those that change_of_line.c believes. */
static const struct { const char *ident, *unit; /* how its unit begins; NULL: it runs as root */ } daemons[] = {
    { "systemd-networkd", "systemd-networkd." }, { "systemd-timesyncd", "systemd-timesyncd." },
    { "systemd-timedated", "systemd-timedated." }, { "NetworkManager", NULL }, { "wpa_supplicant", NULL },
    { "ifplugd", NULL }, { "chronyd", "chrony" }, { "ntpd", "ntp" }, { "ntpsec", "ntpsec." },
};

#define DAEMONS (sizeof daemons / sizeof *daemons)

static size_t trust_daemon(const char *ident)
{
    size_t i = 0;
    while (i < DAEMONS && strcmp(daemons[i].ident, ident) != 0)
        i++;
    return i;
}

bool log_name_is_system(const char *ident)
{
    return strcmp(ident, "kernel") == 0 || strcmp(ident, "systemd") == 0 || trust_daemon(ident) < DAEMONS;
}

bool log_name_is_claimed(const char *ident, const struct log_writer *w)
{
    size_t i = trust_daemon(ident);
    if (!log_name_is_system(ident) || strcmp(w->transport, "kernel") == 0)
        return false;
    if (i == DAEMONS) /* before there is a journal systemd writes to /dev/kmsg */
        return strcmp(ident, "kernel") == 0 || strcmp(w->pid, "1") != 0;
    return strcmp(w->uid, "0") != 0 &&
           (!daemons[i].unit || strncmp(w->unit, daemons[i].unit, strlen(daemons[i].unit)) != 0);
}
