/*
 * online.c - feeds the detector, keeps the last minutes, and makes episodes of its alarms.
 *
 * The detector raises none before it has seen what its news look like on this machine. For that long, the first hour
 * of all its lives and some minutes after a device came, young.h stands in.
 */
#include "analyze/online.h"

#include "analyze/causes.h"
#include "analyze/moved_groups.h"
#include "analyze/young.h"
#include "base/mem.h"
#include "base/stats.h"
#include "learn/detector.h"

#include <errno.h>
#include <string.h>

#define RING_ROWS 240       /* are forgotten down to half of it, outside of episodes */
#define EPISODE_ROWS 240    /* then it is the usual */
#define CONTEXT_MAX 256     /* columns that are kept for the ring only */
#define FIT_NS 60000000000  /* before the next new columns: a minute, then twice as long with each that came ... */
#define FIT_DOUBLINGS 8     /* ... so often: what comes and goes all day is not to be learned again and again */
#define LONG_GAP_S 30.0     /* after this nothing says that the machine is as it was */
#define LONG_GAP_STEPS 10
#define FRESH_ROWS 300      /* for so long another stands in where columns were not together before */
#define PARTS 24            /* columns of one row that are looked at: those that contributed most */
#define MAGIC "sonde online 1"

/* Sizes that tell how much a change of others matters, and control groups. */
#define CONTEXT "memory.total,swap.total," MOVED_GROUPS_FAMILIES

#define SLOW_S 3600.0       /* over which a level is remembered that creeps away */
#define USUAL_ROWS 30       /* fewer do not say what is usual */

struct column {
    int slot;     /* of the machine's schema; in the ring's it is the column's number */
    int learned;  /* column of the detector, -1: of the ring only */
};

/* What is usual of a column, to a person: the detector's own expectation follows within seconds. */
struct usual {
    double slow;           /* mean of the last hour outside of episodes; NaN = not known */
    double rows;           /* in it */
    bool known;            /* the others are, for the episode that is open: of the minutes before it */
    double middle, low, high;
};

struct online {
    struct online_options o;
    struct recording *ring;
    struct column *column;     /* n_columns of them, as those of the ring */
    int n_columns, n_learned, n_context;
    double *v, *x;             /* a row of the ring, and of the detector */
    struct usual *usual;       /* of each column of the detector */
    int *of;                   /* of each column of the detector: its number */
    int seen;                  /* size of the machine's schema when that was made */
    int64_t fit_ns, last_ns, last_ms;
    int fits;
    double t_s;                /* of the last row, does not go back */
    bool grown;                /* the detector says how probable rows are: it knows its news */
    int fresh;                 /* rows since its columns became others, up to FRESH_ROWS */

    struct detector *detector; /* NULL before the first row */
    struct detector *loaded;   /* of an earlier run, whose columns have these names, one after the other */
    char **names;

    struct features features;  /* of the ring: one per learned column; 0 until they are asked for */
    struct young *young;       /* stands in for a young detector, else NULL */
    const struct reading *reading; /* what it says of the row, one for each feature */
    struct episode now;
    bool open, told;
    int64_t start_ms;          /* as it was told */
    double probability;        /* at its peak */
    size_t alarm;              /* row of the last one */
    int grace;                 /* rows left of it */
    int muted;                 /* rows without an alarm that are missing after an episode that stays */
};

struct online *online_new(const struct online_options *o)
{
    struct online *n = mem_new(sizeof *n);
    *n = (struct online){ .o = *o, .ring = recording_new(), .grace = ONLINE_GRACE, .fresh = FRESH_ROWS };
    if (!(o->budget_per_day > 0))
        n->o.budget_per_day = DETECTOR_BUDGET;
    n->ring->interval_s = o->step_s;
    n->ring->origin = mem_dup("this machine");
    return n;
}

/* ---- columns ---- */

static void online_forget_names(struct online *o)
{
    for (int j = 0; o->names && o->names[j]; j++)
        mem_free(o->names[j]);
    mem_free(o->names);
    o->names = NULL;
    detector_free(o->loaded);
    o->loaded = NULL;
}

static bool online_has(const struct online *o, int slot)
{
    for (int i = 0; i < o->n_columns; i++)
        if (o->column[i].slot == slot)
            return true;
    return false;
}

