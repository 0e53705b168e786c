/* say_machine_changes.c - what changed on the machine itself in a period: packages, services, devices, starts. */
#include "ask/say.h"

#include "analyze/changes/nameless.h"
#include "base/text.h"
#include "look/machine_changes.h"

#include <stdlib.h>

#define SAID 5 /* of a period at most: the most severe, of those the last */

static int changes_by_weight(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity < y->severity ? 1 : -1;
    return (x->wall_ms < y->wall_ms) - (x->wall_ms > y->wall_ms);
}

static int changes_by_time(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->wall_ms > y->wall_ms) - (x->wall_ms < y->wall_ms);
}

int say_machine_changes(struct asked *q, const struct span *s)
{
    struct machine_changes m = { 0 };
    struct answer *a = q->out;
    if (q->look->index)
        machine_changes_read(q->look->index, s->from_ms, s->to_ms, &m);
    int all = (int)m.n, said = all < SAID ? all : SAID;
    if (all) {
        qsort(m.event, m.n, sizeof *m.event, changes_by_weight);
        qsort(m.event, (size_t)said, sizeof *m.event, changes_by_time);
        answer_say(a, "%sOn the machine itself", a->text.n ? " " : "");
        answer_note(a, "changes of the machine", all, UNIT_NONE, NULL, 0);
    }
    for (int i = 0; i < said; i++) {
        answer_say(a, i ? "; " : ": "); /* in quotes: the numbers in it are versions and names, and no facts of ours */
        answer_say(a, "\"");
        answer_event(a, m.event[i].text, change_nameless(m.event[i].text));
        answer_say(a, "\" (");
        say_time(q, m.event[i].wall_ms);
        answer_say(a, ")");
    }
    if (all > said) {
        answer_say(a, "; and ");
        answer_count(a, "more changes", all - said, "more change");
    }
    if (all)
        answer_say(a, ".");
    machine_changes_done(&m);
    return all;
}
