/* told.c - one answer: what is put into it, and what is kept out. */
#include "serve/mcp/mcp_own.h"

#include "analyze/changes/nameless.h"
#include "base/auto.h"
#include "base/text.h"
#include "look/instant.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TOLD_DIGITS 5

void told_learn(struct told *t, int64_t at_ms)
{
    struct instant_procs all;
    if (t->mcp->o.process_names || instant_procs(&t->api->look, NULL, at_ms, &all) < 0)
        return;
    for (size_t i = 0; i < all.n; i++)
        hide_name(&t->hide, HIDE_PROCESS, all.p[i].p.name);
    instant_done(&all);
}

static void told_learn_groups(void *self, const struct schema *s)
{
    struct told *t = self;
    for (int slot = 0; slot < schema_size(s); slot++)
        if (strncmp(schema_at(s, slot)->name, "cgroup.", 7) == 0)
            hide_name(&t->hide, HIDE_GROUP, schema_at(s, slot)->inst);
}

/* The names that may stand anywhere: of what ran at the end, and of services. */
static void told_learn_names(struct told *t)
{
    struct api_range all = { 0 };
    struct http_reply none = { 0 };
    if (api_look(t->api, &none) && look_span(&t->api->look, NULL, &all.from_ms, &all.to_ms)) {
        told_learn(t, all.to_ms);
        api_catalog(t->api, &all, told_learn_groups, t);
    }
    http_reply_done(&none);
}

void told_init(struct told *t, const struct mcp *m)
{
    const struct mcp_options *o = &m->o;
    *t = (struct told){ .mcp = m, .api = o->api, .most = TOLD_TEXT_MAX,
                        .hides = !o->process_names || !o->mount_points };
    t->hide.stays[HIDE_PROCESS] = t->hide.stays[HIDE_GROUP] = o->process_names;
    t->hide.stays[HIDE_PATH] = o->mount_points;
    t->hide.stays[HIDE_LABEL] = t->hide.stays[HIDE_ID] = true;
    if (!o->process_names)
        told_learn_names(t);
    json_init(&t->j, &t->object);
    json_object(&t->j, NULL);
}

void told_done(struct told *t)
{
    buf_done(&t->object);
    buf_done(&t->text);
    http_reply_done(&t->refusal);
    hide_done(&t->hide);
}

/* Line by line: a line end is no character of a name. */
static void told_hide_text(struct told *t)
{
    struct buf all = t->text;
    char *rest = all.p, *line;
    t->text = (struct buf){ 0 };
    while (rest && (line = strsep(&rest, "\n"))) {
        hide_put(&t->hide, line, &t->text);
        if (rest)
            buf_putc(&t->text, '\n');
    }
    buf_done(&all);
}

static void told_cut(struct told *t)
{
    if (t->text.n <= t->most)
        return;
    size_t n = t->most;
    while (n && t->text.p[n - 1] != '\n')
        n--;
    t->text.n = n;
    buf_puts(&t->text, "... cut here: ask for fewer metrics, a lower limit or a shorter range.");
}

void told_finish(struct told *t)
{
    json_end(&t->j);
    if (t->hides)
        told_hide_text(t);
    told_cut(t);
    while (t->text.n && t->text.p[t->text.n - 1] == '\n')
        t->text.p[--t->text.n] = '\0';
}

void told_say(struct told *t, const char *fmt, ...)
{
    char line[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    buf_puts(&t->text, line);
}

void told_text(struct told *t, const char *key, const char *text)
{
    auto_buf struct buf plain = { 0 };
    if (text && t->hides)
        hide_put(&t->hide, text, &plain);
    json_string(&t->j, key, !text ? NULL : t->hides ? buf_text(&plain) : text);
}

/* In a sentence a name of two letters counts only before "(pid 1)": so it is put into one. */
void told_name(struct told *t, const char *key, const char *process)
{
    static const char pid[] = " (pid 1)";
    auto_buf struct buf named = { 0 }, plain = { 0 };
    buf_printf(&named, "%s%s", process, pid);
    hide_put(&t->hide, named.p, &plain);
    plain.p[plain.n - strlen(pid)] = '\0';
    json_string(&t->j, key, t->mcp->o.process_names ? process : plain.p);
}

void told_said(struct told *t, const char *key, const char *text)
{
    told_text(t, key, text && *text ? text : NULL);
}

void told_change(struct told *t, const char *key, const char *text)
{
    json_string(&t->j, key, t->hides ? change_nameless(text) : text);
}

void told_label(struct told *t, const char *key, const char *label)
{
    json_string(&t->j, key, label);
}

char *told_when(int64_t ms, char out[static TOLD_TIME_MAX])
{
    char text[TEXT_TIME_MAX];
    text_time(ms, text);
    snprintf(out, TOLD_TIME_MAX, "%.19sZ", text); /* no milliseconds */
    return out;
}

void told_time(struct told *t, const char *key, int64_t ms)
{
    char when[TOLD_TIME_MAX];
    json_string(&t->j, key, ms ? told_when(ms, when) : NULL);
}

void told_number(struct told *t, const char *key, double v)
{
    json_digits(&t->j, key, v, TOLD_DIGITS);
}

bool told_range(struct told *t, const struct http_request *r, int64_t last_ms, struct api_range *out)
{
    if (!api_look(t->api, &t->refusal) || !api_range(t->api, r, out, &t->refusal))
        return false;
    if (!http_query(r, "from") && !out->session && out->from_ms < out->to_ms - last_ms)
        out->from_ms = out->to_ms - last_ms;
    return true;
}

int told_count(struct told *t, const struct http_request *r, const char *name, int fallback)
{
    int64_t n = fallback;
    api_count(r, name, 0, INT32_MAX, &n, &t->refusal); /* within the table's bounds already */
    return (int)n;
}
