/* detector_keep.c - a detector as bytes, and over other columns. */
#include "learn/detector/detector_own.h"

#include "base/crc32c.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define FORMAT 2

/* Everything but what detector_new() made of the options. */
static void detector_pack(struct detector *m, struct pack *p)
{
    int loudest = (int)m->loudest;
    pack_doubles(p, &m->last_s, 1);
    pack_doubles(p, &m->seen_s, 1);
    pack_doubles(p, &m->rows, 1);
    pack_int(p, &m->muted, DETECTOR_WARM_ROWS);
    pack_doubles(p, m->energy, SPANS);
    pack_doubles(p, &m->level_mean, 1);
    pack_doubles(p, m->height, CHANNELS);
    pack_doubles(p, m->news, CHANNELS);
    pack_doubles(p, m->floor, CHANNELS);
    pack_int(p, &loudest, CHANNELS - 1);
    m->loudest = (enum channel)loudest;
    for (int c = 0; c < CHANNELS; c++) {
        tail_pack(&m->tail[c], p);
        hours_pack(&m->hours[c], p);
    }
    innovation_pack(&m->innovation, p);
    level_pack(&m->level, p);
    season_pack(&m->season, p);
    pack_doubles(p, m->lately, DETECTOR_ARRAYS * (size_t)m->d);
}

int detector_remap(const struct detector *m, int d, const int *from, struct detector **out)
{
    struct detector *to = NULL;
    int rc = detector_new(d, &(struct detector_options){ .step_s = m->step_s, .budget_per_day = m->budget }, &to);
    if (rc < 0)
        return rc;
    to->last_s = m->last_s;
    to->seen_s = m->seen_s;
    to->rows = m->rows;
    memcpy(to->tail, m->tail, sizeof to->tail);
    memcpy(to->hours, m->hours, sizeof to->hours);
    season_like(&to->season, &m->season);
    for (int j = 0; j < d; j++)
        if (from[j] >= 0) {
            level_take(&to->level, j, &m->level, from[j]);
            season_take(&to->season, j, &m->season, from[j]);
        }
    *out = to;
    return 0;
}

struct header {
    char magic[8];
    uint32_t format, crc; /* of what follows */
    int32_t d, zero;
    double step_s, budget;
};

static const char magic[8] = "sondeDET";

void detector_save(const struct detector *m, struct buf *out)
{
    struct header h = { .format = FORMAT, .d = m->d, .step_s = m->step_s, .budget = m->budget };
    memcpy(h.magic, magic, sizeof magic);
    size_t at = out->n;
    buf_put(out, &h, sizeof h);
    struct pack p = { .out = out };
    detector_pack((struct detector *)m, &p); /* a pack that writes changes nothing */
    h.crc = crc32c(0, out->p + at + sizeof h, out->n - at - sizeof h);
    memcpy(out->p + at, &h, sizeof h);
}

int detector_load(const void *bytes, size_t n, struct detector **out)
{
    struct header h;
    if (n < sizeof h)
        return -EINVAL;
    memcpy(&h, bytes, sizeof h);
    const unsigned char *rest = (const unsigned char *)bytes + sizeof h;
    if (memcmp(h.magic, magic, sizeof magic) || h.format != FORMAT || crc32c(0, rest, n - sizeof h) != h.crc)
        return -EINVAL;
    struct detector *m = NULL;
    int rc = detector_new(h.d, &(struct detector_options){ .step_s = h.step_s, .budget_per_day = h.budget }, &m);
    if (rc < 0)
        return rc;
    struct pack p = { .at = rest, .n = n - sizeof h };
    detector_pack(m, &p);
    if (p.bad || p.n || !(m->rows >= 0 && m->rows < 1e15)) {
        detector_free(m);
        return -EINVAL;
    }
    *out = m;
    return 0;
}
