/* say_value.c - how something is, or was. */
#include "ask/say.h"

#include "base/text.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ", which is 37.3 GiB", where somebody asked for that. */
static void value_binary(struct asked *q, const struct figure *f, double v)
{
    static const char *const names[] = { "KiB", "MiB", "GiB", "TiB" };
    int k = 0;
    if (!q->m.binary || f->unit != UNIT_BYTE || !(v >= 0))
        return;
    for (v /= 1024; v >= 1024 && k < 3; k++)
        v /= 1024;
    answer_say(q->out, ", which is ");
    answer_amount(q->out, names[k], v, UNIT_NONE, f->id, 0);
    answer_say(q->out, " %s", names[k]);
}

/* "23.1 % at 14:05", "23.1 % now", or what it was over a period. */
static void value_of(struct asked *q, const struct subject *u, const struct figure *f, const struct span *s)
{
    struct answer *a = q->out;
    char label[300];
    say_name(q, u, f, true);
    snprintf(label, sizeof label, "%s%s%s", u->label, *f->which ? " " : "", f->which);
    answer_say(a, ": ");
    if (s->kind == SPAN_NOW) {
        answer_amount(a, label, f->last, f->unit, f->id, f->last_ms);
        if (say_is_stale(q)) {
            answer_say(a, " at ");
            say_time(q, f->last_ms);
            answer_say(a, ", the last that was recorded");
        } else {
            answer_say(a, q->w->replay ? " at the end" : " now");
        }
        value_binary(q, f, f->last);
        answer_say(a, ".");
        return;
    }
    char what[340];
    snprintf(what, sizeof what, "%s, average", label);
    if (s->kind == SPAN_RANGE)
        answer_say(a, "on average ");
    answer_amount(a, what, f->mean, f->unit, f->id, 0);
    value_binary(q, f, f->mean);
    if (f->max - f->min > 0.01 * fabs(f->max)) {
        snprintf(what, sizeof what, "%s, highest", label);
        answer_say(a, s->kind == SPAN_AT ? ", at most " : ", highest ");
        answer_amount(a, what, f->max, f->unit, f->id, f->max_ms);
        if (s->kind == SPAN_RANGE) {
            answer_say(a, " at ");
            say_time(q, f->max_ms);
        }
        snprintf(what, sizeof what, "%s, lowest", label);
        answer_say(a, s->kind == SPAN_AT ? ", at least " : ", lowest ");
        answer_amount(a, what, f->min, f->unit, f->id, f->min_ms);
    }
    answer_say(a, ",");
    say_when(q, s);
    answer_say(a, ".");
}

/* " Others: /home 62 %, /boot 40 %." */
static void value_others(struct asked *q, const struct figure *f, int n, bool now)
{
    enum { SHOWN = 4 };
    for (int i = 1; i < n && i <= SHOWN; i++) {
        answer_say(q->out, i == 1 ? " Others: %s " : ", %s ", f[i].which);
        answer_amount(q->out, f[i].which, now ? f[i].last : f[i].mean, f[i].unit, f[i].id, 0);
    }
    if (n > 1)
        answer_say(q->out, n - 1 > SHOWN ? " and more." : ".");
}

/* Of several file systems, what belongs to the one that is told; of other things all of them count. */
static struct subject value_beside(struct asked *q, const struct subject *u, const struct figure *of, const char *key)
{
    char inst[96] = "";
    const char *brace = strchr(of->id, '{');
    if (!*u->inst && brace && strncmp(u->topic->key, "space", 5) == 0)
        snprintf(inst, sizeof inst, "%.*s", (int)strcspn(brace + 1, "}"), brace + 1);
    return subject_of(topics_find(key), &q->scope, *inst ? inst : u->inst);
}

/* What belongs to a full answer, in one sentence each, where it is measured. */
static void value_with(struct asked *q, const struct subject *u, const struct figure *of, const struct span *s)
{
    char keys[96];
    if (!u->topic || u->by_side)
        return;
    snprintf(keys, sizeof keys, "%s", u->topic->with);
    for (char *rest, *key = strtok_r(keys, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        struct figure f[FIGURES_MAX];
        struct subject with = value_beside(q, u, of, key);
        if (!figures_read(q, &with, s, s->kind != SPAN_NOW, f))
            continue;
        answer_say(q->out, " ");
        say_name(q, &with, f, true);
        answer_say(q->out, s->kind == SPAN_RANGE ? ": on average " : ": ");
        answer_amount(q->out, with.label, s->kind == SPAN_NOW ? f->last : f->mean, f->unit, f->id,
                      s->kind == SPAN_NOW ? f->last_ms : 0);
        answer_say(q->out, ".");
    }
}

/* Of a time since the boot, when that was. */
static void value_boot(struct asked *q, const struct subject *u, const struct figure *f)
{
    if (!u->topic || strcmp(u->topic->key, "uptime") != 0)
        return;
    answer_say(q->out, " It was started at ");
    int64_t at = f->last_ms - (int64_t)(f->last * 1000);
    say_time(q, at - at % 60000);
    answer_say(q->out, ".");
}

static bool value_busy_with(const struct asked *q, const struct subject *u)
{
    return u->topic && words_listed("cpu|memory|disk", u->topic->key) && q->m.n_subjects == 1;
}

/* A full answer is read at once. */
static void value_gather(struct asked *q, const struct subject *u, const struct span *s)
{
    char with[96];
    const char *keys[8];
    size_t n = 0;
    if (!u->topic || *u->inst || u->by_side)
        return;
    snprintf(with, sizeof with, "%s", u->topic->with);
    keys[n++] = u->topic->key;
    for (char *rest, *key = strtok_r(with, " ", &rest); key && n < 7; key = strtok_r(NULL, " ", &rest))
        keys[n++] = key;
    keys[n] = NULL;
    figures_gather(q, keys, s);
}

void say_value(struct asked *q)
{
    struct span s = say_span(q, 0);
    struct answer *a = q->out;
    bool any = false;
    if (q->m.n_subjects == 1)
        value_gather(q, &q->m.subject[0], &s);
    for (int i = 0; i < q->m.n_subjects; i++) {
        struct subject *u = &q->m.subject[i];
        struct figure f[FIGURES_MAX];
        if (q->m.has_amount)
            say_in_unit(q, u);
        if (a->text.n)
            answer_say(a, " ");
        int n = say_figures(q, u, &s, s.kind != SPAN_NOW, f);
        if (!n)
            continue;
        any = true;
        value_of(q, u, f, &s);
        value_boot(q, u, f);
        if (!u->topic || strcmp(u->topic->key, "uptime") != 0)
            say_usual(q, f, s.kind == SPAN_NOW ? f->last : f->mean, s.kind == SPAN_NOW ? f->last : f->max, s.from_ms);
        value_others(q, f, *u->inst ? 1 : n, s.kind == SPAN_NOW);
        if (q->m.n_subjects == 1)
            value_with(q, u, f, &s);
        if (value_busy_with(q, u))
            say_top(q, u, s.kind == SPAN_RANGE ? f->max_ms : f->last_ms,
                    s.kind == SPAN_RANGE ? " At its highest most of it was used by " : " Most of it is used by ", 1);
        say_chart(q, f, &s);
        say_within(q, &s);
    }
    if (any)
        a->status = ANSWER_ANSWERED;
    answer_suggest(a, "why?");
    answer_suggest(a, "and yesterday?");
    answer_suggest(a, "which process?");
}
