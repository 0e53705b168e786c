/*
 * The words that questions are made of: each form ("utilisation", "busy") stands for one word that rules know ("use").
 *
 * English only. A table in lexicon.c; what is measured here adds the words of its metrics (ask/words.h).
 */
#ifndef ASK_LEXICON_H
#define ASK_LEXICON_H

#include <stdbool.h>
#include <stddef.h>

enum word_kind {
    WORD_STOP,   /* says nothing: "the", "please" */
    WORD_RULE,   /* rules know it: "when", "highest" */
    WORD_MATTER, /* something measured, or a side of it: "memory", "temperature" */
    WORD_ELSE,   /* an everyday word of other matters: it is not misspelt, and nothing here is about it */
    WORD_PLAIN,  /* an English word that means nothing to anybody here, and is not misspelt: `word` is "" */
};

struct lexicon_word {
    const char *word;  /* what rules call it */
    enum word_kind kind;
    const char *forms; /* further forms, separated by blanks */
};

/* The entry of a form, folded to lower case; NULL where it is none. */
const struct lexicon_word *lexicon_find(const char *form);

/*
 * The entry that a misspelt word is nearest to, and how many edits that is: one of 4 letters or more, two of 7 or more.
 * NULL for none.
 */
const struct lexicon_word *lexicon_nearest(const char *wrong, int *edits);

#endif
