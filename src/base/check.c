/* check.c - values that a person typed, against what is allowed. */
#include "base/check.h"

#include "base/auto.h"
#include "base/text.h"
#include "base/when.h"

#include <math.h>
#include <string.h>

enum { CHECK_SHOWN_MAX = 60, CHECK_CHOICES_MAX = 32 };

void check_put_quoted(struct buf *out, const char *text)
{
    char shown[CHECK_SHOWN_MAX];
    text_copy(shown, sizeof shown, text);
    buf_printf(out, "'%s%s'", shown, strlen(text) >= sizeof shown ? "..." : "");
}

void check_put_range(struct buf *out, double min, double max)
{
    if (min == max)
        return;
    if (isfinite(min) && isfinite(max)) {
        buf_double(out, min);
        buf_puts(out, " to ");
        buf_double(out, max);
    } else if (isfinite(min)) {
        buf_puts(out, "at least ");
        buf_double(out, min);
    } else if (isfinite(max)) {
        buf_puts(out, "at most ");
        buf_double(out, max);
    }
}

void check_put_list(struct buf *out, const char *words)
{
    for (; *words; words++) {
        if (*words == ' ')
            buf_putc(out, ',');
        buf_putc(out, *words);
    }
}

static bool check_bounds(const char *text, double v, double min, double max, const char *unit,
                         struct buf *complaint)
{
    if (min == max || (v >= min && v <= max))
        return true;
    check_put_quoted(complaint, text);
    buf_puts(complaint, " is out of range; give ");
    check_put_range(complaint, min, max);
    buf_puts(complaint, unit);
    return false;
}

static bool check_is_not(const char *text, const char *what, double min, double max, struct buf *complaint)
{
    check_put_quoted(complaint, text);
    buf_printf(complaint, " is not a %s; give ", what);
    size_t before = complaint->n;
    check_put_range(complaint, min, max);
    if (complaint->n == before)
        buf_puts(complaint, "digits");
    return false;
}

bool check_number(const char *text, double min, double max, double *out, struct buf *complaint)
{
    double v;
    if (!text_double(text, &v))
        return check_is_not(text, "number", min, max, complaint);
    if (!check_bounds(text, v, min, max, "", complaint))
        return false;
    *out = v;
    return true;
}

bool check_count(const char *text, double min, double max, double *out, struct buf *complaint)
{
    double v;
    if (text_double(text, &v) && v != floor(v))
        return check_is_not(text, "whole number", min, max, complaint);
    return check_number(text, min, max, out, complaint);
}

bool check_duration(const char *text, double min, double max, double *out_s, struct buf *complaint)
{
    double v;
    if (!text_duration(text, &v) || !isfinite(v)) {
        check_put_quoted(complaint, text);
        buf_puts(complaint, " is not a duration; write it like 90, 90s, 1.5m or 2h");
        return false;
    }
    if (!check_bounds(text, v, min, max, " seconds", complaint))
        return false;
    *out_s = v;
    return true;
}

bool check_time(const char *text, int64_t now_ms, int64_t *out_ms, struct buf *complaint)
{
    if (when_parse(text, now_ms, out_ms))
        return true;
    check_put_quoted(complaint, text);
    buf_puts(complaint, " is not a time; write it like " WHEN_FORMS);
    return false;
}

bool check_choice(const char *text, const char *choices, struct buf *complaint)
{
    auto_free char *room = mem_dup(choices);
    const char *word[CHECK_CHOICES_MAX];
    size_t n = 0;
    for (char *save = NULL, *w = strtok_r(room, " ", &save); w && n < CHECK_CHOICES_MAX;
         w = strtok_r(NULL, " ", &save)) {
        if (strcmp(w, text) == 0)
            return true;
        word[n++] = w;
    }
    check_put_quoted(complaint, text);
    buf_puts(complaint, " is none of ");
    check_put_list(complaint, choices);
    const char *nearest = text_nearest(text, word, n, sizeof *word);
    if (nearest)
        buf_printf(complaint, "; did you mean %s?", nearest);
    return false;
}
