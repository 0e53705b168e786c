/* answer.c - puts texts and facts together, so that the one has no number that the other lacks. */
#include "ask/answer.h"

#include "base/mem.h"
#include "base/text.h"
#include "core/amount.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *answer_status_name(enum answer_status s)
{
    static const char *const names[] = { "answered", "no-data", "not-understood", "off-topic" };
    return names[s];
}

void answer_done(struct answer *a)
{
    buf_done(&a->text);
    buf_done(&a->link);
    buf_done(&a->chart_metrics);
    buf_done(&a->logs);
    buf_done(&a->context);
    mem_free(a->facts);
    mem_free(a->said);
    *a = (struct answer){ 0 };
}

void answer_say(struct answer *a, const char *fmt, ...)
{
    char line[1024];
    va_list list;
    va_start(list, fmt);
    vsnprintf(line, sizeof line, fmt, list);
    va_end(list);
    buf_puts(&a->text, line);
}

void answer_note(struct answer *a, const char *label, double value, enum unit unit, const char *metric, int64_t time_ms)
{
    for (size_t i = 0; i < a->n_facts; i++) {
        const struct answer_fact *f = &a->facts[i];
        if (f->value == value && f->unit == unit && f->time_ms == time_ms && strcmp(f->label, label) == 0)
            return;
    }
    a->facts = mem_grow(a->facts, a->n_facts, &a->cap_facts, sizeof *a->facts);
    struct answer_fact *f = &a->facts[a->n_facts++];
    *f = (struct answer_fact){ .value = value, .unit = unit, .time_ms = time_ms };
    text_copy(f->label, sizeof f->label, label);
    text_copy(f->metric, sizeof f->metric, metric ? metric : "");
}

void answer_unsay(struct answer *a, size_t from)
{
    a->text.n = from;
    while (a->n_said && a->said[a->n_said - 1].to > from)
        a->n_said--;
    if (a->text.p)
        a->text.p[from] = '\0';
}

void answer_amount(struct answer *a, const char *label, double value, enum unit unit, const char *metric,
                   int64_t time_ms)
{
    char text[AMOUNT_MAX];
    answer_note(a, label, value, unit, metric, time_ms);
    buf_puts(&a->text, amount_text(value, unit, text));
}

void answer_count(struct answer *a, const char *label, double n, const char *one)
{
    answer_note(a, label, n, UNIT_NONE, NULL, 0);
    size_t end = strlen(one);
    bool plural = n != 1, es = end && strchr("sh", one[end - 1]), ies = end && one[end - 1] == 'y';
    const char *ending = !plural ? "" : ies ? "ies" : es ? "es" : "s";
    buf_printf(&a->text, "%.0f %.*s%s", n, (int)(plural && ies ? end - 1 : end), one, ending);
}

void answer_length(struct answer *a, const char *label, double seconds)
{
    char text[32];
    answer_note(a, label, seconds, UNIT_SECOND, NULL, 0);
    buf_puts(&a->text, text_span(seconds, text, sizeof text));
}

/* "14:05:30" as seconds of the day; how long it is, 0 where it is none. */
static size_t answer_clock(const char *p, double *out)
{
    int h, m, s = 0, n = 0, more = 0;
    if (sscanf(p, "%2d:%2d%n", &h, &m, &n) != 2 || !n)
        return 0;
    if (sscanf(p + n, ":%2d%n", &s, &more) == 1)
        n += more;
    *out = h * 3600 + m * 60 + s;
    return (size_t)n;
}

/* Numbers of a quoted text that are no part of a name. */
void answer_quote(struct answer *a, const char *label, const char *text)
{
    for (const char *p = text; *p;) {
        bool free = p == text || !(isalnum((unsigned char)p[-1]) || strchr("_:.-/", p[-1]));
        if (!isdigit((unsigned char)*p)) {
            p++;
            continue;
        }
        double clock;
        size_t n = free ? answer_clock(p, &clock) : 0;
        if (n) {
            answer_note(a, label, clock, UNIT_SECOND, NULL, 0);
            p += n;
            continue;
        }
        n = strspn(p, "0123456789.");
        if (free && p[n] != ':' && p[n] != '-' && !isalpha((unsigned char)p[n]))
            answer_note(a, label, strtod(p, NULL), UNIT_NONE, NULL, 0);
        p += n + strspn(p + n, "0123456789.:-/");
        while (isalnum((unsigned char)*p))
            p++;
    }
    buf_puts(&a->text, text);
}

void answer_quote_sentence(struct answer *a, const char *label, const char *text)
{
    size_t n = strlen(text);
    answer_quote(a, label, text);
    buf_puts(&a->text, n && text[n - 1] == '.' ? "" : ".");
}

void answer_event(struct answer *a, const char *text, const char *plain)
{
    a->said = mem_grow(a->said, a->n_said, &a->cap_said, sizeof *a->said);
    a->said[a->n_said++] = (struct answer_said){ a->text.n, a->text.n + strlen(text), plain };
    buf_puts(&a->text, text);
}

void answer_nameless(const struct answer *a, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < a->n_said; i++) {
        buf_put(out, a->text.p + at, a->said[i].from - at);
        buf_puts(out, a->said[i].plain);
        at = a->said[i].to;
    }
    if (a->text.n > at)
        buf_put(out, a->text.p + at, a->text.n - at);
}

void answer_suggest(struct answer *a, const char *question)
{
    if (a->n_suggestions < ANSWER_SUGGESTIONS)
        snprintf(a->suggestions[a->n_suggestions++], sizeof a->suggestions[0], "%s", question);
}
