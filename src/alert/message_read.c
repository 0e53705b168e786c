/* message_read.c - an alert from the JSON that message.c wrote; of jansson, whose names clash with our writer's. */
#include "alert/message.h"

#include "base/text.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static void message_copy(json_t *o, const char *key, char *out, size_t cap)
{
    const char *text = json_string_value(json_object_get(o, key));
    text_copy(out, cap, text ? text : "");
    text_clean(out);
}

int message_read(const char *json, size_t n, struct message *out)
{
    json_error_t error;
    struct message m = { .value = NAN };
    char word[32];
    json_t *o = json_loadb(json, n, 0, &error);
    int state = 0, severity, unit;
    message_copy(o, "state", word, sizeof word);
    while (state <= NEWS_TEST && strcmp(news_name((enum news)state), word) != 0)
        state++;
    message_copy(o, "severity", word, sizeof word);
    severity = severity_of(word);
    message_copy(o, "unit", word, sizeof word);
    unit = unit_of(word);
    message_copy(o, "rule", m.rule, sizeof m.rule);
    message_copy(o, "metric", m.metric, sizeof m.metric);
    message_copy(o, "text", m.text, sizeof m.text);
    message_copy(o, "id", m.id, sizeof m.id);
    message_copy(o, "since", word, sizeof word);
    bool good = state <= NEWS_TEST && severity > 0 && *m.rule && *m.text && *m.id &&
                text_parse_time(word, &m.since_ms);
    message_copy(o, "time", word, sizeof word);
    good = good && text_parse_time(word, &m.now_ms);
    json_t *value = json_object_get(o, "value");
    m.value = json_is_number(value) ? json_number_value(value) : (double)NAN;
    json_int_t more = json_integer_value(json_object_get(o, "more"));
    json_decref(o);
    if (!good)
        return -EINVAL;
    m.news = (enum news)state;
    m.severity = (enum severity)severity;
    m.unit = unit < 0 ? UNIT_NONE : (enum unit)unit;
    m.more = more > 0 && more < 100000 ? (size_t)more : 0;
    *out = m;
    return 0;
}
