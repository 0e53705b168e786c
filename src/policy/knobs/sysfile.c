/*
 * sysfile.c - knobs that are a file of the kernel.
 *
 * The names of instances come from people, too (an arm, a journal), and become part of a path: one with a part ".." or
 * an empty one is none.
 */
#include "policy/knobs/sysfile.h"

#include "base/text.h"
#include "os/os.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How many names an instance consists of: each "%s" stands for one. */
static int sysfile_names(const char *arg)
{
    int n = 0;
    for (const char *p = arg; (p = strstr(p, "%s")) != NULL; p += 2)
        n++;
    return n;
}

/* Are its parts names, as many as the path wants? A path with one "%s" takes them all. */
static bool sysfile_fits(const char *arg, const char *inst)
{
    int names = sysfile_names(arg), parts = 0;
    for (const char *p = inst; *p; parts++) {
        size_t n = strcspn(p, "/");
        if ((n == 0 && parts > 0) || (n == 2 && p[0] == '.' && p[1] == '.') || (n == 1 && p[0] == '.'))
            return false;
        p += n;
        p += *p == '/';
    }
    return names == 0 ? !*inst : names == 1 ? parts > 0 : parts == names;
}

static void sysfile_put(char *out, size_t *n, const char *text, size_t len)
{
    for (size_t i = 0; i < len && *n + 1 < OS_PATH_MAX; i++)
        out[(*n)++] = text[i];
}

void sysfile_path(const struct knob *k, const struct place *p, char *out)
{
    bool whole = sysfile_names(k->arg) == 1;
    const char *inst = p->inst;
    size_t n = 0;
    for (const char *a = k->arg; *a; a++) {
        if (a[0] == '%' && a[1] == 's') {
            size_t len = whole ? strlen(inst) : strcspn(inst, "/");
            sysfile_put(out, &n, inst, len);
            inst += len;
            inst += *inst == '/';
            a++;
        } else if (a[0] == '%' && a[1] == 'd') {
            char pid[16] = "self";
            if (p->pid > 0)
                snprintf(pid, sizeof pid, "%d", p->pid);
            sysfile_put(out, &n, pid, strlen(pid));
            a++;
        } else {
            sysfile_put(out, &n, a, 1);
        }
    }
    out[n] = '\0';
}

/* The path, where the place is one; what an error of it means there. */
static int sysfile_at(const struct knob *k, const struct place *p, char *path)
{
    if (!sysfile_fits(k->arg, p->inst))
        return -ENODEV;
    sysfile_path(k, p, path);
    return 0;
}

static int sysfile_means(const struct knob *k, const struct place *p, int rc)
{
    if (rc == -ENOENT || rc == -ENXIO || rc == -ENOTDIR)
        return strstr(k->arg, "%d") && p->pid > 0 && !knob_task_is(p) ? -ESRCH : -ENODEV;
    return rc;
}

int sysfile_text(const struct knob *k, const struct place *p, char *text, size_t cap)
{
    char path[OS_PATH_MAX];
    int rc = sysfile_at(k, p, path);
    if (rc == 0)
        rc = os_read_text(p->root, path, text, cap);
    return rc < 0 ? sysfile_means(k, p, rc) : 0;
}

int sysfile_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char text[4096];
    int rc = sysfile_text(k, p, text, sizeof text);
    if (rc < 0)
        return rc;
    char *first = text + strspn(text, " \t\n");
    first[strcspn(first, "\n")] = '\0';
    for (size_t n = strlen(first); n && isspace((unsigned char)first[n - 1]); n--)
        first[n - 1] = '\0';
    if (strlen(first) >= KNOB_VALUE_MAX)
        return -ENAMETOOLONG; /* what was cut could not be set back */
    text_copy(value, KNOB_VALUE_MAX, first);
    return 0;
}

int sysfile_write(const struct knob *k, const struct place *p, const char *value)
{
    char path[OS_PATH_MAX];
    int rc = sysfile_at(k, p, path);
    if (rc == 0)
        rc = os_write_text(p->root, path, value);
    return sysfile_means(k, p, rc);
}

int sysfile_writable(const struct knob *k, const struct place *p)
{
    char path[OS_PATH_MAX];
    int rc = sysfile_at(k, p, path);
    if (rc == 0)
        rc = os_may_write(p->root, path);
    return sysfile_means(k, p, rc);
}

/* ---- one of several ---- */

int sysfile_read_chosen(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char all[KNOB_VALUE_MAX];
    int rc = sysfile_read(k, p, all);
    if (rc < 0)
        return rc;
    char *from = strchr(all, '[');
    char *to = from ? strchr(from, ']') : NULL;
    if (to)
        *to = '\0';
    text_copy(value, KNOB_VALUE_MAX, to ? from + 1 : all);
    return 0;
}

int sysfile_check_chosen(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    char all[KNOB_VALUE_MAX];
    int rc = sysfile_read(k, p, all);
    if (rc < 0)
        return 0; /* whether there is one is another question */
    size_t n = strlen(value);
    for (const char *w = all; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        size_t len = strcspn(w, " ");
        bool chosen = len > 2 && *w == '[' && w[len - 1] == ']';
        if (len - 2 * chosen == n && memcmp(w + chosen, value, n) == 0)
            return 0;
    }
    snprintf(why, KNOB_WHY, "%s of %.40s is one of %.80s; this is \"%.40s\"", k->name,
             *p->inst ? p->inst : "this machine", all, value);
    return -EINVAL;
}

/* ---- instances ---- */

struct sysfile_walk {
    const struct knob *k;
    struct place place;  /* the names so far */
    void (*each)(void *self, const char *inst);
    void *self;
};

static void sysfile_down(struct sysfile_walk *w, const char *rest);

/* A name for the first "%s" of what is left of the path. */
struct sysfile_level {
    struct sysfile_walk *w;
    const char *rest; /* behind that "%s" */
};

static void sysfile_name(void *self, const char *name)
{
    struct sysfile_level *l = self;
    char *inst = l->w->place.inst;
    size_t before = strlen(inst);
    if (before + 1 + strlen(name) < KNOB_INST_MAX) {
        snprintf(inst + before, KNOB_INST_MAX - before, "%s%s", before ? "/" : "", name);
        sysfile_down(l->w, l->rest);
    }
    inst[before] = '\0';
}

static void sysfile_down(struct sysfile_walk *w, const char *rest)
{
    char path[OS_PATH_MAX];
    const char *gap = strstr(rest, "%s");
    if (!gap) {
        sysfile_path(w->k, &w->place, path);
        if (os_exists(w->place.root, path))
            w->each(w->self, w->place.inst);
        return;
    }
    struct knob part = *w->k;
    char folder[OS_PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", (int)(gap - w->k->arg), w->k->arg);
    part.arg = folder;
    sysfile_path(&part, &w->place, path);
    os_list(w->place.root, path, sysfile_name, &(struct sysfile_level){ w, gap + 2 });
}

void sysfile_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    struct sysfile_walk w = { .k = k, .place = { .root = root }, .each = each, .self = self };
    if (strstr(k->arg, "%s"))
        sysfile_down(&w, k->arg);
    else if (os_exists(root, k->arg))
        each(self, "");
}
