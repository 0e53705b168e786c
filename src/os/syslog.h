/* The log of the system: where whoever looks after a machine looks first. */
#ifndef OS_SYSLOG_H
#define OS_SYSLOG_H

#include <stddef.h>

#define OS_JOURNAL "/run/systemd/journal/socket"
#define OS_DEV_LOG "/dev/log"

struct os_log_field {
    const char *name;   /* of the journal: A to Z, 0 to 9 and _, not at its beginning */
    const char *value;  /* any text */
};

/*
 * An entry of systemd's journal (systemd.io/JOURNAL_NATIVE_PROTOCOL), to the socket at a path.
 *
 * Errors: -ENOENT, -ECONNREFUSED: there is none; -EMSGSIZE: it is too long for a datagram; -EINVAL: a name is none.
 * Never waits: -EAGAIN when the journal does not keep up.
 */
int os_journal_send(const char *path, const struct os_log_field *field, size_t n);

/* A line of syslog (RFC 3164, as syslog(3) writes it, without a host) to the socket at a path; priority 0..7 of the
 * facility "daemon", at most 1024 bytes. What hides becomes '?' (base/text.h). Errors as above. */
int os_syslog_send(const char *path, int priority, const char *identifier, const char *text);

#endif
