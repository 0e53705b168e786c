/* wrap.c - breaks text into lines. */
#include "base/wrap.h"

#include <stdbool.h>
#include <string.h>

void wrap_put(struct buf *out, const char *text, int at, const char *prefix, int width)
{
    bool first = true;
    while (*text) {
        bool paragraph = strncmp(text, "\n\n", 2) == 0;
        text += strspn(text, " \n");
        int word = (int)strcspn(text, " \n");
        if (word == 0)
            break;
        if (!first && (paragraph || at + 1 + word > width)) {
            buf_puts(out, paragraph ? "\n\n" : "\n");
            buf_puts(out, prefix);
            at = (int)strlen(prefix);
        } else if (!first) {
            buf_putc(out, ' ');
            at++;
        }
        buf_put(out, text, (size_t)word);
        at += word;
        text += word;
        first = false;
    }
    buf_putc(out, '\n');
}
