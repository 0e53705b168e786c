/* intake.c - recordings and tapes into an archive that nobody else writes. */
#include "app/intake.h"

#include "analyze/import/import.h"
#include "app/archived.h"
#include "app/datadir.h"
#include "app/observer.h"
#include "base/log.h"
#include "core/config.h"
#include "os/os.h"
#include "store/archive_put.h"
#include "store/index_take.h"
#include "store/tape_feed.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int intake_lock(struct intake *k)
{
    char path[OS_PATH_MAX];
    snprintf(path, sizeof path, "%.4000s/segments", k->dir);
    int rc = os_make_dir(path);
    if (rc < 0) {
        log_error(rc, "%s cannot be made", path);
        return rc;
    }
    k->lock = datadir_lock(k->dir);
    return k->lock < 0 ? k->lock : 0;
}

int intake_open(struct intake *k, const struct args *a, const char *dir)
{
    *k = (struct intake){ .args = a, .dir = dir, .lock = -1 };
    int64_t cap = (int64_t)(config_number(args_config(a), "storage.max_mb") * 1e6);
    int rc = intake_lock(k);
    if (rc < 0)
        return rc;
    rc = space_open(dir, cap, &k->space);
    if (rc < 0) {
        log_error(rc, "%s cannot be measured", dir);
        return rc;
    }
    space_reserve(k->space, index_worst_bytes(INDEX_ALLOWANCE_DEFAULT));
    rc = index_open(dir, &(struct index_options){ .rebuild = index_take_segments, .self = (void *)dir,
                                                  .space = k->space }, &k->index);
    if (rc < 0) {
        archived_say(dir, rc);
        return rc;
    }
    int left = archive_put_clean(dir, k->space);
    if (left < 0)
        log_warn(left, "%s holds an import that was killed, and that cannot be ended", dir);
    index_take_missing(k->index, dir);
    return 0;
}

void intake_close(struct intake *k)
{
    index_close(k->index);
    space_free(k->space);
    os_close(k->lock);
}

static int intake_index(struct intake *k, struct index_session *s)
{
    struct archive *a;
    int rc = archive_open(k->dir, &a);
    if (rc < 0)
        return rc;
    s->state = INDEX_ENDED;
    rc = index_take_session(k->index, a, s);
    archive_free(a);
    return rc;
}

/* Into the files, then into the index; or nothing of it. */
static int intake_put(struct intake *k, struct archive_put *put, struct index_session *s)
{
    int rc = archive_put(put);
    if (rc < 0)
        return rc;
    memcpy(s->id, put->about.session, sizeof s->id);
    rc = intake_index(k, s);
    if (rc < 0) {
        index_remove(k->index, s->id);
        archive_drop(k->dir, k->space, s->id);
    }
    return rc;
}

int intake_keep(struct intake *k, const struct recording *rec, struct index_session *s,
                void (*progress)(void *self, double share), void *self)
{
    double interval = rec->interval_s > 0 ? rec->interval_s : recording_interval(rec); /* as asked for; as it was */
    struct archive_put put = { .dir = k->dir, .space = k->space, .rec = rec, .progress = progress, .self = self,
                               .about.interval_s = isnan(interval) ? 0 : interval };
    return intake_put(k, &put, s);
}

int intake_keep_tape(struct intake *k, struct feed *tape, struct index_session *s,
                     void (*progress)(void *self, double share), void *self)
{
    struct archive_put put = { .dir = k->dir, .space = k->space, .feed = tape, .progress = progress, .self = self,
                               .about = *tape_feed_about(tape) };
    return intake_put(k, &put, s);
}

int intake_say(const char *what, int rc)
{
    if (rc == -ERANGE)
        log_error(0, "%s: a time before 1970 or after 9999; sessions are found by their time", what);
    else if (rc == -EDQUOT)
        log_error(0, "%s: the archive is full (storage.max_mb); remove something with `sonde sessions prune`, or "
                  "allow more", what);
    else if (rc < 0 && rc != -EINTR)
        log_error(rc, "%s: the archive cannot be written; nothing of it was kept", what);
    return rc;
}

static int intake_numbers(struct intake *k, const char *path, struct index_session *s,
                          void (*progress)(void *self, double share), void *self)
{
    struct recording *rec = NULL;
    char message[IMPORT_MESSAGE];
    int rc = import_file(path, &rec, message, sizeof message);
    if (rc < 0)
        log_error(0, "%s", message);
    if (rc == 0 && schema_size(rec->schema) == 0) {
        log_error(0, "%s holds times and no metric: there is nothing to keep", path);
        rc = -ENODATA;
    }
    if (rc == 0)
        rc = intake_say(path, intake_keep(k, rec, s, progress, self));
    recording_free(rec);
    return rc;
}

static int intake_tape(struct intake *k, const char *path, struct index_session *s,
                       void (*progress)(void *self, double share), void *self)
{
    struct feed *tape;
    int rc = observer_say_tape(path, tape_feed_open(path, &(struct tape_feed_options){ 0 }, &tape));
    if (rc < 0)
        return rc;
    rc = intake_say(path, intake_keep_tape(k, tape, s, progress, self));
    observer_say_lost(tape);
    feed_close(tape);
    return rc;
}

int intake_keep_file(struct intake *k, const char *path, struct index_session *s,
                     void (*progress)(void *self, double share), void *self)
{
    if (os_exists("", path) && !os_is_file(path)) {
        log_error(0, "%s is no file: it cannot be read twice, as this needs", path);
        return -EINVAL;
    }
    return tape_feed_knows(path) ? intake_tape(k, path, s, progress, self) :
                                   intake_numbers(k, path, s, progress, self);
}
