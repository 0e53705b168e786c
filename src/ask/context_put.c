/* context_put.c - a meaning as JSON, to be kept between two questions. Apart, as jansson has the same names. */
#include "ask/meaning.h"

#include "base/json.h"

static void context_subject(struct json *j, const struct subject *u)
{
    json_object(j, NULL);
    json_string(j, "topic", u->topic ? u->topic->key : NULL);
    json_string(j, "of", u->topic ? u->inst : u->globs);
    json_end(j);
}

void meaning_put(const struct meaning *m, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_string(&j, "intent", intent_name(m->intent));
    json_array(&j, "subjects");
    for (int i = 0; i < m->n_subjects; i++)
        context_subject(&j, &m->subject[i]);
    json_end(&j);
    json_array(&j, "spans");
    for (int i = 0; i < m->n_spans; i++) {
        json_object(&j, NULL);
        json_int(&j, "kind", m->span[i].kind);
        json_int(&j, "from", m->span[i].from_ms);
        json_int(&j, "to", m->span[i].to_ms);
        json_end(&j);
    }
    json_end(&j);
    if (m->has_amount) {
        json_double(&j, "amount", m->amount);
        json_string(&j, "unit", unit_code(m->unit));
        json_bool(&j, "below", m->below);
        json_bool(&j, "reach", m->reach);
    }
    if (*m->process)
        json_string(&j, "process", m->process);
    json_end(&j);
}