/* The ring keeps values only: all its metrics are gauges. */
static void online_add(struct online *o, const struct schema *s, int slot, bool learned)
{
    const struct metric *m = schema_at(s, slot);
    schema_add(o->ring->schema, &(struct metric){ .name = m->name, .inst = m->inst, .help = m->help, .unit = m->unit });
    o->column = mem_resize(o->column, (size_t)(o->n_columns + 1) * sizeof *o->column);
    o->column[o->n_columns++] = (struct column){ slot, learned ? o->n_learned++ : -1 };
    o->n_context += !learned;
}

static bool online_wants(const struct schema *s, int slot)
{
    return feature_wanted(s, slot) && area_use_of(s, slot) != AREA_SILENT;
}

static void online_add_used(struct online *o, const struct schema *s, enum area_use use)
{
    for (int slot = o->seen; slot < schema_size(s) && o->n_learned < ONLINE_COLUMNS_MAX; slot++)
        if (feature_wanted(s, slot) && area_use_of(s, slot) == use && !online_has(o, slot))
            online_add(o, s, slot, true);
}

static void online_add_context(struct online *o, const struct schema *s)
{
    for (int slot = o->seen; slot < schema_size(s) && o->n_context < CONTEXT_MAX; slot++)
        if (schema_at(s, slot)->kind != KIND_COUNTER && schema_match(s, slot, CONTEXT) && !online_has(o, slot))
            online_add(o, s, slot, false);
}

static void online_index(struct online *o, int before)
{
    o->v = mem_resize(o->v, (size_t)(o->n_columns + 1) * sizeof *o->v);
    o->x = mem_resize(o->x, (size_t)(o->n_learned + 1) * sizeof *o->x);
    o->of = mem_resize(o->of, (size_t)(o->n_learned + 1) * sizeof *o->of);
    o->usual = mem_resize(o->usual, (size_t)(o->n_learned + 1) * sizeof *o->usual);
    for (int j = before; j < o->n_learned; j++)
        o->usual[j] = (struct usual){ .slow = NAN };
    for (int i = 0; i < o->n_columns; i++)
        if (o->column[i].learned >= 0)
            o->of[o->column[i].learned] = i;
}

/* Which column of an earlier run has this name? */
static int online_named(const struct online *o, const char *id)
{
    for (int j = 0; o->names[j]; j++)
        if (strcmp(o->names[j], id) == 0)
            return j;
    return -1;
}

static int online_names(const struct online *o)
{
    int n = 0;
    while (o->names[n])
        n++;
    return n;
}

/* A detector of the columns as they are now, which knows what the one before it knew of them. */
static void online_detector(struct online *o, int before)
{
    struct detector_options options = { .step_s = o->o.step_s, .budget_per_day = o->o.budget_per_day };
    struct detector *d = NULL, *old = o->loaded ? o->loaded : o->detector;
    int *from = mem_new((size_t)(o->n_learned + 1) * sizeof *from), known = 0;
    bool same = o->loaded && online_names(o) == o->n_learned;
    for (int j = 0; j < o->n_learned; j++) {
        from[j] = !o->loaded ? (j < before ? j : -1) : online_named(o, schema_id(o->ring->schema, o->of[j]));
        known += from[j] >= 0;
        same &= from[j] == j;
    }
    int rc = -ENODATA;
    if (same) {
        d = o->loaded; /* it goes on as if it had never stopped; other columns have to be fitted together anew */
        o->loaded = NULL;
        rc = 0;
    } else if (old && known) {
        rc = detector_remap(old, o->n_learned, from, &d);
    }
    if (!same)
        o->fresh = 0;
    if (rc < 0)
        rc = detector_new(o->n_learned, &options, &d);
    if (rc == 0) {
        detector_free(o->detector);
        o->detector = d;
    }
    if (o->detector) /* the one that was kept had another, perhaps */
        detector_set_budget(o->detector, o->o.budget_per_day);
    online_forget_names(o);
    mem_free(from);
}

bool online_is_young(const struct online *o)
{
    double learned_s = (double)detector_rows(o->detector) * o->o.step_s;
    return !o->grown || learned_s < YOUNG_S || o->fresh < FRESH_ROWS;
}

static void online_dismiss(struct online *o)
{
    young_free(o->young);
    o->young = NULL;
}

/* In the order in which an earlier run had them, so that its detector can go on with them. */
static void online_add_known(struct online *o, const struct schema *s)
{
    for (int j = 0; o->names && o->names[j] && o->n_learned < ONLINE_COLUMNS_MAX; j++)
        for (int slot = 0; slot < schema_size(s); slot++)
            if (strcmp(schema_id(s, slot), o->names[j]) == 0 && online_wants(s, slot) && !online_has(o, slot))
                online_add(o, s, slot, true);
}

