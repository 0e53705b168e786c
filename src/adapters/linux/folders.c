/* folders.c - devices of one kind that come and go, each with the same few files. */
#include "adapters/linux/folders.h"

#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FOLDERS_LIST_NS 30000000000 /* between two listings */

enum { FOLDERS_MAX = 64 };

struct folder {
    char name[32];
    bool there, listed;
    int fd[FOLDERS_FILES];
    int slot[FOLDERS_VALUES];
};

struct folders {
    const struct folders_layout *layout;
    const char *root;
    struct schema *schema; /* while they are listed */
    struct folder *folder; /* room for FOLDERS_MAX */
    int n;
    int64_t now_ns, list_ns;
};

static void folder_read(const struct folders *s, const struct folder *d, double *v)
{
    char text[FOLDERS_FILES][FOLDERS_TEXT];
    for (int i = 0; i < s->layout->n_files; i++)
        if (d->fd[i] < 0 || os_pread_once(d->fd[i], text[i], sizeof text[i]) < 0)
            text[i][0] = '\0';
    for (int i = 0; i < s->layout->n_values; i++)
        v[i] = NAN;
    s->layout->parse(text, v);
}

static void folder_shut(const struct folders *s, struct folder *d)
{
    for (int i = 0; d->there && i < s->layout->n_files; i++)
        os_close(d->fd[i]);
    d->there = false;
}

/* Opens its files and gives it metrics, where the first of the files is there. */
static void folder_open(struct folders *s, struct folder *d)
{
    char dir[128];
    double v[FOLDERS_VALUES];
    snprintf(dir, sizeof dir, "%.64s/%s", s->layout->dir, d->name);
    d->fd[0] = sysfs_open(s->root, dir, s->layout->file[0]);
    d->there = d->fd[0] >= 0;
    if (!d->there)
        return;
    for (int i = 1; i < s->layout->n_files; i++)
        d->fd[i] = sysfs_open(s->root, dir, s->layout->file[i]);
    folder_read(s, d, v);
    for (int i = 0; i < s->layout->n_values; i++) {
        const struct folders_value *value = &s->layout->value[i];
        if (d->slot[i] < 0 && !(value->if_any && (isnan(v[i]) || v[i] == 0)))
            d->slot[i] = schema_add(s->schema, &(struct metric){
                .name = value->name, .inst = d->name, .help = value->help, .unit = value->unit, .kind = value->kind,
                .max = value->max });
    }
}

static struct folder *folders_find(struct folders *s, const char *name)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->folder[i].name, name) == 0)
            return &s->folder[i];
    if (s->n == FOLDERS_MAX || strlen(name) >= sizeof s->folder->name)
        return NULL;
    struct folder *d = &s->folder[s->n++];
    *d = (struct folder){ 0 };
    text_copy(d->name, sizeof d->name, name);
    for (int i = 0; i < FOLDERS_VALUES; i++)
        d->slot[i] = -1;
    return d;
}

static void folders_note(void *self, const char *name)
{
    struct folders *s = self;
    size_t n = strlen(s->layout->prefix);
    if (strncmp(name, s->layout->prefix, n) != 0 || name[n] < '0' || name[n] > '9')
        return;
    struct folder *d = folders_find(s, name);
    if (!d)
        return;
    d->listed = true;
    if (!d->there)
        folder_open(s, d);
}

static void folders_list(struct folders *s, struct schema *schema)
{
    s->schema = schema;
    s->list_ns = s->now_ns;
    for (int i = 0; i < s->n; i++)
        s->folder[i].listed = false;
    os_list(s->root, s->layout->dir, folders_note, s);
    for (int i = 0; i < s->n; i++)
        if (!s->folder[i].listed)
            folder_shut(s, &s->folder[i]);
}

void folders_sample(void *self, struct frame *f)
{
    struct folders *s = self;
    double v[FOLDERS_VALUES];
    s->now_ns = f->mono_ns;
    for (int k = 0; k < s->n; k++) {
        if (!s->folder[k].there)
            continue;
        folder_read(s, &s->folder[k], v);
        for (int i = 0; i < s->layout->n_values; i++)
            frame_set(f, s->folder[k].slot[i], v[i]);
    }
}

int folders_rescan(void *self, struct schema *schema)
{
    struct folders *s = self;
    if (s->now_ns - s->list_ns >= FOLDERS_LIST_NS)
        folders_list(s, schema);
    return 0;
}

void folders_close(void *self)
{
    struct folders *s = self;
    if (!s)
        return;
    for (int i = 0; i < s->n; i++)
        folder_shut(s, &s->folder[i]);
    mem_free(s->folder);
    mem_free(s);
}

int folders_open(const struct adapter_env *env, struct schema *schema, void **self)
{
    struct folders *s = mem_new(sizeof *s);
    s->layout = env->of;
    assert(s->layout->n_files <= FOLDERS_FILES && s->layout->n_values <= FOLDERS_VALUES);
    s->root = env->root;
    s->folder = mem_new(FOLDERS_MAX * sizeof *s->folder);
    folders_list(s, schema);
    if (schema_next(schema, s->layout->value[0].name, -1) < 0) {
        env->explain(env, s->layout->absent);
        folders_close(s);
        return -ENODEV;
    }
    *self = s;
    return 0;
}
