/* archive_recording.c - a range of an archive, played into memory. */
#include "store/archive.h"

#include "store/join.h"

#include <errno.h>

struct played {
    struct recording *r;
    struct join join;
};

static int archive_keep(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct played *k = self;
    struct recording *r = k->r;
    const struct moment *now = join_take(&k->join, about, s, m);
    r->interval_s = about->interval_s;
    int rc = recording_add(r, now->frame.wall_ms, now->frame.mono_ns, now->frame.v, now->frame.n);
    if (rc < 0)
        return rc;
    recording_add_uses(r, now->procs, now->n_procs);
    for (size_t i = 0; i < now->n_events; i++)
        recording_add_event(r, &now->events[i]);
    return 0;
}

int archive_recording(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, size_t max_bytes,
                      tape_wants *wants, struct recording **out)
{
    struct played k = { .r = recording_new() };
    k.r->max_bytes = max_bytes;
    k.join.schema = k.r->schema;
    int rc = archive_play_some(a, session, from_ms, to_ms, wants, archive_keep, &k, NULL);
    join_done(&k.join);
    if (rc == 0 && !k.r->n)
        rc = -ENODATA;
    if (rc < 0) {
        recording_free(k.r);
        return rc;
    }
    *out = k.r;
    return 0;
}
