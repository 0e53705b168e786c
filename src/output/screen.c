/*
 * screen.c - text for people, made safe and as wide as fits.
 *
 * A column is a code point. Letters that take two columns (CJK) would need a table that changes
 * with every Unicode version; they occur in few device names and then only shift a line.
 */
#include "output/screen.h"

#include "base/text.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCREEN_HANG 2 /* how much further in the second line of a paragraph starts */

struct screen screen_plain(void)
{
    return (struct screen){ .width = SCREEN_WIDTH };
}

/* The first of the three that is set decides, as in setlocale(3). */
static bool screen_locale_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *v = getenv(names[i]);
        if (v && *v) {
            const char *set = strchr(v, '.');
            return set && (strncasecmp(set, ".utf-8", 6) == 0 || strncasecmp(set, ".utf8", 5) == 0);
        }
    }
    return false;
}

struct screen screen_of(int fd, bool no_color)
{
    struct screen s = screen_plain();
    s.letters = !os_is_terminal(fd);
    if (s.letters)
        return s;
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    s.utf8 = screen_locale_utf8();
    s.colour = !no_color && !(none && *none) && term && *term && strcmp(term, "dumb") != 0;
    int width = os_terminal_width();
    if (width < s.width)
        s.width = width < 40 ? 40 : width;
    return s;
}

/* Puts up to `columns` code points of `n` bytes that end at a blank or NUL; returns how many. */
static int screen_safe(const struct screen *s, struct buf *out, const char *text, size_t n,
                       int columns)
{
    const char *p = text, *end = p + n;
    int used = 0;
    for (; p < end && used < columns; used++) {
        long c;
        size_t bytes = text_utf8(p, &c);
        if (c < 0 || text_hides(c) || (c >= 0x80 && !s->utf8 && !s->letters))
            buf_putc(out, '?');
        else
            buf_put(out, p, bytes);
        p += bytes;
    }
    return used;
}

static int screen_columns(const char *text, size_t bytes)
{
    const char *p = text, *end = p + bytes;
    int n = 0;
    for (; p < end; n++) {
        long c;
        p += text_utf8(p, &c);
    }
    return n;
}

/* Colours only say that something was found: amber and red of the first 16, which every theme keeps
 * readable. */
static const char *screen_escape(enum tone tone)
{
    switch (tone) {
    case TONE_PLAIN: break;
    case TONE_STRONG: return "\x1b[1m";
    case TONE_QUIET: return "\x1b[2m";
    case TONE_WARN: return "\x1b[33m";
    case TONE_BAD: return "\x1b[31m";
    }
    return "";
}

static void screen_blanks(struct buf *out, int n)
{
    for (; n > 0; n--)
        buf_putc(out, ' ');
}

void screen_cell(const struct screen *s, struct buf *out, enum tone tone, const char *text,
                 int columns, bool fill)
{
    bool toned = s->colour && tone != TONE_PLAIN;
    const char *dots = s->utf8 ? "\xe2\x80\xa6" : "...";
    int dots_columns = s->utf8 ? 1 : 3;
    if (toned)
        buf_puts(out, screen_escape(tone));
    int used;
    size_t n = strlen(text);
    if (screen_columns(text, n) > columns && columns > dots_columns) {
        used = screen_safe(s, out, text, n, columns - dots_columns) + dots_columns;
        buf_puts(out, dots);
    } else {
        used = screen_safe(s, out, text, n, columns);
    }
    if (toned)
        buf_puts(out, "\x1b[0m");
    if (fill)
        screen_blanks(out, columns - used);
}

void screen_put(const struct screen *s, struct buf *out, enum tone tone, const char *text)
{
    screen_cell(s, out, tone, text, screen_columns(text, strlen(text)), false);
}

void screen_flow(const struct screen *s, struct buf *out, int used, int indent, const char *text)
{
    int gap = 0; /* blanks before the next word */
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");
        int columns = screen_columns(text, n);
        if (gap && used + gap + columns > s->width) {
            buf_putc(out, '\n');
            used = 0;
            gap = indent;
        }
        screen_blanks(out, gap);
        used += gap + screen_safe(s, out, text, n, columns);
        text += n;
        gap = 1;
    }
    buf_putc(out, '\n');
}

void screen_wrap(const struct screen *s, struct buf *out, int indent, const char *text)
{
    if (!text[strspn(text, " ")])
        return;
    screen_blanks(out, indent);
    screen_flow(s, out, indent, indent + SCREEN_HANG, text);
}