static void online_fit(struct online *o, const struct schema *s, int64_t now_ns)
{
    int before = o->n_learned, columns = o->n_columns;
    if (schema_size(s) == o->seen || (o->fit_ns && now_ns - o->fit_ns < FIT_NS << o->fits))
        return;
    o->fits += o->fit_ns && o->fits < FIT_DOUBLINGS;
    o->fit_ns = now_ns;
    online_add_known(o, s);
    online_add_used(o, s, AREA_DECIDES);
    online_add_used(o, s, AREA_FOLLOWS);
    online_add_context(o, s);
    o->seen = schema_size(s);
    if (o->n_columns == columns)
        return;
    online_index(o, before);
    online_dismiss(o);
    features_done(&o->features);
    mem_free(o->now.part);
    o->now = (struct episode){ .part = mem_new((size_t)(o->n_learned + 1) * sizeof *o->now.part) };
    o->open = false;
    if (o->n_learned > before)
        online_detector(o, before);
}

/* Rules depend on values, as on how much memory there is: to be asked for when there are some. */
static const struct features *online_features(struct online *o)
{
    struct features *f = &o->features;
    if (!f->f) {
        f->f = mem_new((size_t)(o->n_learned + 1) * sizeof *f->f);
        f->n = o->n_learned;
        for (int j = 0; j < f->n; j++)
            f->f[j] = (struct feature){ .slot = o->of[j], .rule = area_of(o->ring, o->of[j]) };
    }
    for (int j = 0; j < f->n; j++)
        f->f[j].x = recording_col(o->ring, f->f[j].slot);
    return f;
}

/* ---- episodes ---- */

/* The minutes before the episode, as far as the ring goes back. */
static struct usual *online_usual(struct online *o, int j, size_t i)
{
    struct usual *u = &o->usual[j];
    size_t rows = o->open ? o->now.start : i;
    const double *x = recording_col(o->ring, o->of[j]);
    if (u->known)
        return u;
    u->middle = u->low = u->high = NAN;
    if (stats_known(x, rows) >= USUAL_ROWS) {
        u->middle = stats_median(x, rows);
        u->low = stats_quantile(x, rows, 0.05);
        u->high = stats_quantile(x, rows, 0.95);
    }
    u->known = true;
    return u;
}

static void usual_next(struct usual *u, double x, double most)
{
    if (!isfinite(x))
        return;
    u->rows = fmin(u->rows + 1, most);
    u->slow = isnan(u->slow) ? x : u->slow + (x - u->slow) / u->rows;
}

/*
 * Did a column move by what a person would care about, from what it was minutes ago, or over the hour? What is told as
 * expected is that, where it is known.
 */
static bool part_departs(struct online *o, const struct feature *f, size_t i, struct detector_cause *c)
{
    const struct usual *u = online_usual(o, c->column, i);
    bool crept = isnan(u->middle) || fabs(c->value - u->slow) > 2 * fabs(c->value - u->middle);
    if (!isnan(u->middle)) {
        c->expected = u->middle;
        c->low = u->low;
        c->high = u->high;
    }
    if (crept && u->rows > USUAL_ROWS) {
        double by = u->slow - c->expected;
        c->expected += by;
        c->low += by;
        c->high += by;
    }
    double by = fabs(c->value - c->expected);
    bool inside = c->value >= c->low && c->value <= c->high;
    return isfinite(by) && by > 0 && by >= f->rule.change && !inside;
}

/* A metric departed in a row. */
static void part_add(struct episode_part *p, size_t i, const struct detector_cause *c, double score)
{
    if (p->rows++ == 0) {
        p->first = i;
        p->usual = c->expected;
    }
    p->last = i;
    if (score >= p->score) {
        p->score = score;
        p->value = c->value;
        p->expected = c->expected;
        p->low = c->low;
        p->high = c->high;
    }
}

/* Counts what contributed to a row. Is a metric that decides among it? */
static bool online_parts(struct online *o, size_t i, double score)
{
    const struct features *f = online_features(o);
    struct detector_cause c[PARTS];
    bool decides = false;
    int n = detector_causes(o->detector, c, PARTS);
    for (int k = 0; k < n; k++) {
        o->now.part[c[k].column].weight += c[k].share * score;
        if (!part_departs(o, &f->f[c[k].column], i, &c[k]))
            continue;
        part_add(&o->now.part[c[k].column], i, &c[k], c[k].share * score);
        decides |= f->f[c[k].column].rule.use == AREA_DECIDES;
    }
    return decides;
}

