/*
 * The states that this machine was seen in, so that one that comes again has its id and its name.
 *
 * Two states are the same where their centroids are near each other, in changes that a person would care about
 * (areas.h), and both or neither are named by their memory. How much memory a machine uses at rest is another matter
 * after every start, so that is not compared. States of columns that nobody knows are not kept.
 */
#ifndef ANALYZE_STATE_BOOK_H
#define ANALYZE_STATE_BOOK_H

#include "analyze/report.h"
#include "base/buf.h"

#define STATE_BOOK_MAX 64 /* states; the one that was seen longest ago makes room */

struct state_book;

struct state_book *state_book_new(void);
void state_book_free(struct state_book *b);

/*
 * Gives the states of a report the ids, from 1 on, and names of those that are known; the others are known from now
 * on, by new ids. Nothing where the report has no states.
 */
void state_book_recognise(struct state_book *b, const struct recording *r, struct states *s);

int state_book_size(const struct state_book *b);

/* As text. state_book_read(): -EINVAL where it is not one that was put, and the book is empty. */
void state_book_put(const struct state_book *b, struct buf *out);
int state_book_read(struct state_book *b, const char *text);

#endif
