/* context.c - reads a meaning back from the JSON that context_put.c made of it, or that somebody else sends. */
#include "ask/meaning.h"

#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* A text of the object, "" where there is none. */
static const char *context_text(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text && text_is_plain(text) ? text : "";
}

static void context_take_subjects(const json_t *list, const struct scope *s, struct meaning *out)
{
    size_t i;
    json_t *o;
    json_array_foreach(list, i, o) {
        const char *of = context_text(o, "of");
        const struct topic *t = topics_find(context_text(o, "topic"));
        struct subject *u = &out->subject[out->n_subjects];
        if (out->n_subjects == SUBJECTS_MAX || strlen(of) >= sizeof u->inst || strpbrk(of, ", \\"))
            continue;
        if (t)
            *u = subject_of(t, s, of);
        else if (!subject_by_id(s, of, u))
            continue;
        out->n_subjects++;
    }
}

static void context_take_spans(const json_t *list, struct meaning *out)
{
    size_t i;
    json_t *o;
    json_array_foreach(list, i, o) {
        int64_t kind = json_integer_value(json_object_get(o, "kind"));
        struct span p = { (enum span_kind)kind, json_integer_value(json_object_get(o, "from")),
                          json_integer_value(json_object_get(o, "to")) };
        bool fits = kind > SPAN_NONE && kind <= SPAN_AHEAD && p.from_ms >= 0 && p.to_ms >= p.from_ms &&
                    p.to_ms < INT64_C(253402300800000);
        if (fits && out->n_spans < 2)
            out->span[out->n_spans++] = p;
    }
}

bool meaning_take(const char *text, const struct scope *s, struct meaning *out)
{
    *out = (struct meaning){ 0 };
    if (!text || strlen(text) > MEANING_CONTEXT_MAX)
        return false;
    json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    out->intent = intent_of(context_text(o, "intent"));
    if (out->intent != INTENT_NONE) {
        context_take_subjects(json_object_get(o, "subjects"), s, out);
        context_take_spans(json_object_get(o, "spans"), out);
        const json_t *amount = json_object_get(o, "amount");
        int unit = unit_of(context_text(o, "unit"));
        out->has_amount = json_is_number(amount) && unit >= 0 && isfinite(json_number_value(amount));
        out->amount = out->has_amount ? json_number_value(amount) : 0;
        out->unit = out->has_amount ? (enum unit)unit : UNIT_NONE;
        out->below = json_is_true(json_object_get(o, "below"));
        out->reach = json_is_true(json_object_get(o, "reach"));
        text_copy(out->process, sizeof out->process, context_text(o, "process"));
    }
    json_decref(o);
    return out->intent != INTENT_NONE;
}