/* The same of who stands in. */
static bool online_young_parts(struct online *o, size_t i)
{
    bool any = false;
    for (int j = 0; j < o->features.n; j++) {
        const struct reading *r = &o->reading[j];
        if (!r->departs)
            continue;
        part_add(&o->now.part[j], i, &(struct detector_cause){
            .value = o->features.f[j].x[i], .expected = r->expected, .low = r->low, .high = r->high }, r->score);
        o->now.part[j].weight += r->weight;
        any = true;
    }
    return any;
}

/* What it says of row i, as the detector would. */
static struct detector_verdict online_young(struct online *o, size_t i)
{
    struct detector_verdict v = { .probability = NAN };
    const struct features *f = online_features(o);
    if (!o->young)
        o->young = young_new(f, o->o.step_s, o->o.budget_per_day);
    v.alarm = young_row(o->young, i, &o->reading);
    for (int j = 0; j < f->n; j++)
        v.score = o->reading[j].departs ? fmax(v.score, o->reading[j].score) : v.score;
    return v;
}

static void online_clear(struct online *o)
{
    struct episode_part *part = o->now.part;
    memset(part, 0, (size_t)o->n_learned * sizeof *part);
    for (int j = 0; j < o->n_learned; j++)
        o->usual[j].known = false;
    o->now = (struct episode){ .part = part };
    o->open = o->told = false;
}

static void online_explain(struct online *o, struct anomaly *out)
{
    o->now.end = o->alarm;
    causes_explain(o->ring, online_features(o), &o->now, out);
    if (!o->told)
        o->start_ms = out->start_ms;
    out->start_ms = o->start_ms; /* the ring may have forgotten it */
    out->probability = o->probability;
    o->told = true;
}

static enum online_news online_close(struct online *o, bool stays, struct anomaly *out)
{
    enum online_news news = o->open ? ONLINE_CLOSED : ONLINE_NOTHING;
    if (!o->open)
        return news;
    o->now.stays = stays;
    online_explain(o, out);
    online_clear(o);
    return news;
}

/* Row i, with what the detector says of it. */
static enum online_news online_row(struct online *o, size_t i, const struct detector_verdict *v, struct anomaly *out)
{
    o->muted = v->alarm && o->muted ? EPISODE_QUIET : o->muted - (o->muted > 0);
    if (!o->open && (!v->alarm || o->muted || o->grace))
        return ONLINE_NOTHING;
    bool decides = o->young ? online_young_parts(o, i) : online_parts(o, i, v->score);
    if (!o->open && !decides) {
        online_clear(o);
        return ONLINE_NOTHING;
    }
    if (!o->open)
        o->now.start = o->now.peak = i;
    o->open = true;
    if (v->alarm)
        o->alarm = i;
    if (v->score > o->now.score) {
        o->now.score = v->score;
        o->now.peak = i;
        o->probability = v->probability;
    }
    if (i - o->now.start >= EPISODE_ROWS) {
        o->muted = EPISODE_QUIET;
        return online_close(o, true, out);
    }
    if (i - o->alarm >= EPISODE_QUIET)
        return online_close(o, false, out);
    if (o->told || (!o->young && i - o->now.start + 1 < EPISODE_HOLD))
        return ONLINE_NOTHING;
    online_explain(o, out);
    return ONLINE_OPENED;
}

/* ---- instants ---- */

/* Seconds that do not go back, whatever the wall clock does, and are its own as long as it does not either. */
static double online_time(const struct online *o, const struct frame *f)
{
    double t = (double)f->wall_ms * 1e-3, passed = (double)(f->mono_ns - o->last_ns) * 1e-9;
    return !o->last_ns || t > o->t_s ? fmax(t, o->t_s) : o->t_s + passed;
}

static bool online_gap(const struct online *o, const struct frame *f)
{
    double passed = fmax((double)(f->mono_ns - o->last_ns) * 1e-9, (double)(f->wall_ms - o->last_ms) * 1e-3);
    return o->last_ns && passed > fmax(LONG_GAP_S, LONG_GAP_STEPS * o->o.step_s);
}

/* Between episodes, so that rows keep their numbers while one is open. */
static void online_trim(struct online *o)
{
    if (o->open || o->ring->n < RING_ROWS)
        return;
    recording_forget(o->ring, o->ring->n - RING_ROWS / 2);
}

