/* Breaks text into lines of limited width. */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "base/buf.h"

/*
 * Puts the words of a text, with one blank between them, and a newline at the end.
 *
 *   at      columns of the first line that are taken already
 *   prefix  begins every further line: blanks, or "  # "
 *   width   no line is longer, unless one word is
 *
 * An empty line in the text stays: it separates paragraphs.
 */
void wrap_put(struct buf *out, const char *text, int at, const char *prefix, int width);

#endif
