/*
 * groups.c - numbers of control groups that come and go.
 *
 * At most GROUPS_MAX are read, the busiest where there are more. Names get slots that last for the
 * life of the process, so a group has to be there for GROUPS_AGE before it gets some, and not more
 * than GROUPS_EVER ever do: a machine that makes a container a minute must not grow.
 */
#include "adapters/linux/groups.h"

#include "adapters/linux/group_tree.h"
#include "adapters/linux/psi.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_AGE_NS 10000000000
#define GROUPS_LIST_NS 60000000000 /* between two listings, whatever the kernel's count says */
#define GROUPS_FULL_NS 60000000000 /* between two readings of all files of a quiet group */

enum { GROUPS_MAX = 200, GROUPS_EVER = 600, GROUPS_TEXT = 4096 };

struct group {
    char *path, *name;
    bool has_slots;
    bool there;      /* its files are open */
    bool listed;     /* was seen by the last listing */
    bool quiet;      /* nothing had changed when all was read last */
    int64_t since_ns; /* of the first listing that saw it, or saw it again */
    int64_t full_ns; /* when all was read last */
    double used;     /* processor time when it was chosen */
    int fd[GROUPS_FIELDS]; /* of the file of each field; the first field of a file has it */
    int slot[GROUPS_FIELDS];
    double v[GROUPS_FIELDS];
};

struct groups {
    const struct groups_layout *layout;
    const char *root;
    struct group_tree tree;
    double cpus;
    struct group **group; /* n of them; they stay where they are */
    size_t n, cap;
    int n_there, n_ever;
    bool waiting;         /* a group is not old enough yet */
    bool lost;            /* one went away since the last listing */
    bool more;            /* a value became known that has no metric yet */
    int64_t now_ns, list_ns;
    char text[GROUPS_TEXT];
};

/* ---- numbers ---- */

double groups_number(const char *text, const char *key)
{
    uint64_t v;
    (void)key;
    /* Without a limit, version 1 says the largest number of whole pages, version 2 "max". */
    return text_u64(&text, &v) && v < UINT64_C(1) << 62 ? (double)v : (double)NAN;
}

double groups_keyed(const char *text, const char *key)
{
    size_t n = strlen(key);
    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        uint64_t v;
        if (strncmp(p, key, n) == 0 && p[n] == ' ') {
            p += n;
            return text_u64(&p, &v) ? (double)v : (double)NAN;
        }
    }
    return NAN;
}

/* The sum of the numbers behind all places where the key stands, a blank before it. */
static double groups_sum(const char *text, const char *key)
{
    double sum = 0;
    size_t n = strlen(key);
    for (const char *p = text; (p = strstr(p, key)); ) {
        bool begins = p > text && p[-1] == ' ';
        uint64_t v;
        p += n;
        if (begins && text_u64(&p, &v))
            sum += (double)v;
    }
    return sum;
}

double groups_io(const char *text, const char *key)
{
    return groups_sum(text, key);
}

double groups_blkio(const char *text, const char *key)
{
    return strstr(text, "Total") ? groups_sum(text, key) : (double)NAN;
}

double groups_psi(const char *text, const char *key)
{
    return psi_total(text, key);
}

double groups_cpu_max(const char *text, const char *key)
{
    uint64_t quota, period;
    (void)key;
    bool limited = text_u64(&text, &quota) && text_u64(&text, &period) && period > 0;
    return limited ? (double)quota / (double)period : (double)NAN; /* "max 100000" */
}

/* ---- one group ---- */

static const struct groups_place *groups_place(const struct groups *s, int field)
{
    return &s->layout->field[field].at[s->tree.v2];
}

/* Is the field in the same file as the one before it? */
static bool groups_shares_file(const struct groups *s, int field)
{
    if (field == 0)
        return false;
    const struct groups_place *p = groups_place(s, field), *q = groups_place(s, field - 1);
    return p->file && q->file && strcmp(p->file, q->file) == 0 && strcmp(p->hierarchy, q->hierarchy) == 0;
}

static int group_open_file(const struct groups *s, const struct group *g, int field)
{
    const struct groups_place *p = groups_place(s, field);
    char path[GROUP_PATH_MAX + 96];
    if (!p->file)
        return -ENOENT;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s%s%s/%s", s->tree.v2 ? "" : "/", s->tree.v2 ? "" : p->hierarchy,
             g->path, p->file);
    return os_open_read(s->root, path);
}

static void group_shut(struct groups *s, struct group *g)
{
    for (int i = 0; i < s->layout->n_fields; i++) {
        os_close(g->fd[i]);
        g->fd[i] = -1;
        g->v[i] = NAN;
    }
    s->n_there -= g->there;
    g->there = g->quiet = false;
}

static void group_open(struct groups *s, struct group *g)
{
    bool any = false;
    for (int i = 0; i < s->layout->n_fields; i++) {
        g->fd[i] = groups_shares_file(s, i) ? -1 : group_open_file(s, g, i);
        any = any || g->fd[i] >= 0;
    }
    g->there = any;
    s->n_there += any;
}

