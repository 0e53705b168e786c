/*
 * Who wrote an entry of the journal, against who it says it is. The name is the writer's to choose; fields that begin
 * with '_' are the journal's own (systemd.journal-fields(7)).
 */
#ifndef ANALYZE_LOGS_LOG_TRUST_H
#define ANALYZE_LOGS_LOG_TRUST_H

#include <stdbool.h>

/* As the journal has them; "" where an entry has none. */
struct log_writer {
    const char *transport; /* _TRANSPORT: "kernel" of all that came by /dev/kmsg, which only root writes */
    const char *pid, *uid; /* _PID, _UID */
    const char *unit;      /* _SYSTEMD_UNIT: that it runs in */
};

/* Is it a name of the kernel, of the service manager or of a daemon of the system, for which is asked who wrote it? */
bool log_name_is_system(const char *ident);

/*
 * Was it written by another than it says? Of the kernel is what came from there; of systemd what process 1 wrote (a
 * user's own manager has the same name); of a daemon what ran as root, or in a unit of its name, as some do that have a
 * user of their own. Other names are not looked at: false.
 */
bool log_name_is_claimed(const char *ident, const struct log_writer *w);

#endif
