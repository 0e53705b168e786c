/*
 * What package managers wrote down: one line of a log at a time, and the changes of one run put into one sentence.
 *
 * The logs are those of dpkg (/var/log/dpkg.log), of rpm under dnf 4 (/var/log/dnf.rpm.log) and of pacman
 * (/var/log/pacman.log). Only what changes which version is installed counts: no line about configuring, triggers,
 * files that were left, or the same version again.
 */
#ifndef ANALYZE_PACKAGE_LOG_H
#define ANALYZE_PACKAGE_LOG_H

#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>

enum package_action {
    PACKAGE_UPGRADED, PACKAGE_INSTALLED, PACKAGE_REMOVED, PACKAGE_DOWNGRADED,
    PACKAGE_CAME_AND_WENT, /* of a run: installed and removed in it */
    PACKAGE_ACTIONS
};

struct package_change {
    enum package_action action;
    char name[64];          /* without its architecture */
    char from[48], to[48];  /* versions; "" where the line does not say */
    int64_t at_ms;          /* of the log, as if it were UTC where `local` is set */
    bool local;             /* the log has the local time and names no zone */
};

/* A line without its end. False: it tells of no such change. */
bool dpkg_log_line(const char *line, struct package_change *out);
bool rpm_log_line(const char *line, struct package_change *out);
bool pacman_log_line(const char *line, struct package_change *out);

/* n bytes as a text of at most cap - 1, without what does something to a screen. For the readers of logs. */
void package_word(char *out, size_t cap, const char *from, size_t n);

/* ---- runs ---- */

#define PACKAGE_RUN_PAUSE_MS 60000 /* a longer pause ends a run */
#define PACKAGE_RUN_MAX 4096       /* packages of a run that are known by name; what comes on top is counted */

struct package_run {
    int64_t first_ms, last_ms;
    struct package_change *change;
    size_t n, cap;
    size_t beyond[PACKAGE_ACTIONS];
};

/* Does a change belong to the run? To an empty one any does. */
bool package_run_takes(const struct package_run *r, const struct package_change *c);

/* Adds one: what was said of the package before in the run is one change with it. */
void package_run_add(struct package_run *r, const struct package_change *c);

/*
 * The sentence: "upgraded 14 packages: linux-image-amd64 6.1.1 to 6.1.2, libc6 2.36-8 to 2.36-9, ...". What matters
 * most to a machine (kernel, drivers, firmware, libc) is named first. False: nothing changed after all.
 */
bool package_run_say(const struct package_run *r, struct event *out);
void package_run_done(struct package_run *r);

#endif
