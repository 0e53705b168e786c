/*
 * What puts recordings into an archive: `sonde import`, `sonde check --archive`. Whoever records counts the bytes
 * of its directory, so an intake takes the same lock and does not work beside a recorder.
 */
#ifndef APP_INTAKE_H
#define APP_INTAKE_H

#include "app/command.h"
#include "core/feed.h"
#include "core/recording.h"
#include "store/index.h"
#include "store/space.h"

struct intake {
    const struct args *args;
    const char *dir;
    int lock;
    struct space *space;
    struct index *index;
};

/* Opens an archive, which is made where there is none; dir must outlive it. What is wrong was said. To be closed
 * in any case. */
int intake_open(struct intake *k, const struct args *a, const char *dir);
void intake_close(struct intake *k);

/*
 * Puts a recording in as a session, of the origin that stands in *s, which is filled in. All or nothing.
 *
 *   progress  called now and then with the share done; NULL for none
 *
 * Errors: those of archive_put() and of the index; silent, see intake_say().
 */
int intake_keep(struct intake *k, const struct recording *rec, struct index_session *s,
                void (*progress)(void *self, double share), void *self);

/* The same of a tape, with all that is on it: played from where it is to its end. */
int intake_keep_tape(struct intake *k, struct feed *tape, struct index_session *s,
                     void (*progress)(void *self, double share), void *self);

/* The same of a file that `sonde import` reads: numbers of anybody, or a tape. What is wrong was said. */
int intake_keep_file(struct intake *k, const char *path, struct index_session *s,
                     void (*progress)(void *self, double share), void *self);

/* Says why `what` could not be kept; returns rc. */
int intake_say(const char *what, int rc);

#endif
