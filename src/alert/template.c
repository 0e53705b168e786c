/* template.c - fills in what is in braces. */
#include "alert/template.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/amount.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum field { RULE, STATE, SEVERITY, METRIC, VALUE, SINCE, TIME, DURATION, TEXT, ID, FIELDS };

static const char *const fields[FIELDS] = { "rule", "state", "severity", "metric", "value", "since", "time", "duration",
                                            "text", "id" };

/* The field whose name is the n bytes, or FIELDS. */
static enum field template_field(const char *name, size_t n)
{
    int i = 0;
    while (i < FIELDS && !(strlen(fields[i]) == n && memcmp(fields[i], name, n) == 0))
        i++;
    return (enum field)i;
}

static int template_refuse(const char *name, char why[static TEMPLATE_WHY])
{
    int n = snprintf(why, TEMPLATE_WHY, "has {%.40s, which is no field; there are ", name);
    for (int i = 0; i < FIELDS && n < TEMPLATE_WHY; i++)
        n += snprintf(why + n, TEMPLATE_WHY - (size_t)n, "%s%s", i ? ", " : "", fields[i]);
    return -EINVAL;
}

int template_check(const char *template, char why[static TEMPLATE_WHY])
{
    if (strlen(template) >= TEMPLATE_MAX || !text_is_plain(template)) {
        snprintf(why, TEMPLATE_WHY, "is one line of plain text, less than %d bytes", TEMPLATE_MAX);
        return -EINVAL;
    }
    for (const char *p = strchr(template, '{'); p; p = strchr(p, '{')) {
        size_t n = strcspn(p + 1, "}{");
        if (p[1] == '{') {
            p += 2;
            continue;
        }
        if (p[1 + n] != '}' || template_field(p + 1, n) == FIELDS)
            return template_refuse(p + 1, why);
        p += n + 2;
    }
    return 0;
}

static void template_put(enum field f, const struct message *m, struct buf *out)
{
    char text[AMOUNT_MAX > TEXT_TIME_MAX ? AMOUNT_MAX : TEXT_TIME_MAX];
    switch (f) {
    case RULE: buf_puts(out, m->rule); break;
    case STATE: buf_puts(out, news_name(m->news)); break;
    case SEVERITY: buf_puts(out, severity_name(m->severity)); break;
    case METRIC: buf_puts(out, m->metric); break;
    case VALUE: buf_puts(out, isnan(m->value) ? "-" : amount_text(m->value, m->unit, text)); break;
    case SINCE: buf_puts(out, text_time(m->since_ms, text)); break;
    case TIME: buf_puts(out, text_time(m->now_ms, text)); break;
    case DURATION:
        buf_puts(out, text_span((double)(m->now_ms > m->since_ms ? m->now_ms - m->since_ms : 0) * 1e-3, text,
                                sizeof text));
        break;
    case TEXT: buf_puts(out, m->text); break;
    case ID: buf_puts(out, m->id); break;
    case FIELDS: break;
    }
}

/* How many bytes of a text fit, without cutting a character in two. */
static size_t template_fitting(const char *text, size_t n, size_t cap)
{
    size_t at = n < cap ? n : cap - 1;
    while (at && at < n && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

char *template_fill(const char *template, const struct message *m, char *out, size_t cap)
{
    auto_buf struct buf b = { 0 };
    for (const char *p = *template ? template : "{text}"; *p; p++) {
        size_t n = strcspn(p + 1, "}");
        enum field f = *p == '{' && p[1] != '{' && p[1 + n] == '}' ? template_field(p + 1, n) : FIELDS;
        if (f == FIELDS) {
            buf_putc(&b, *p);
            p += *p == '{' && p[1] == '{';
        } else {
            template_put(f, m, &b);
            p += n + 1;
        }
    }
    size_t fits = template_fitting(buf_text(&b), b.n, cap);
    memcpy(out, buf_text(&b), fits);
    out[fits] = '\0';
    return out;
}
