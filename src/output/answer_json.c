/* answer_json.c - an answer as an object. */
#include "output/answer_json.h"

#include "base/auto.h"
#include "base/json.h"

#include <string.h>

static void answer_json_fact(struct json *j, const struct answer_fact *f)
{
    json_object(j, NULL);
    json_string(j, "label", f->label);
    json_double(j, "value", f->value);
    json_string(j, "unit", unit_code(f->unit));
    json_string(j, "metric", *f->metric ? f->metric : NULL);
    if (f->time_ms)
        json_int(j, "time_ms", f->time_ms);
    else
        json_null(j, "time_ms");
    json_end(j);
}

static void answer_json_span(struct json *j, const struct answer *a)
{
    if (a->to_ms) {
        json_int(j, "from_ms", a->from_ms);
        json_int(j, "to_ms", a->to_ms);
    } else {
        json_null(j, "from_ms");
        json_null(j, "to_ms");
    }
}

/* Ids are separated by commas; one of a device may have a comma in its braces. */
static void answer_json_ids(struct json *j, const char *ids)
{
    char id[SCHEMA_MAX_NAME];
    json_array(j, "metrics");
    for (const char *p = ids; *p;) {
        size_t n = 0;
        for (bool braces = false; p[n] && (p[n] != ',' || braces); n++)
            braces = p[n] == '{' || (braces && p[n] != '}');
        if (n < sizeof id) {
            memcpy(id, p, n);
            id[n] = '\0';
            json_string(j, NULL, id);
        }
        p += n + (p[n] == ',');
    }
    json_end(j);
}

static void answer_json_logs(struct json *j, const struct answer *a)
{
    json_array(j, "logs");
    for (const char *p = buf_text(&a->logs); *p;) {
        auto_buf struct buf line = { 0 };
        size_t n = strcspn(p, "\n");
        buf_put(&line, p, n);
        json_string(j, NULL, buf_text(&line));
        p += n + (p[n] == '\n');
    }
    json_end(j);
}

void answer_json(struct buf *out, const struct answer *a, bool indent)
{
    struct json j;
    json_init(&j, out);
    j.indent = indent;
    json_object(&j, NULL);
    json_string(&j, "status", answer_status_name(a->status));
    json_string(&j, "intent", a->intent);
    json_string(&j, "text", buf_text(&a->text));
    answer_json_logs(&j, a);
    json_array(&j, "facts");
    for (size_t i = 0; i < a->n_facts; i++)
        answer_json_fact(&j, &a->facts[i]);
    json_end(&j);
    answer_json_span(&j, a);
    json_string(&j, "link", a->link.n ? a->link.p : NULL);
    if (a->chart_metrics.n) {
        json_object(&j, "chart");
        answer_json_ids(&j, a->chart_metrics.p);
        answer_json_span(&j, a);
        json_end(&j);
    } else {
        json_null(&j, "chart");
    }
    json_array(&j, "suggestions");
    for (int i = 0; i < a->n_suggestions; i++)
        json_string(&j, NULL, a->suggestions[i]);
    json_end(&j);
    json_string(&j, "context", a->context.n ? a->context.p : NULL);
    json_end(&j);
}