/* All fields of the file that begins with this one. False when the group is gone. */
static bool group_read_file(struct groups *s, struct group *g, int first)
{
    int n = os_pread_once(g->fd[first], s->text, sizeof s->text);
    if (n == -ENODEV) /* what kernfs says once the group is removed */
        return false;
    for (int i = first; i < s->layout->n_fields && (i == first || groups_shares_file(s, i)); i++) {
        const struct groups_place *p = groups_place(s, i);
        g->v[i] = n < 0 ? (double)NAN : p->parse(s->text, p->key) * p->scale;
    }
    return true;
}

/* Did it change, and is it more than a level that wanders? At the first reading nothing is known to have. */
static bool group_grew(const struct groups *s, const double *before, const double *now)
{
    for (int i = 0; i < s->layout->n_fields; i++)
        if (s->layout->field[i].kind == KIND_COUNTER && before[i] != now[i] && !isnan(before[i]))
            return true;
    return false;
}

/* Reads what has to be read. False when the group is gone. */
static bool group_read(struct groups *s, struct group *g)
{
    double before[GROUPS_FIELDS];
    memcpy(before, g->v, sizeof before);
    if (g->fd[0] >= 0 && !group_read_file(s, g, 0))
        return false;
    if (g->quiet && g->v[0] == before[0] && s->now_ns - g->full_ns < GROUPS_FULL_NS)
        return true;
    for (int i = 1; i < s->layout->n_fields; i++)
        if (g->fd[i] >= 0 && !group_read_file(s, g, i))
            return false;
    g->quiet = g->fd[0] >= 0 && !group_grew(s, before, g->v);
    g->full_ns = s->now_ns;
    return true;
}

/* Is it the part of something that there is? Then none of it is an answer: a group that never waited for its quota. */
static bool group_has_whole(const struct groups *s, const struct group *g, int i)
{
    for (int k = 0; k < s->layout->n_ratios; k++) {
        const struct groups_ratio *r = &s->layout->ratio[k];
        if (r->num == i && r->den != SCHEMA_TIME && g->v[r->den] > 0)
            return true;
    }
    return false;
}

static bool group_wants_slot(const struct groups *s, const struct group *g, int i)
{
    const struct groups_field *f = &s->layout->field[i];
    bool any = !f->if_any || g->v[i] != 0 || group_has_whole(s, g, i);
    return f->name && g->slot[i] < 0 && !isnan(g->v[i]) && any;
}

static void group_add_metrics(const struct groups *s, struct schema *schema, struct group *g)
{
    for (int i = 0; i < s->layout->n_fields; i++) {
        const struct groups_field *f = &s->layout->field[i];
        if (group_wants_slot(s, g, i))
            g->slot[i] = schema_add(schema, &(struct metric){
                .name = f->name, .inst = g->name, .help = f->help, .unit = f->unit, .kind = f->kind, .rate = f->rate });
    }
    for (int i = 0; i < s->layout->n_ratios; i++) {
        const struct groups_ratio *r = &s->layout->ratio[i];
        int num = g->slot[r->num], den = r->den == SCHEMA_TIME ? SCHEMA_TIME : g->slot[r->den];
        if (num >= 0 && (r->den == SCHEMA_TIME || den >= 0))
            schema_add(schema, &(struct metric){
                .name = r->name, .inst = g->name, .help = r->help, .unit = r->unit, .kind = KIND_RATIO,
                .num = num, .den = den, .scale = r->of_cpus ? r->scale / s->cpus : r->scale, .max = r->max });
    }
    g->has_slots = true;
}

/* ---- all of them ---- */

static struct group *groups_find(const struct groups *s, const char *path)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->group[i]->path, path) == 0)
            return s->group[i];
    return NULL;
}

/* One that has this name already, and lasts. */
static struct group *groups_named(const struct groups *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->group[i]->name, name) == 0)
            return s->group[i];
    return NULL;
}

static void groups_note(void *self, const char *path, const char *name)
{
    struct groups *s = self;
    struct group *g = groups_find(s, path);
    if (!g && s->n == 4 * (size_t)GROUPS_EVER)
        return;
    if (!g) {
        char unique[GROUP_NAME_MAX + 4];
        snprintf(unique, sizeof unique, "%s", name);
        for (int k = 2; k < 10 && groups_named(s, unique); k++)
            snprintf(unique, sizeof unique, "%s#%d", name, k);
        if (groups_named(s, unique))
            return;
        s->group = mem_grow(s->group, s->n, &s->cap, sizeof *s->group);
        g = s->group[s->n++] = mem_new(sizeof *g);
        g->path = mem_dup(path);
        g->name = mem_dup(unique);
        g->since_ns = s->now_ns;
        for (int i = 0; i < GROUPS_FIELDS; i++) {
            g->fd[i] = g->slot[i] = -1;
            g->v[i] = NAN;
        }
    }
    g->listed = true;
}

static void group_free(struct group *g)
{
    mem_free(g->path);
    mem_free(g->name);
    mem_free(g);
}

