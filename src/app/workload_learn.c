/* workload_learn.c - labelled sessions of the archive as prototypes of the workload classifier. */
#include "app/workload_learn.h"

#include "analyze/workload/workload_features.h"
#include "analyze/workload/workload_model.h"
#include "app/models.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/archive.h"

#include <errno.h>
#include <math.h>
#include <string.h>

_Static_assert(WORKLOAD_LEARN_SESSIONS * WORKLOAD_LEARN_SLICES <= WORKLOAD_PROTOTYPES, "they would not be read back");

#define SLICE_MS (WORKLOAD_LEARN_SLICE_S * INT64_C(1000))

struct lesson {
    char id[INDEX_ID_MAX], category[CATEGORY_NAME_MAX];
    int64_t at_ms;
};

struct learning {
    struct look *of;
    const struct workload_set *set;
    struct workload_learnt *out;
    struct workload_model model;
    struct lesson *lesson;
    size_t n, cap;
};

/* Labels come session by session; of several the one that was given last counts. */
static void learn_label(void *self, const struct index_label *l)
{
    struct learning *g = self;
    struct lesson *last = g->n ? &g->lesson[g->n - 1] : NULL;
    if (workload_set_find(g->set, l->name) < 0)
        return;
    bool same = last && strcmp(last->id, l->session) == 0;
    if (same && l->at_ms < last->at_ms)
        return;
    if (!same && g->n == WORKLOAD_LEARN_SESSIONS) { /* the oldest goes */
        memmove(g->lesson, g->lesson + 1, --g->n * sizeof *g->lesson);
        g->out->left_out++;
    }
    if (!same) {
        g->lesson = mem_grow(g->lesson, g->n, &g->cap, sizeof *g->lesson);
        last = &g->lesson[g->n++];
    }
    text_copy(last->id, sizeof last->id, l->session);
    text_copy(last->category, sizeof last->category, l->name);
    last->at_ms = l->at_ms;
}

/* Mean of the windows of a slice. */
struct slice {
    double sum[CLASSES_MAX_DIM];
    int known[CLASSES_MAX_DIM], windows;
};

static void slice_window(void *self, const struct workload_answer *a, const struct workload *w)
{
    struct slice *s = self;
    double x[CLASSES_MAX_DIM];
    (void)a;
    if (!workload_seen(w, x))
        return;
    s->windows++;
    for (int j = 0; j < workload_features(); j++)
        if (!isnan(x[j])) {
            s->sum[j] += x[j];
            s->known[j]++;
        }
}

static void learn_put(struct learning *g, const struct lesson *l, const struct slice *s)
{
    struct workload_model *m = &g->model;
    m->prototype = mem_resize(m->prototype, (size_t)(m->n + 1) * sizeof *m->prototype);
    struct workload_prototype *p = &m->prototype[m->n++];
    text_copy(p->category, sizeof p->category, l->category);
    text_copy(p->of, sizeof p->of, l->id);
    for (int j = 0; j < CLASSES_MAX_DIM; j++)
        p->point[j] = j < workload_features() && s->known[j] ? s->sum[j] / s->known[j] : (double)NAN;
}

static int learn_slice(struct learning *g, const struct lesson *l, int64_t from_ms)
{
    struct recording *rec;
    struct workload_summary sum;
    struct slice s = { 0 };
    int rc = archive_recording(g->of->files, l->id, from_ms, from_ms + SLICE_MS, 0, NULL, &rec);
    if (rc < 0)
        return rc == -ENODATA ? 0 : rc;
    workload_judge(rec, g->set, &(struct workload_options){ .threshold = 1, .update_s = WORKLOAD_LEARN_SLICE_S / 4.0,
                                                            .step_s = recording_interval(rec) },
                   slice_window, &s, &sum);
    workload_summary_done(&sum);
    recording_free(rec);
    if (s.windows)
        learn_put(g, l, &s);
    return s.windows > 0;
}

static int learn_session(struct learning *g, const struct lesson *l)
{
    struct index_session session;
    int rc = look_session(g->of, l->id, &session), made = 0;
    if (rc < 0)
        return rc;
    int64_t length = session.end_ms - session.start_ms, spare = length > SLICE_MS ? length - SLICE_MS : 0;
    int64_t fit = 1 + spare / SLICE_MS;
    int slices = fit < WORKLOAD_LEARN_SLICES ? (int)fit : WORKLOAD_LEARN_SLICES;
    for (int i = 0; i < slices; i++) {
        rc = learn_slice(g, l, session.start_ms + (slices > 1 ? spare * i / (slices - 1) : 0));
        if (rc < 0)
            return rc;
        made += rc;
    }
    g->out->sessions += made > 0;
    g->out->too_short += made == 0;
    g->out->prototypes += made;
    return 0;
}

static int learn_write(const struct learning *g)
{
    auto_buf struct buf text = { 0 };
    buf_puts(&text, "# What the workload classifier learnt of labelled sessions: made by `sonde classify --learn`.\n");
    workload_model_put(&g->model, &text);
    return models_write(g->of->dir.p, NULL, WORKLOAD_LEARNT, &text);
}

int workload_learn(struct look *v, const struct workload_set *s, const char *session, struct workload_learnt *out)
{
    *out = (struct workload_learnt){ 0 };
    struct learning g = { .of = v, .set = s, .out = out };
    int rc = v->indexed ? look_files(v) : -ENODATA; /* what is not known is not forgotten */
    if (rc == 0)
        rc = index_labels(v->index, NULL, learn_label, &g);
    for (size_t i = 0; rc >= 0 && i < g.n; i++) {
        int before = out->prototypes;
        rc = learn_session(&g, &g.lesson[i]);
        if (session && strcmp(session, g.lesson[i].id) == 0)
            out->of_session += out->prototypes - before;
    }
    rc = rc < 0 ? rc : learn_write(&g);
    workload_model_done(&g.model);
    mem_free(g.lesson);
    return rc;
}

void workload_say_unlearnt(const char *dir, int rc)
{
    if (rc == -ELOOP)
        log_error(0, "%s/models/" WORKLOAD_LEARNT " is a link or no file; move it away, and `sonde classify --learn` "
                  "makes it of the labels", dir);
    else
        log_error(rc == -ENODATA ? 0 : rc, "nothing is learnt of labelled sessions%s; %s/models/" WORKLOAD_LEARNT
                  " is as it was", rc == -ENODATA ? ", as labels are not known" : "", dir);
}

void workload_say_left_out(const struct workload_learnt *l)
{
    if (l->left_out)
        log_warn(0, "the workload classifier learns from %d labelled sessions at most: the %d oldest are left out",
                 WORKLOAD_LEARN_SESSIONS, l->left_out);
}
