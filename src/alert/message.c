/* message.c - an alert as words and as JSON. */
#include "alert/message.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = { "raised", "reminded", "cleared", "test" };

const char *news_name(enum news n)
{
    return (size_t)n < sizeof names / sizeof *names ? names[n] : "?";
}

char *message_title(const struct message *m, char *out, size_t cap)
{
    static const char *const behind[] = { "", ", still", ": over", ": a test" };
    snprintf(out, cap, "%s%s", m->rule, behind[m->news]);
    return out;
}

void message_put_json(const struct message *m, struct json *j)
{
    json_string(j, "state", news_name(m->news));
    json_string(j, "rule", m->rule);
    json_said(j, "metric", m->metric);
    json_digits(j, "value", m->value, 6);
    json_string(j, "unit", unit_code(m->unit));
    json_string(j, "severity", severity_name(m->severity));
    json_time(j, "since", m->since_ms);
    json_time(j, "time", m->now_ms);
    json_int(j, "more", (int64_t)m->more);
    json_string(j, "text", m->text);
    json_string(j, "id", m->id);
}

void message_put(const struct message *m, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    message_put_json(m, &j);
    json_end(&j);
}

void message_set_id(struct message *m)
{
    uint64_t h = hash_text(hash_text(HASH_START, m->rule), m->metric); /* an id, no secret */
    snprintf(m->id, sizeof m->id, "%016" PRIx64, h);
}

void message_test(const struct rule *r, int64_t now_ms, struct message *out)
{
    *out = (struct message){ .news = NEWS_TEST, .value = NAN, .severity = r && r->severity ? r->severity :
                             SEVERITY_NOTICE,
                             .since_ms = now_ms, .now_ms = now_ms, .receivers = r ? r->receivers : RECEIVER_ANY };
    text_copy(out->rule, sizeof out->rule, r ? r->name : "sonde");
    text_copy(out->text, sizeof out->text, "this is a test of Sonde's alerts; nothing is wrong");
    message_set_id(out);
}
