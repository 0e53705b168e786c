/* logs.c - rows of the index as lines of logs, and back. */
#include "look/logs.h"

#include "base/text.h"

#include <string.h>

static void logs_looked(void *self, int64_t read, const char *reason)
{
    struct anomaly_logs *out = self;
    *out = (struct anomaly_logs){ .read = read };
    text_copy(out->reason, sizeof out->reason, reason);
}

static void logs_line(void *self, const struct index_log *g)
{
    struct anomaly_logs *out = self;
    if (out->n == LOG_MATCHES)
        return;
    struct log_match *m = &out->match[out->n++];
    *m = (struct log_match){ .line = { .wall_ms = g->time_ms, .priority = g->priority, .log = NULL }, .count = g->count,
                             .score = g->score };
    text_copy(m->log, sizeof m->log, g->log);
    text_copy(m->line.ident, sizeof m->line.ident, g->ident);
    text_copy(m->line.unit, sizeof m->line.unit, g->unit);
    text_copy(m->line.message_id, sizeof m->line.message_id, g->message_id);
    text_copy(m->line.text, sizeof m->line.text, g->text);
}

int look_logs(struct index *x, const char *session, int64_t start_ms, struct anomaly_logs *out)
{
    int rc = index_logs(x, session, start_ms, LOOK_LOGS_NEAR_MS, logs_looked, logs_line, out);
    if (rc == 0 && !*out->reason)
        text_copy(out->reason, sizeof out->reason, "its lines had to make room in the index");
    return rc < 0 ? rc : 0;
}

int look_logs_keep(struct index *x, const char *session, int64_t start_ms, const struct anomaly_logs *logs)
{
    struct index_log row[LOG_MATCHES];
    for (int i = 0; i < logs->n; i++) {
        const struct log_match *m = &logs->match[i];
        row[i] = (struct index_log){ .log = m->log, .ident = m->line.ident, .unit = m->line.unit,
                                     .message_id = m->line.message_id, .text = m->line.text,
                                     .time_ms = m->line.wall_ms, .count = m->count, .priority = m->line.priority,
                                     .score = m->score };
    }
    return index_put_logs(x, session, &(struct index_logs){ .anomaly_ms = start_ms, .read = logs->read,
                                                           .reason = logs->reason, .log = row, .n = logs->n });
}