static void online_values(struct online *o, const struct frame *f)
{
    for (int i = 0; i < o->n_columns; i++) {
        double v = frame_get(f, o->column[i].slot);
        o->v[i] = v;
        if (o->column[i].learned < 0)
            continue;
        o->x[o->column[i].learned] = v;
        if (!o->open)
            usual_next(&o->usual[o->column[i].learned], v, SLOW_S / o->o.step_s);
    }
}

enum online_news online_take(struct online *o, const struct schema *s, const struct moment *m, struct anomaly *out)
{
    const struct frame *f = &m->frame;
    enum online_news news = ONLINE_NOTHING;
    if (o->last_ns && (double)(f->mono_ns - o->last_ns) < 0.5e9 * o->o.step_s)
        return news;
    if (online_gap(o, f)) {
        news = online_close(o, false, out);
        o->grace = ONLINE_GRACE;
        if (o->young)
            young_restart(o->young);
    }
    if (!o->open)
        online_fit(o, s, f->mono_ns);
    online_trim(o);
    o->t_s = online_time(o, f);
    o->last_ns = f->mono_ns;
    o->last_ms = f->wall_ms;
    if (!o->detector)
        return news;
    online_values(o, f);
    if (recording_add(o->ring, f->wall_ms, f->mono_ns, o->v, o->n_columns) < 0)
        return news;
    recording_add_uses(o->ring, m->procs, m->n_procs);
    struct detector_verdict v;
    detector_row(o->detector, o->t_s, o->x, &v);
    o->grown |= v.probability < 1;
    o->fresh += o->fresh < FRESH_ROWS;
    if (online_is_young(o) || (o->young && o->open)) /* who opened an episode closes it */
        v = online_young(o, o->ring->n - 1);
    else
        online_dismiss(o);
    o->grace -= o->grace > 0;
    return news ? news : online_row(o, o->ring->n - 1, &v, out);
}

enum online_news online_end(struct online *o, struct anomaly *out)
{
    return online_close(o, false, out);
}

void online_set_budget(struct online *o, double per_day)
{
    o->o.budget_per_day = per_day;
    if (o->detector)
        detector_set_budget(o->detector, per_day);
}

const struct recording *online_ring(const struct online *o)
{
    return o->ring;
}

int online_columns(const struct online *o)
{
    return o->n_learned;
}

size_t online_bytes(const struct online *o)
{
    return o->detector ? detector_bytes(o->detector) : 0;
}

size_t online_rows(const struct online *o)
{
    return o->detector ? detector_rows(o->detector) : 0;
}

void online_free(struct online *o)
{
    if (!o)
        return;
    online_forget_names(o);
    online_dismiss(o);
    detector_free(o->detector);
    features_done(&o->features);
    mem_free(o->now.part);
    mem_free(o->column);
    mem_free(o->v);
    mem_free(o->x);
    mem_free(o->of);
    mem_free(o->usual);
    recording_free(o->ring);
    mem_free(o);
}

/* ---- from run to run: the magic text, when the last row was, the names, an empty one, the detector ---- */

void online_save(const struct online *o, struct buf *out)
{
    if (!o->detector)
        return;
    buf_put(out, MAGIC, sizeof MAGIC);
    buf_put(out, &o->t_s, sizeof o->t_s);
    buf_put(out, &o->o.step_s, sizeof o->o.step_s);
    for (int j = 0; j < o->n_learned; j++) {
        const char *id = schema_id(o->ring->schema, o->of[j]);
        buf_put(out, id, strlen(id) + 1);
    }
    buf_putc(out, '\0');
    detector_save(o->detector, out);
}

/* The names in front of *p, which is set behind them. How many there are, or -EINVAL. */
static int online_read_names(struct online *o, const char **p, const char *end)
{
    int n = 0;
    o->names = mem_new((DETECTOR_MAX_DIM + 1) * sizeof *o->names);
    while (*p < end && **p) {
        size_t length = strnlen(*p, (size_t)(end - *p));
        if (*p + length == end || n == DETECTOR_MAX_DIM)
            return -EINVAL;
        o->names[n++] = mem_dup(*p);
        *p += length + 1;
    }
    o->names = mem_resize(o->names, (size_t)(n + 1) * sizeof *o->names);
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
    int rc = isfinite(t_s) ? online_read_names(o, &p, end) : -EINVAL;
    rc = rc < 0 ? rc : detector_load(p, (size_t)(end - p), &o->loaded);
    if (rc == 0 && !(fabs(step_s - o->o.step_s) <= 0.01 * step_s)) /* what is usual in a second is not so in a minute */
        rc = -ENODATA;
    if (rc < 0)
        online_forget_names(o);
    else
        o->t_s = t_s;
    return rc;
}
