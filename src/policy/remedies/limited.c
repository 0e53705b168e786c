/* limited.c - walks the groups of the cpu controller for those with a limit. */
#include "policy/remedies/limited.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/hierarchy.h"
#include "policy/remedies/aim.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 8

struct limits {
    const char *root;
    struct hierarchy cpu, account; /* account: where version 1 counts what they ran */
    bool accounts;
    struct limited *out;
    char path[KNOB_INST_MAX];
    int depth, seen;
};

static bool limited_text(const struct limits *w, const struct hierarchy *h, const char *file, char *text, size_t cap)
{
    char path[OS_PATH_MAX];
    return hierarchy_path(h, w->path, file, path, sizeof path) == 0 && os_read_text(w->root, path, text, cap) >= 0;
}

static double limited_stat(const struct limits *w, const char *key)
{
    char path[OS_PATH_MAX];
    return hierarchy_path(&w->cpu, w->path, "cpu.stat", path, sizeof path) < 0 ? NAN : aim_keyed(w->root, path, key);
}

static void limited_use(const struct limits *w, struct limited_group *g)
{
    char text[64];
    double ns;
    if (w->cpu.version == 2) {
        g->ran_s = limited_stat(w, "usage_usec") * 1e-6;
        g->stopped_s = limited_stat(w, "throttled_usec") * 1e-6;
        return;
    }
    bool known = w->accounts && limited_text(w, &w->account, "cpuacct.usage", text, sizeof text) &&
                 text_double(text, &ns);
    g->ran_s = known ? ns * 1e-9 : NAN;
    g->stopped_s = limited_stat(w, "throttled_time") * 1e-9;
}

static void limited_each(void *self, const char *name);

static void limited_walk(struct limits *w)
{
    char dir[OS_PATH_MAX];
    struct limited_group g = { .quota_us = NAN };
    if (w->seen++ >= LIMITED_MOST || hierarchy_path(&w->cpu, w->path, "", dir, sizeof dir) < 0)
        return;
    if (hierarchy_quota(&w->cpu, w->path, &g.quota_us, &g.period_us)) {
        limited_use(w, &g);
        text_copy(g.path, sizeof g.path, w->path);
        w->out->group = mem_grow(w->out->group, w->out->n, &w->out->cap, sizeof g);
        w->out->group[w->out->n++] = g;
    }
    if (w->depth < DEPTH_MAX) {
        w->depth++;
        os_list(w->root, dir, limited_each, w);
        w->depth--;
    }
}

/* A group below has a list of its processes; everything else there is a file of this one. */
static void limited_each(void *self, const char *name)
{
    struct limits *w = self;
    char path[OS_PATH_MAX];
    size_t n = strlen(w->path), own = n == 1 ? 0 : n; /* below "/" no second stroke */
    int k = snprintf(w->path + own, sizeof w->path - own, "/%s", name);
    if (k > 0 && (size_t)k < sizeof w->path - own &&
        hierarchy_path(&w->cpu, w->path, "cgroup.procs", path, sizeof path) == 0 && os_exists(w->root, path))
        limited_walk(w);
    w->path[n] = '\0';
}

int limited_read(const char *root, struct limited *out)
{
    struct limits w = { .root = root, .out = out, .path = "/" };
    out->n = 0;
    if (hierarchy_find(root, "cpu", &w.cpu) < 0)
        return -ENODEV;
    w.accounts = w.cpu.version == 1 && hierarchy_find(root, "cpuacct", &w.account) == 0;
    limited_walk(&w);
    return 0;
}

void limited_done(struct limited *l)
{
    mem_free(l->group);
    *l = (struct limited){ 0 };
}

const struct limited_group *limited_at(const struct limited *l, const char *path)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->group[i].path, path) == 0)
            return &l->group[i];
    return NULL;
}
