/*
 * say_logs.c - what the logs said around what was unusual. The lines stand beside the text, never in it: an endpoint
 * may get that.
 */
#include "ask/say.h"

#include "base/text.h"
#include "look/logs.h"

void say_log_line(struct asked *q, int64_t wall_ms, const char *ident, const char *text)
{
    char clock[TEXT_TIME_MAX];
    text_clock(wall_ms + q->here.offset_s * SECOND_MS, clock);
    buf_printf(&q->out->logs, "%s %s%s%s\n", clock, ident, *ident ? ": " : "", text);
}

/* The anomalies of a period, and what was found for them. */
struct log_lines {
    struct asked *q;
    int anomalies, lines;
    char reason[LOG_REASON]; /* of the last that has none; "": nobody looked */
};

static void logs_of_anomaly(void *self, const struct index_anomaly *x)
{
    struct log_lines *all = self;
    struct anomaly_logs logs;
    all->anomalies++;
    if (look_logs(all->q->look->index, x->session, x->time_ms, &logs) < 0)
        return;
    for (int i = 0; i < logs.n; i++)
        say_log_line(all->q, logs.match[i].line.wall_ms, logs.match[i].line.ident, logs.match[i].line.text);
    all->lines += logs.n;
    if (!logs.n)
        text_copy(all->reason, sizeof all->reason, logs.reason);
}

/* Why there is no line. */
static void logs_say_none(struct asked *q, const struct log_lines *all, const struct span *s)
{
    struct answer *a = q->out;
    answer_note(a, "log lines", 0, UNIT_NONE, NULL, 0);
    if (!all->anomalies) {
        answer_say(a, "No anomaly");
        say_when(q, s);
        answer_say(a, ", and of logs only those lines are kept that stand around one.");
        return;
    }
    answer_say(a, "No log line is known that explains the ");
    answer_count(a, "anomalies", all->anomalies, "anomaly");
    say_when(q, s);
    answer_say(a, ": ");
    answer_quote_sentence(a, "logs", *all->reason ? all->reason : "nobody looked");
}

void say_logs(struct asked *q)
{
    struct span s = say_around(q);
    struct answer *a = q->out;
    struct log_lines all = { .q = q };
    say_within(q, &s);
    if (say_lacks(q, &s))
        return;
    if (q->look->index)
        index_anomalies(q->look->index, NULL, s.from_ms, s.to_ms, 0, logs_of_anomaly, &all);
    if (all.lines) {
        answer_count(a, "log lines", all.lines, "log line");
        answer_say(a, " around ");
        answer_count(a, "anomalies", all.anomalies, "anomaly");
        say_when(q, &s);
        answer_say(a, all.lines == 1 ? ": it may explain what was unusual." : ": they may explain what was unusual.");
    } else if ((all.lines = say_noted_logs(q, &s)) > 0) {
        answer_count(a, "log lines", all.lines, "log line");
        answer_say(a, " stood out");
        say_when(q, &s);
        answer_say(a, ".");
    } else {
        logs_say_none(q, &all, &s);
    }
    say_link(q, "anomalies", "", &s);
    answer_suggest(a, "why?");
    answer_suggest(a, "what happened last night?");
}
