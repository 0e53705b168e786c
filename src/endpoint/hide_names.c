/* hide_names.c - the processes around an answer and those of the range, its groups, and the labels of sessions. */
#include "endpoint/hide_names.h"

#include "look/instant.h"

#include <stdio.h>
#include <string.h>

#define NAMES_TABLES 4   /* instants of an answer that are looked at */
#define NAMES_SESSIONS 1000

static void hide_names_instant(struct hide *h, struct look *look, int64_t at_ms)
{
    struct instant_procs all;
    if (!look->files || instant_procs(look, NULL, at_ms + 999, &all) < 0)
        return;
    for (size_t i = 0; i < all.n; i++)
        hide_name(h, HIDE_PROCESS, all.p[i].p.name);
    instant_done(&all);
}

/* "NAME (pid 812)" is the label of what a process did, and the first of several of its name. */
static void hide_names_answer(struct hide *h, struct look *look, const struct answer *a)
{
    int64_t seen = 0;
    int tables = 0;
    for (size_t i = 0; i < a->n_facts; i++) {
        const struct answer_fact *f = &a->facts[i];
        const char *pid = strstr(f->label, " (pid ");
        char name[sizeof f->label];
        if (!pid)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(pid - f->label), f->label);
        hide_name(h, HIDE_PROCESS, name);
        if (f->time_ms && f->time_ms != seen && tables++ < NAMES_TABLES)
            hide_names_instant(h, look, seen = f->time_ms);
    }
    if (a->to_ms)
        hide_names_instant(h, look, a->to_ms);
}

static void hide_names_judged(struct hide *h, const struct judged *j)
{
    const struct recording *rec = j->rec;
    const struct report *r = j->report;
    for (size_t i = 0; rec->n && rec->proc && i < rec->proc_first[rec->n]; i++)
        hide_name(h, HIDE_PROCESS, rec->proc[i].name);
    for (size_t i = 0; i < r->n_anomalies; i++)
        for (int k = 0; k < r->anomalies[i].n_suspects; k++)
            hide_name(h, HIDE_PROCESS, r->anomalies[i].suspects[k].name);
    for (int slot = 0; slot < schema_size(rec->schema); slot++) {
        const struct metric *m = schema_at(rec->schema, slot);
        if (strncmp(m->name, "cgroup.", 7) == 0)
            hide_name(h, HIDE_GROUP, m->inst);
    }
}

static void hide_names_labels(void *self, const struct index_session *s)
{
    char labels[sizeof s->labels], *rest = labels, *one;
    memcpy(labels, s->labels, sizeof labels);
    while ((one = strsep(&rest, ",")))
        hide_name(self, HIDE_LABEL, one + strspn(one, " "));
}

void hide_names_learn(struct hide *h, struct look *look, const struct answer *a, const struct judged *judged)
{
    struct index_filter f = INDEX_ALL;
    f.newest_first = true;
    f.limit = NAMES_SESSIONS;
    hide_names_answer(h, look, a);
    hide_learn(h, buf_text(&a->text));
    if (judged)
        hide_names_judged(h, judged);
    if (look->index)
        look_sessions(look, &f, hide_names_labels, h);
}
