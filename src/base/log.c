/* log.c - messages on stderr. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static enum log_level level_now = LOG_WARN;

void log_set_level(enum log_level level)
{
    level_now = level;
}

enum log_level log_level(void)
{
    return level_now;
}

/* One write per message, so that lines of two threads do not mix. */
__attribute__((format(printf, 3, 0)))
static void log_line(enum log_level level, int rc, const char *fmt, va_list ap)
{
    if (level > level_now)
        return;
    char text[1024];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    if (n < 0)
        return;
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
