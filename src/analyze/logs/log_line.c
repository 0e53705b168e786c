/* log_line.c - bytes of a log as a text that can be shown. */
#include "analyze/logs/log_line.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

static bool line_is_blank(char c)
{
    return c == '\0' || c == ' ' || c == '\t' || c == '\r';
}

/* Where a text of n bytes may end, so that no character is cut in the middle. */
static size_t line_whole(const char *text, size_t n)
{
    size_t back = n;
    while (back > 0 && n - back < 4 && ((unsigned char)text[back] & 0xc0) == 0x80)
        back--;
    return n - back < 4 ? back : n;
}

void log_line_take(char *out, size_t cap, const char *bytes, size_t n)
{
    while (n && (line_is_blank(*bytes) || *bytes == '\n')) {
        bytes++;
        n--;
    }
    const char *end = memchr(bytes, '\n', n);
    n = end ? (size_t)(end - bytes) : n;
    while (n && line_is_blank(bytes[n - 1]))
        n--;
    size_t fits = n < cap ? n : line_whole(bytes, cap - 1);
    for (size_t i = 0; i < fits; i++)
        out[i] = line_is_blank(bytes[i]) ? ' ' : bytes[i];
    out[fits] = '\0';
    text_clean(out);
}
