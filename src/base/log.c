/* log.c - messages on stderr. */
#include "base/log.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 1000 /* of a message; the middle of a longer one is left out */

static enum log_level level_now = LOG_WARN;

void log_set_level(enum log_level level)
{
    level_now = level;
}

enum log_level log_level(void)
{
    return level_now;
}

/* A path may be as long as it likes: what is wrong with it stands behind it. */
static void log_shorten(char *text, size_t n)
{
    static const char gap[] = " ... ";
    if (n <= LINE_MAX_BYTES + sizeof gap)
        return;
    memmove(text + LINE_MAX_BYTES / 2 + sizeof gap - 1, text + n - LINE_MAX_BYTES / 2, LINE_MAX_BYTES / 2 + 1);
    memcpy(text + LINE_MAX_BYTES / 2, gap, sizeof gap - 1);
}

/* One write per message, so that lines of two threads do not mix. */
__attribute__((format(printf, 3, 0)))
static void log_line(enum log_level level, int rc, const char *fmt, va_list ap)
{
    if (level > level_now)
        return;
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    auto_free char *text = n < 0 ? NULL : mem_new((size_t)n + 1);
    if (!text || vsnprintf(text, (size_t)n + 1, fmt, ap) < 0)
        return;
    text_clean(text); /* names come from outside: no escape sequence, and no second line, by what they hold */
    log_shorten(text, strlen(text));
    if (rc)
        fprintf(stderr, "sonde: %s (%s)\n", text, strerror(-rc));
    else
        fprintf(stderr, "sonde: %s\n", text);
}

#define LOG_BODY(level, rc)            \
    va_list ap;                        \
    va_start(ap, fmt);                 \
    log_line(level, rc, fmt, ap);      \
    va_end(ap)

void log_error(int rc, const char *fmt, ...)
{
    LOG_BODY(LOG_ERROR, rc);
}

void log_warn(int rc, const char *fmt, ...)
{
    LOG_BODY(LOG_WARN, rc);
}

void log_info(const char *fmt, ...)
{
    LOG_BODY(LOG_INFO, 0);
}
