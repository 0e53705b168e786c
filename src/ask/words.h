/*
 * A question as words: folded to lower case, cut at blanks and punctuation, numbers read, slips of the pen put right.
 *
 * What is cut where: "90%" is 90 and "%"; "1h30m" is 1, "h", 30 and "m"; "9-11" is 9, "to" and 11. Times of the day
 * ("14:05"), dates ("2026-11-22", "24/11", "24-11-2026"), paths ("/home") and names of metrics
 * ("disk.read.rate{sda}") stay whole.
 */
#ifndef ASK_WORDS_H
#define ASK_WORDS_H

#include "ask/lexicon.h"

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 48   /* of a question; what is beyond is not looked at */
#define WORDS_TEXT 96  /* bytes of a word, with its NUL */

/* What took a word. */
enum word_use {
    USE_NONE,   /* nothing yet */
    USE_TIME,
    USE_MATTER, /* it names a metric, an instance or a side of one */
    USE_AMOUNT, /* a number that is a threshold, and its unit */
    USE_PROCESS,
    USE_COUNT,  /* so many are wanted: the 5 of "top 5" */
    USE_LOST,   /* it tells a time that cannot be read: "25:00", the "february" of "february 30" */
};

struct word {
    char text[WORDS_TEXT]; /* as typed, folded; where it was put right, as it should be */
    const char *is;        /* what rules call it; "" for a word that nobody knows */
    enum word_kind kind;   /* where `is` is not "" */
    bool number;
    double value;          /* of a number */
    bool pause;            /* a comma or the like stood before it */
    bool dash;             /* a "to" that was written "-": "9-11" */
    enum word_use use;
};

struct words {
    struct word w[WORDS_MAX];
    int n;
    char slips[2][WORDS_TEXT]; /* the first word that was put right: as typed, and what it was taken for */
};

/* Does somebody else know a word: the name of a metric, of a device, of a process? It is not misspelt then. */
typedef bool words_known(void *self, const char *text);

/* known: NULL for nobody. Text that is not UTF-8 is taken byte by byte. */
void words_read(struct words *out, const char *question, words_known *known, void *self);

/* Is word i one of those of a list, separated by '|'? False outside of the question, and for words that are taken. */
bool words_is(const struct words *q, int i, const char *list);

/* The first word from `from` on that is one of a list and not taken; -1 for none. */
int words_find(const struct words *q, int from, const char *list);

/* Takes words from..to-1. */
void words_take(struct words *q, int from, int to, enum word_use use);

/* "cet", "pst": a zone that is known as one, but not where it lies; "utc" is none of these. */
bool words_is_zone(const char *text);

/* Is `text` in a list of words that are separated by '|'? */
bool words_listed(const char *list, const char *text);

#endif
