/* package_run.c - the packages of one run of a package manager as one event. */
#include "analyze/changes/package_log.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SAID_FIRST 4 /* packages that are named of the action that stands first, */
#define SAID_OTHERS 2 /* and of each further one */

bool package_run_takes(const struct package_run *r, const struct package_change *c)
{
    int64_t d = c->at_ms - r->last_ms;
    return (!r->n && !r->first_ms) || (d <= PACKAGE_RUN_PAUSE_MS && d >= -PACKAGE_RUN_PAUSE_MS);
}

/* What both say together; a version that only one of them knows is known. */
static void package_run_join(struct package_change *of, const struct package_change *c)
{
    bool came_back = of->action == PACKAGE_REMOVED && c->action != PACKAGE_REMOVED;
    bool was_new = of->action == PACKAGE_INSTALLED || of->action == PACKAGE_CAME_AND_WENT;
    if (was_new && c->action == PACKAGE_REMOVED) {
        if (!*c->from || !*of->to || strcmp(c->from, of->to) == 0) /* else another version beside it: kernels of rpm */
            of->action = PACKAGE_CAME_AND_WENT;
        return;
    }
    if (c->action == PACKAGE_REMOVED && *c->from && !*c->to && *of->to &&
        strcmp(c->from, of->to) != 0)
        return; /* rpm erases the old version of what was upgraded */
    of->action = was_new ? PACKAGE_INSTALLED : came_back ? PACKAGE_UPGRADED : c->action;
    if (!was_new && !*of->from)
        text_copy(of->from, sizeof of->from, c->from);
    if (*c->to)
        text_copy(of->to, sizeof of->to, c->to);
}

void package_run_add(struct package_run *r, const struct package_change *c)
{
    if (!r->n && !r->first_ms)
        r->first_ms = r->last_ms = c->at_ms;
    r->first_ms = c->at_ms < r->first_ms ? c->at_ms : r->first_ms;
    r->last_ms = c->at_ms > r->last_ms ? c->at_ms : r->last_ms;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->change[i].name, c->name) == 0) {
            package_run_join(&r->change[i], c);
            return;
        }
    if (r->n == PACKAGE_RUN_MAX) {
        r->beyond[c->action]++;
        return;
    }
    r->change = mem_grow(r->change, r->n, &r->cap, sizeof *r->change);
    r->change[r->n++] = *c;
}

/* What matters to how a machine runs, the most first; the rest is 0. */
static int package_weight(const char *name)
{
    static const struct { const char *glob; int weight; } first[] = {
        { "linux-image-*", 9 }, { "linux-image", 9 }, { "linux", 9 }, { "linux-lts", 9 }, { "linux-zen", 9 },
        { "linux-hardened", 9 }, { "kernel", 9 }, { "kernel-core", 9 }, { "kernel-default", 9 }, { "kernel-modules*", 6 },
        { "nvidia-*", 8 }, { "*-nvidia*", 8 }, { "*nvidia*", 7 }, { "amdgpu*", 8 }, { "*microcode*", 8 }, { "*-ucode", 8 },
        { "*firmware*", 7 }, { "mesa*", 6 }, { "libgl1-mesa*", 6 }, { "systemd", 6 }, { "libc6", 6 }, { "glibc", 6 },
        { "*-dkms", 7 }, { "grub*", 4 }, { "linux-*", 3 }, { "kernel-*", 3 },
    };
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (text_glob(first[i].glob, name))
            return first[i].weight;
    return 0;
}

static void package_say_one(struct buf *out, const struct package_change *c)
{
    buf_puts(out, c->name);
    if (*c->from && *c->to)
        buf_printf(out, " %s to %s", c->from, c->to);
    else if (*c->from || *c->to)
        buf_printf(out, " %s%s", c->action == PACKAGE_UPGRADED && *c->to ? "to " : "", *c->to ? c->to : c->from);
}

/* The one of an action that matters most among those that were not named yet. */
static const struct package_change *package_next(const struct package_run *r, enum package_action a, bool *named)
{
    const struct package_change *best = NULL;
    int weight = -1;
    for (size_t i = 0; i < r->n; i++)
        if (r->change[i].action == a && !named[i] && package_weight(r->change[i].name) > weight) {
            best = &r->change[i];
            weight = package_weight(best->name);
        }
    if (best)
        named[best - r->change] = true;
    return best;
}

static bool package_is_none(const struct package_change *c)
{
    bool replaced = c->action == PACKAGE_UPGRADED || c->action == PACKAGE_DOWNGRADED;
    return replaced && *c->from && strcmp(c->from, c->to) == 0;
}

static void package_say_action(const struct package_run *r, enum package_action a, bool *named, struct buf *out)
{
    static const char *const verb[] = { "upgraded", "installed", "removed", "downgraded", "installed and removed" };
    size_t all = r->beyond[a], most = out->n ? SAID_OTHERS : SAID_FIRST, said = 0;
    for (size_t i = 0; i < r->n; i++)
        all += r->change[i].action == a && !named[i];
    if (!all)
        return;
    buf_printf(out, "%s%s", out->n ? "; " : "", verb[a]);
    if (all > 1)
        buf_printf(out, " %zu packages:", all);
    for (; said < most && said < all; said++) {
        const struct package_change *c = package_next(r, a, named);
        if (!c)
            break;
        buf_puts(out, said ? ", " : " ");
        package_say_one(out, c);
    }
    if (said < all)
        buf_puts(out, ", ...");
}

/* What does not fit ends behind a word that does. */
static void package_cut(struct buf *text, size_t cap)
{
    static const char rest[] = ", ...";
    if (text->n < cap)
        return;
    size_t n = cap - sizeof rest;
    while (n > 0 && text->p[n] != ',' && text->p[n] != ';')
        n--;
    n = n ? n : cap - sizeof rest;
    if (n >= sizeof rest - 1 && memcmp(text->p + n - (sizeof rest - 1), rest, sizeof rest - 1) == 0)
        n -= sizeof rest - 1; /* that of an action that ends here */
    memcpy(text->p + n, rest, sizeof rest);
    text->n = n + sizeof rest - 1;
}

bool package_run_say(const struct package_run *r, struct event *out)
{
    auto_buf struct buf text = { 0 };
    auto_free bool *named = mem_new(r->n + 1);
    int weight = 0;
    for (size_t i = 0; i < r->n; i++) {
        named[i] = package_is_none(&r->change[i]);
        int w = named[i] ? 0 : package_weight(r->change[i].name);
        weight = w > weight ? w : weight;
    }
    for (int a = 0; a < PACKAGE_ACTIONS; a++)
        package_say_action(r, (enum package_action)a, named, &text);
    if (!text.n)
        return false;
    package_cut(&text, sizeof out->text);
    *out = (struct event){ .wall_ms = r->first_ms, .end_ms = r->last_ms, .kind = EVENT_CHANGE,
                           .severity = weight >= 6 ? SEVERITY_NOTICE : SEVERITY_INFO, .source = "packages" };
    text_copy(out->text, sizeof out->text, text.p);
    return true;
}

void package_run_done(struct package_run *r)
{
    mem_free(r->change);
    *r = (struct package_run){ 0 };
}