/* Shuts those that are gone; forgets those that never got a slot. */
static void groups_sweep(struct groups *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct group *g = s->group[i];
        if (!g->listed && g->there)
            group_shut(s, g);
        if (g->listed || g->has_slots)
            s->group[kept++] = g;
        else
            group_free(g);
    }
    s->n = kept;
}

/* What the first file says, which is not kept open. */
static double group_pulse(struct groups *s, const struct group *g)
{
    const struct groups_place *p = groups_place(s, 0);
    int fd = group_open_file(s, g, 0);
    int n = os_pread_once(fd, s->text, sizeof s->text);
    os_close(fd);
    double used = n < 0 ? (double)NAN : p->parse(s->text, p->key) * p->scale;
    return isnan(used) ? 0 : used;
}

static int groups_by_use(const void *a, const void *b)
{
    const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;
    return x->used != y->used ? (x->used < y->used ? 1 : -1) : strcmp(x->path, y->path);
}

/* Those that are old enough and not open yet. Returns how many. */
static size_t groups_candidates(struct groups *s, bool at_once, struct group **out)
{
    size_t n = 0;
    s->waiting = false;
    for (size_t i = 0; i < s->n; i++) {
        struct group *g = s->group[i];
        bool young = !at_once && !g->has_slots && s->now_ns - g->since_ns < GROUPS_AGE_NS;
        s->waiting = s->waiting || young;
        if (g->listed && !g->there && !young)
            out[n++] = g;
    }
    return n;
}

/* Opens candidates as far as there is room, the busiest first. They are told apart by their first file alone:
 * all files of all of them may be more than this process may open. */
static void groups_admit(struct groups *s, struct schema *schema, bool at_once)
{
    struct group **new = mem_new((s->n + 1) * sizeof *new);
    size_t n = groups_candidates(s, at_once, new);
    for (size_t i = 0; i < n; i++)
        new[i]->used = group_pulse(s, new[i]);
    qsort(new, n, sizeof *new, groups_by_use);
    for (size_t i = 0; i < n && s->n_there < GROUPS_MAX; i++) {
        struct group *g = new[i];
        if (!g->has_slots && s->n_ever == GROUPS_EVER)
            continue;
        group_open(s, g);
        if (!g->there)
            continue;
        if (!group_read(s, g)) {
            group_shut(s, g);
            continue;
        }
        s->n_ever += !g->has_slots;
        group_add_metrics(s, schema, g);
    }
    mem_free(new);
}

static void groups_list(struct groups *s, struct schema *schema, bool at_once)
{
    for (size_t i = 0; i < s->n; i++)
        s->group[i]->listed = false;
    s->lost = false;
    s->list_ns = s->now_ns;
    group_tree_list(&s->tree, groups_note, s);
    groups_sweep(s);
    groups_admit(s, schema, at_once);
}

int groups_rescan(void *self, struct schema *schema)
{
    struct groups *s = self;
    bool changed = group_tree_changed(&s->tree);
    if (changed || s->lost || s->waiting || s->now_ns - s->list_ns >= GROUPS_LIST_NS)
        groups_list(s, schema, false);
    for (size_t i = 0; s->more && i < s->n; i++)
        if (s->group[i]->there)
            group_add_metrics(s, schema, s->group[i]);
    s->more = false;
    return 0;
}

void groups_sample(void *self, struct frame *f)
{
    struct groups *s = self;
    s->now_ns = f->mono_ns;
    for (size_t k = 0; k < s->n; k++) {
        struct group *g = s->group[k];
        if (!g->there)
            continue;
        if (!group_read(s, g)) {
            group_shut(s, g);
            s->lost = true;
            continue;
        }
        for (int i = 0; i < s->layout->n_fields; i++) {
            frame_set(f, g->slot[i], g->v[i]);
            s->more = s->more || group_wants_slot(s, g, i);
        }
    }
}

void groups_close(void *self)
{
    struct groups *s = self;
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        group_shut(s, s->group[i]);
        group_free(s->group[i]);
    }
    group_tree_close(&s->tree);
    mem_free(s->group);
    mem_free(s);
}

static double groups_cpus(const char *root)
{
    char list[8192];
    int n = os_read_text(root, "/sys/devices/system/cpu/online", list, sizeof list) > 0 ? text_list_count(list) : -1;
    return n > 0 ? n : 1;
}

int groups_open(const struct adapter_env *env, struct schema *schema, void **self)
{
    struct groups *s = mem_new(sizeof *s);
    s->layout = env->of;
    assert(s->layout->n_fields <= GROUPS_FIELDS);
    s->root = env->root;
    s->cpus = groups_cpus(env->root);
    if (group_tree_open(&s->tree, env->root) < 0) {
        groups_close(s);
        env->explain(env, "no control groups: /sys/fs/cgroup is not mounted here");
        return -ENODEV;
    }
    group_tree_changed(&s->tree);
    groups_list(s, schema, true);
    if (s->n_there == 0)
        env->explain(env, "no service, container or session has a control group of its own now");
    *self = s;
    return 0;
}
