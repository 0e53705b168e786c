/*
 * The files by which a service manager runs Sonde, made from the templates in data/service/, which are in the program:
 * what `sonde service print` shows, what `install` writes and what the Debian package holds come from one text.
 *
 * A line of a template that begins with "@word " is there only where the word is true; @name@ is replaced.
 */
#ifndef APP_SERVICE_UNIT_H
#define APP_SERVICE_UNIT_H

#include "base/buf.h"

#include <stdbool.h>

enum unit_file {
    UNIT_RECORDER, /* sonde.service */
    UNIT_WEB,      /* sonde-web.service: the page, without rights */
    UNIT_NETWORK,  /* sonde.service.d/network.conf: lets the recorder open connections */
    UNIT_TMPFILES, /* the processor's energy for the group sonde, by tmpfiles.d(5) */
    UNIT_UDEV,     /* the same by udev(7) */
    UNIT_SYSUSERS, /* the user sonde, by sysusers.d(5) */
    UNIT_POLICY,   /* sonde-policy.service: the helper that has rights */
    UNIT_POLICY_SOCKET, /* sonde-policy.socket, for which it is started */
    UNIT_FILES
};

/* By which a file is known as ours: part of its first line. */
#define UNIT_MARK "Written by `sonde service"
#define UNIT_MARK_USER "made the user sonde"

struct unit_options {
    bool user;             /* for a user's service manager, not the system's */
    bool bpf;              /* walks processes by BPF */
    bool alias;            /* stands under another name beside sonde.service */
    const char *program;   /* absolute */
    const char *directory; /* of the data, absolute; NULL = the usual one */
    double interval_s;     /* 0 = that of the configuration */
    const char *origin;    /* what the first line says; NULL = printed by `sonde service print` */
};

/* Puts the text of a file. */
void unit_put(enum unit_file file, const struct unit_options *o, struct buf *out);

/* Where a file belongs below the folder of its kind: "sonde.service.d/network.conf". */
const char *unit_name(enum unit_file file);

/* The folder of its kind in the system: "/etc/systemd/system", "/etc/tmpfiles.d". */
const char *unit_folder(enum unit_file file);

/* Puts a word as a unit file wants it: quoted where it must be, % and $ doubled: systemd.syntax(7). */
void unit_put_word(const char *word, struct buf *out);

/* May a unit name the program? Absolute, without "..", "$" and control characters. Else why not. */
bool unit_may_run(const char *program, char *why, size_t cap);

/*
 * May a service write there, and be given the folder? Absolute, at least two folders deep, and not in /tmp, of which a
 * service of the system has its own. Else why not.
 */
bool unit_may_own(const char *directory, bool user, char *why, size_t cap);

#endif
