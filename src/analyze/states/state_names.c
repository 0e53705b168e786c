/* state_names.c - from centroids to words: "idle", "CPU busy, disk writes". */
#include "analyze/states/state_names.h"

#include "analyze/areas.h"
#include "base/stats.h"

#include <stdio.h>
#include <string.h>

#define IDLE 10.0  /* % of the processors */
#define FILLED 0.8 /* of the memory */

struct word {
    const char *family;
    double from;      /* the centroid is at least this ... */
    double share;     /* ... and, unless 0, this share of the highest state while another is below it */
    const char *text;
};

/* The first word of a family that fits. */
static const struct word words[] = {
    { "cpu.util",           80,   0,   "CPU busy" },
    { "cpu.util",           30,   0,   "CPU at work" },
    { "gpu.util",           50,   0,   "GPU busy" },
    { "disk.write.rate",    20e6, 0,   "disk writes" },
    { "disk.read.rate",     20e6, 0,   "disk reads" },
    { "net.recv.rate",      5e6,  0,   "receiving" },
    { "net.send.rate",      5e6,  0,   "sending" },
    { "process.forks.rate", 200,  0,   "starting processes" },
    { "memory.used",        1e8,  0.9, "more memory used" },
};

static void range_of(const struct states *s, int j, double *least, double *most)
{
    *least = *most = s->items[0].centroid[j];
    for (int k = 1; k < s->k; k++) {
        *least = fmin(*least, s->items[k].centroid[j]);
        *most = fmax(*most, s->items[k].centroid[j]);
    }
}

static bool word_fits(const struct word *w, const struct recording *r, const struct states *s, int j, double v)
{
    double least, most;
    range_of(s, j, &least, &most);
    bool stands_out = v >= w->share * most && least < w->share * most && v - least >= area_of(r, s->feature[j]).change;
    return v >= w->from && (w->share == 0 || stands_out);
}

static bool memory_is_full(const struct recording *r, double used)
{
    const double *total = recording_find(r, "memory.total", NULL);
    return total && used >= FILLED * stats_mean(total, r->n);
}

static void name_add(struct state *to, const char *text)
{
    size_t n = strlen(to->name);
    bool more = n && to->name[n - 1] != ' '; /* behind what it is called */
    snprintf(to->name + n, sizeof to->name - n, "%s%s", more ? ", " : "", text);
}

/* Adds the words that fit; false where no feature is of a family with words. */
static bool name_by_words(const struct recording *r, const struct states *s, struct state *to)
{
    bool known = false;
    for (int j = 0; j < s->n_features; j++) {
        bool said = false;
        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            if (strcmp(words[w].family, schema_at(r->schema, s->feature[j])->name) != 0)
                continue;
            known = true;
            if (!said && word_fits(&words[w], r, s, j, to->centroid[j])) {
                bool filled = words[w].share > 0 && memory_is_full(r, to->centroid[j]);
                name_add(to, filled ? "memory filled" : words[w].text);
                said = true;
            }
        }
    }
    return known;
}

/* What a person would call it, by several metrics at once. Between two bounds each; INFINITY: no upper one. */
struct activity {
    const char *text;
    struct { const char *family; double from, below; } when[4];
    const char *more; /* of this family at least MORE times what the state with the least of it has */
};

#define MORE 4.0

static const struct activity activities[] = {
    { "compiling", { { "cpu.util", 40, INFINITY }, { "process.forks.rate", 4, 200 }, { "net.recv.rate", 0, 5e6 } },
      "process.forks.rate" },
    { "copying files", { { "disk.read.rate", 20e6, INFINITY }, { "disk.write.rate", 20e6, INFINITY }, { "cpu.util", 0, 60 } },
      NULL },
    { "downloading", { { "net.recv.rate", 5e6, INFINITY }, { "disk.write.rate", 4e6, INFINITY } }, NULL },
    { "uploading", { { "net.send.rate", 5e6, INFINITY }, { "disk.read.rate", 4e6, INFINITY } }, NULL },
};

static int feature_of(const struct recording *r, const struct states *s, const char *family)
{
    for (int j = 0; j < s->n_features; j++)
        if (!strcmp(schema_at(r->schema, s->feature[j])->name, family))
            return j;
    return -1;
}

static bool activity_fits(const struct activity *a, const struct recording *r, const struct states *s,
                          const struct state *of)
{
    for (size_t k = 0; k < sizeof a->when / sizeof *a->when && a->when[k].family; k++) {
        int j = feature_of(r, s, a->when[k].family);
        if (j < 0 || !(of->centroid[j] >= a->when[k].from && of->centroid[j] < a->when[k].below))
            return false;
    }
    double least, most;
    int j = a->more ? feature_of(r, s, a->more) : -1;
    if (j < 0)
        return !a->more;
    range_of(s, j, &least, &most);
    return of->centroid[j] >= MORE * least;
}

static void name_begin(const struct recording *r, const struct states *s, struct state *to)
{
    for (size_t k = 0; k < sizeof activities / sizeof *activities; k++)
        if (activity_fits(&activities[k], r, s, to)) {
            size_t n = strlen(to->name);
            snprintf(to->name + n, sizeof to->name - n, "%s%s: ", n ? ", " : "", activities[k].text);
            return;
        }
}

static double cpu_of(const struct recording *r, const struct states *s, const struct state *to)
{
    for (int j = 0; j < s->n_features; j++)
        if (!strcmp(schema_at(r->schema, s->feature[j])->name, "cpu.util"))
            return to->centroid[j];
    return 0;
}

/* Of columns that nobody knows: the one in which the state stands furthest from the middle of
 * all. */
static void name_by_contrast(const struct recording *r, const struct states *s, struct state *to)
{
    int at = 0;
    double furthest = 0;
    for (int j = 0; j < s->n_features; j++) {
        double least, most;
        range_of(s, j, &least, &most);
        double d = most > least ? (to->centroid[j] - least) / (most - least) - 0.5 : 0;
        if (fabs(d) > fabs(furthest)) {
            furthest = d;
            at = j;
        }
    }
    const char *level = furthest > 0.25 ? "high" : furthest < -0.25 ? "low" : "in the middle";
    snprintf(to->name, sizeof to->name, "%.40s %s", schema_id(r->schema, s->feature[at]), level);
}

/* Columns that nobody knows: alike in the one that is named, they differ in another, and are counted. */
static void names_count(struct states *s)
{
    for (int k = s->k - 1; k > 0; k--) {
        int same = 1;
        for (int i = 0; i < k; i++)
            same += !strcmp(s->items[i].name, s->items[k].name);
        size_t n = strlen(s->items[k].name);
        if (same > 1)
            snprintf(s->items[k].name + n, sizeof s->items[k].name - n, " (%d)", same);
    }
}

void states_name(const struct recording *r, struct states *s)
{
    bool by_words = true;
    for (int k = 0; k < s->k; k++) {
        struct state *to = &s->items[k];
        snprintf(to->name, sizeof to->name, "%s", s->k == 1 ? "steady" : "");
        name_begin(r, s, to);
        size_t n = strlen(to->name);
        by_words = name_by_words(r, s, to);
        if (!by_words && s->k > 1)
            name_by_contrast(r, s, to);
        else if (by_words && strlen(to->name) == n)
            name_add(to, cpu_of(r, s, to) < IDLE ? "idle" : "light work");
    }
    if (!by_words)
        names_count(s);
}
