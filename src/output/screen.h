/*
 * Where text for people goes, and what it can show: UTF-8 or ASCII, colour or none, how wide.
 *
 * Names come from devices and other people's programs: whatever is put through here holds no
 * control characters, no direction marks and no broken UTF-8 afterwards.
 */
#ifndef OUTPUT_SCREEN_H
#define OUTPUT_SCREEN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define SCREEN_WIDTH 80

struct screen {
    bool utf8;   /* else ASCII */
    bool letters;/* names and texts keep their UTF-8 all the same: no terminal shows it, a program reads it */
    bool colour; /* else no escape sequence at all */
    int width;   /* columns, at most SCREEN_WIDTH: longer lines are hard to read */
};

enum tone { TONE_PLAIN, TONE_STRONG, TONE_QUIET, TONE_WARN, TONE_BAD };

/* ASCII, no colour, 80 columns. */
struct screen screen_plain(void);

/* What a descriptor can show. Not a terminal, or NO_COLOR set, or TERM=dumb: no colour. A file or a pipe: plain, with
 * the letters of others as they are. */
struct screen screen_of(int fd, bool no_color);

/* Puts a text made safe, in a tone. */
void screen_put(const struct screen *s, struct buf *out, enum tone tone, const char *text);

/*
 * The same, at most `columns` wide (the rest becomes an ellipsis) and filled with blanks up to it
 * where `fill` is set.
 */
void screen_cell(const struct screen *s, struct buf *out, enum tone tone, const char *text,
                 int columns, bool fill);

/* Breaks a text at blanks. The first line starts with `indent` blanks,
 * the others two further in. */
void screen_wrap(const struct screen *s, struct buf *out, int indent, const char *text);

/* The same, going on in a line of which `used` columns are taken;
 * the others start with `indent`. */
void screen_flow(const struct screen *s, struct buf *out, int used, int indent, const char *text);

#endif
