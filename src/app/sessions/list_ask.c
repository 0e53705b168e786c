/* list_ask.c - the sessions of a running recorder, by its socket. */
#include "app/sessions/list_ask.h"

#include "app/attach.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *asked_word(const json_t *object, const char *key)
{
    const char *word = json_string_value(json_object_get(object, key));
    return word ? word : "";
}

/* What the table shows of a session, of its JSON; and does it have such a label? */
static bool asked_read(const json_t *from, const char *label, struct index_session *out)
{
    size_t i;
    const json_t *one;
    const char *id = asked_word(from, "id");
    bool labelled = !label;
    *out = (struct index_session){ .samples = json_integer_value(json_object_get(from, "samples")),
                                   .anomalies = json_integer_value(json_object_get(from, "anomalies")) };
    text_copy(out->id, sizeof out->id, id);
    text_copy(out->workload, sizeof out->workload, asked_word(from, "workload"));
    text_copy(out->verdict, sizeof out->verdict, asked_word(from, "verdict"));
    while (out->state < INDEX_CRASHED && strcmp(asked_word(from, "state"), index_state_name(out->state)) != 0)
        out->state++;
    json_array_foreach(json_object_get(from, "labels"), i, one) {
        const char *name = asked_word(one, "name");
        size_t n = strlen(out->labels);
        snprintf(out->labels + n, sizeof out->labels - n, "%s%s", n ? ", " : "", name);
        labelled = labelled || text_glob(label, name);
    }
    return labelled && *id && text_parse_time(asked_word(from, "start"), &out->start_ms) &&
           text_parse_time(asked_word(from, "end"), &out->end_ms);
}

static bool asked_passes(const struct index_filter *f, const struct index_session *s)
{
    return (!f->from_ms || s->end_ms >= f->from_ms || s->state == INDEX_RUNNING) &&
           (!f->to_ms || s->start_ms <= f->to_ms) && s->anomalies >= f->min_anomalies &&
           (!f->workload || text_glob(f->workload, s->workload));
}

/* The index behind the answer is a minute late: how far the one is that runs, the recorder says elsewhere. */
static void asked_catch_up(const struct args *a, json_t *array)
{
    char now[TEXT_TIME_MAX], end[64];
    size_t i;
    json_t *one, *state;
    if (attach_json(a, "state", &state) < 0)
        return;
    snprintf(end, sizeof end, "{\"end\": \"%s\"}", text_time(os_wall_ms(), now));
    json_t *until = json_loads(end, 0, NULL);
    json_array_foreach(array, i, one) {
        if (strcmp(asked_word(one, "id"), asked_word(state, "session")) != 0)
            continue;
        json_object_update_existing(one, until);
        json_object_set(one, "samples", json_object_get(state, "samples"));
        json_object_set(one, "metrics", json_object_get(state, "metrics"));
    }
    json_decref(until);
    json_decref(state);
}

static void asked_dump(struct buf *out, const json_t *session)
{
    char *text = json_dumps(session, JSON_INDENT(2));
    buf_printf(out, "%s%s", out->n > 1 ? ",\n" : "\n", text ? text : "null");
    free(text);
}

int list_ask(const struct args *a, const struct index_filter *f,
             void (*each)(void *self, const struct index_session *s), void *self, struct buf *json)
{
    struct index_session s;
    json_t *answer;
    int n = 0, rc = attach_json(a, "sessions 10000", &answer);
    if (rc < 0)
        return rc;
    json_t *array = json_object_get(answer, "sessions"); /* the newest first */
    asked_catch_up(a, array);
    for (size_t i = 0; i < json_array_size(array);) {
        bool passes = (!f->limit || n < f->limit) && asked_read(json_array_get(array, i), f->label, &s) &&
                      asked_passes(f, &s);
        if (!passes) {
            json_array_remove(array, i);
            continue;
        }
        each(self, &s);
        n++;
        i++;
    }
    if (json)
        buf_putc(json, '[');
    for (size_t i = json_array_size(array); json && i > 0; i--)
        asked_dump(json, json_array_get(array, i - 1));
    if (json)
        buf_puts(json, "\n]\n");
    json_decref(answer);
    return n;
}
