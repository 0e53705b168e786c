/*
 * online_keep.c - from run to run: the magic text, when the last row was, the step, the names of the columns, an empty
 * one, the detector.
 */
#include "analyze/online/online_own.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>

#define MAGIC "sonde online 1"

void online_save(const struct online *o, struct buf *out)
{
    if (!o->detector)
        return;
    buf_put(out, MAGIC, sizeof MAGIC);
    buf_put(out, &o->t_s, sizeof o->t_s);
    buf_put(out, &o->o.step_s, sizeof o->o.step_s);
    for (int j = 0; j < o->columns.n_learned; j++) {
        const char *id = online_columns_id(&o->columns, j);
        buf_put(out, id, strlen(id) + 1);
    }
    buf_putc(out, '\0');
    detector_save(o->detector, out);
}

/* The names in front of *p, which is set behind them. How many there are, or -EINVAL. */
static int keep_names(struct online_columns *c, const char **p, const char *end)
{
    int n = 0;
    c->names = mem_new((DETECTOR_MAX_DIM + 1) * sizeof *c->names);
    while (*p < end && **p) {
        size_t length = strnlen(*p, (size_t)(end - *p));
        if (*p + length == end || n == DETECTOR_MAX_DIM)
            return -EINVAL;
        c->names[n++] = mem_dup(*p);
        *p += length + 1;
    }
    c->names = mem_resize(c->names, (size_t)(n + 1) * sizeof *c->names);
    return (*p)++ < end && n ? n : -EINVAL;
}

int online_load(struct online *o, const void *bytes, size_t n)
{
    const char *p = bytes, *end = p + n;
    double t_s, step_s;
    size_t head = sizeof MAGIC + sizeof t_s + sizeof step_s;
    if (n < head || memcmp(p, MAGIC, sizeof MAGIC) != 0)
        return -EINVAL;
    memcpy(&t_s, p + sizeof MAGIC, sizeof t_s);
    memcpy(&step_s, p + sizeof MAGIC + sizeof t_s, sizeof step_s);
    p += head;
    int names = isfinite(t_s) ? keep_names(&o->columns, &p, end) : -EINVAL;
    int rc = names < 0 ? names : detector_load(p, (size_t)(end - p), &o->loaded);
    if (rc == 0 && detector_dim(o->loaded) != names)
        rc = -EINVAL;
    if (rc == 0 && !(fabs(step_s - o->o.step_s) <= 0.01 * step_s)) /* what is usual in a second is not so in a minute */
        rc = -ENODATA;
    if (rc < 0)
        online_forget_loaded(o);
    else
        o->t_s = t_s;
    return rc;
}
