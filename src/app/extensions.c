/* extensions.c - finds adapters of other people in the adapters.d folders. */
#include "app/extensions.h"

#include "adapters/extension.h"
#include "app/settings.h"
#include "base/log.h"
#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SYSTEM_FOLDER "/etc/sonde/adapters.d"
#define PATIENCE_NS 1000000000 /* that all programs together may delay the first tick */

/* The folder that is being looked through. */
struct folder {
    struct extensions *x;
    const char *path;
    const char *refused; /* why none of its files is run, NULL where they may be */
};

/* NAME of a file: without its ending, in the letters that names of metrics have. False where that
 * cannot be. */
static bool extensions_name(const char *file, char out[static EXTENSION_NAME])
{
    const char *end = strrchr(file, '.');
    size_t n = end && end > file ? (size_t)(end - file) : strlen(file);
    if (n >= EXTENSION_NAME)
        return false;
    for (size_t i = 0; i < n; i++) {
        out[i] = file[i] == '-' ? '_' : (char)tolower((unsigned char)file[i]);
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", out[i]))
            return false;
    }
    out[n] = '\0';
    return true;
}

static const struct extension *extensions_taken(const struct extensions *x, const char *name)
{
    for (size_t i = 0; i < x->n; i++)
        if (!*x->found[i]->refused && strcmp(x->found[i]->name, name) == 0)
            return x->found[i];
    return NULL;
}

/* What is found to be trusted is what is run, whoever owns a link on the way to it. */
static bool extensions_resolve(struct extension *e, char *why, size_t cap)
{
    char real[OS_PATH_MAX];
    int rc = os_real_path(e->path, real);
    if (rc < 0) {
        snprintf(why, cap, "%s", strerror(-rc));
        return false;
    }
    mem_free(e->path);
    e->path = mem_dup(real);
    return true;
}

/* Fills in the name, and why it is not run, if so. */
static void extensions_judge(const struct folder *d, const char *file, bool object, struct extension *e)
{
    char why[sizeof e->refused] = "";
    bool named = extensions_name(file, e->name);
    const struct extension *other = named ? extensions_taken(d->x, e->name) : NULL;
    if (!named) {
        text_copy(e->name, sizeof e->name, file);
        snprintf(why, sizeof why, "%.60s: a name is at most %d of a-z, 0-9, - and _, before its ending", file,
                 EXTENSION_NAME - 1);
    } else if (other) {
        snprintf(why, sizeof why, "%.60s: the name is taken by %.120s", file, other->path);
    } else if (d->refused) {
        snprintf(why, sizeof why, "%s", d->refused);
    } else if (extensions_resolve(e, why, sizeof why) && os_is_trusted(e->path, why, sizeof why)) {
        why[0] = '\0';
        if (!object && !os_is_program(e->path))
            snprintf(why, sizeof why, "%.150s is not executable: chmod +x it to have it run", e->path);
    }
    text_copy(e->refused, sizeof e->refused, why);
}

static struct adapter *extensions_adapter(const struct extension *e, bool object)
{
    auto_buf struct buf name = { 0 }, doc = { 0 }, provides = { 0 };
    buf_printf(&name, EXTENSION_PREFIX "%s", e->name);
    buf_printf(&doc, "%s %s", object ? "shared object" : "program", e->path);
    buf_printf(&provides, EXTENSION_PREFIX "%s.*", e->name);
    struct adapter *a = mem_new(sizeof *a);
    *a = object ? adapter_plugin : adapter_program;
    a->name = mem_dup(name.p);
    a->doc = mem_dup(doc.p);
    a->provides = mem_dup(provides.p);
    a->of = e;
    return a;
}

/* A file of a folder. Hidden ones, copies of editors and folders are none of ours. */
static void extensions_note(void *self, const char *file)
{
    struct folder *d = self;
    struct extensions *x = d->x;
    auto_buf struct buf path = { 0 };
    size_t n = strlen(file);
    buf_printf(&path, "%s/%s", d->path, file);
    if (file[0] == '.' || file[n - 1] == '~' || !os_is_file(path.p))
        return;
    if (x->n == EXTENSION_MAX) {
        log_warn(0, "%s is left out: there are more than %d", path.p, EXTENSION_MAX);
        return;
    }
    bool object = n > 3 && strcmp(file + n - 3, ".so") == 0;
    struct extension *e = mem_new(sizeof *e);
    e->path = mem_dup(path.p);
    e->patient_until_ns = x->patient_until_ns;
    extensions_judge(d, file, object, e);
    x->found = mem_grow(x->found, x->n, &x->cap_found, sizeof *x->found);
    x->adapter = mem_grow(x->adapter, x->n, &x->cap_adapter, sizeof *x->adapter);
    x->found[x->n] = e;
    x->adapter[x->n++] = extensions_adapter(e, object);
}

static void extensions_look(struct extensions *x, const char *path, bool must)
{
    char why[sizeof ((struct extension *)0)->refused];
    struct folder d = { x, path, NULL };
    if (os_exists("", path) && !os_is_trusted(path, why, sizeof why))
        d.refused = why;
    int rc = os_list("", path, extensions_note, &d);
    if (rc < 0 && (must || (rc != -ENOENT && rc != -ENOTDIR)))
        log_warn(rc, "cannot look for adapters in %s; going on without them", path);
}

struct extensions *extensions_find(const struct adapter *const *own, const struct config *c)
{
    struct extensions *x = mem_new(sizeof *x);
    size_t n_own = 0;
    x->patient_until_ns = os_mono_ns() + PATIENCE_NS;
    while (own[n_own])
        n_own++;
    if (c) {
        auto_buf struct buf user = { 0 };
        settings_user_path("adapters.d", &user);
        const char *named = config_string(c, "adapters.directory");
        extensions_look(x, SYSTEM_FOLDER, false);
        if (user.n)
            extensions_look(x, user.p, false);
        if (*named)
            extensions_look(x, named, true);
    }
    x->list = mem_new((n_own + x->n + 1) * sizeof *x->list);
    memcpy(x->list, own, n_own * sizeof *x->list);
    for (size_t i = 0; i < x->n; i++)
        x->list[n_own + i] = x->adapter[i];
    return x;
}

void extensions_free(struct extensions *x)
{
    if (!x)
        return;
    for (size_t i = 0; i < x->n; i++) {
        mem_free((char *)x->adapter[i]->name);
        mem_free((char *)x->adapter[i]->doc);
        mem_free((char *)x->adapter[i]->provides);
        mem_free(x->adapter[i]);
        mem_free(x->found[i]->path);
        mem_free(x->found[i]);
    }
    mem_free(x->adapter);
    mem_free(x->found);
    mem_free(x->list);
    mem_free(x);
}
