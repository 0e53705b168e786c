/* logs_out.c - what a log said, for programs and for people. */
#include "output/logs_out.h"

#include "base/text.h"

#include <inttypes.h>

#define DIGITS 3 /* of a score */

static void logs_json_match(struct json *j, const struct log_match *m, bool times_ms)
{
    json_object(j, NULL);
    if (times_ms)
        json_int(j, "time_ms", m->line.wall_ms);
    else
        json_time(j, "time", m->line.wall_ms);
    json_string(j, "log", m->log);
    json_said(j, "ident", m->line.ident);
    json_said(j, "unit", m->line.unit);
    if (m->line.priority >= 0)
        json_int(j, "priority", m->line.priority);
    else
        json_null(j, "priority");
    json_string(j, "text", m->line.text);
    json_int(j, "count", m->count);
    json_digits(j, "score", m->score, DIGITS);
    json_end(j);
}

void logs_json(struct json *j, const struct anomaly_logs *logs, const char *reason, bool times_ms)
{
    if (!logs) {
        json_null(j, "logs");
        json_string(j, "logs_reason", *reason ? reason : "nobody looked at logs");
        return;
    }
    json_array(j, "logs");
    for (int i = 0; i < logs->n; i++)
        logs_json_match(j, &logs->match[i], times_ms);
    json_end(j);
    json_int(j, "logs_read", logs->read);
    if (!logs->n)
        json_string(j, "logs_reason", logs->reason);
}

void logs_text(const struct log_match *m, struct buf *out)
{
    char clock[TEXT_TIME_MAX];
    buf_printf(out, "%s %s%s%s", text_clock(m->line.wall_ms, clock), m->line.ident, *m->line.ident ? ": " : "",
               m->line.text);
    if (m->count > 1)
        buf_printf(out, " (%" PRId64 " times)", m->count);
}
