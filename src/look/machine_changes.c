/* machine_changes.c - events of the index, of one kind. */
#include "look/machine_changes.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

struct machine_changes_range {
    struct machine_changes *out;
    int64_t from_ms, to_ms;
};

static void machine_changes_note(void *self, const struct index_event *e)
{
    struct machine_changes_range *r = self;
    struct machine_changes *out = r->out;
    if (strcmp(e->kind, event_kind_name(EVENT_CHANGE)) != 0 || e->time_ms < r->from_ms || e->time_ms > r->to_ms)
        return;
    if (out->n == MACHINE_CHANGES_MAX) { /* half of them is forgotten at once */
        memmove(out->event, out->event + MACHINE_CHANGES_MAX / 2, MACHINE_CHANGES_MAX / 2 * sizeof *out->event);
        out->n = MACHINE_CHANGES_MAX / 2;
    }
    out->event = mem_grow(out->event, out->n, &out->cap, sizeof *out->event);
    struct event *to = &out->event[out->n++];
    *to = (struct event){ .wall_ms = e->time_ms, .end_ms = e->end_ms, .kind = EVENT_CHANGE, .severity = e->severity };
    text_copy(to->source, sizeof to->source, e->source);
    text_copy(to->text, sizeof to->text, e->text);
}

int machine_changes_read(struct index *x, int64_t from_ms, int64_t to_ms, struct machine_changes *out)
{
    struct machine_changes_range r = { out, from_ms, to_ms };
    *out = (struct machine_changes){ 0 };
    int rc = index_events(x, NULL, from_ms, to_ms, 0, machine_changes_note, &r);
    return rc < 0 ? rc : 0;
}

void machine_changes_done(struct machine_changes *m)
{
    mem_free(m->event);
    *m = (struct machine_changes){ 0 };
}
