/* phrases.c - a table of pairs of words, and what is said out of politeness. */
#include "ask/phrases.h"

#include <string.h>

/* The first word is read as `is` then, and the second says nothing more. */
static const struct { const char *first, *second, *is; enum word_kind kind; } pairs[] = {
    { "how", "come|comes", "why", WORD_RULE },
    { "io|i/o|disk", "wait|waits|waiting", "iowait", WORD_MATTER },
    { "at", "least", "reach", WORD_RULE },
    { "at", "most", "below", WORD_RULE },
    { "or", "more|above|over|higher", "reach", WORD_RULE },
    { "or", "less|below|under|lower", "below", WORD_RULE },
    { "hold|held|slowed", "back|down", "throttle", WORD_MATTER },
    { "held|limited", "by", "throttle", WORD_MATTER },
    { "power|temperature|thermal", "limit|limits|limited|cap|capped", "throttle", WORD_MATTER },
};

static void phrases_pairs(struct words *q)
{
    for (int i = 0; i + 1 < q->n; i++)
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
            struct word *a = &q->w[i], *b = &q->w[i + 1];
            if (!words_listed(pairs[k].first, a->text) || !words_listed(pairs[k].second, b->text))
                continue;
            a->is = pairs[k].is;
            a->kind = pairs[k].kind;
            b->is = "the";
            b->kind = WORD_STOP;
        }
}

/* "can you tell me", "do you know": said out of politeness. */
static void phrases_polite(struct words *q)
{
    for (int i = 0; i + 1 < q->n; i++) {
        bool asks = words_listed("can|could|would|will|may|might", q->w[i].text) && words_is(q, i + 1, "you");
        bool knows = words_is(q, i, "you") &&
            words_listed("know|see|think|tell|show|give|list|print|find|say|explain", q->w[i + 1].text);
        if (!asks && !knows)
            continue;
        for (int k = i; k <= i + 1; k++) {
            if (words_listed("explain", q->w[k].text))
                continue;
            q->w[k].is = "the";
            q->w[k].kind = WORD_STOP;
        }
        if (knows && i && words_is(q, i - 1, "do") && i == 1) {
            q->w[i - 1].is = "the";
            q->w[i - 1].kind = WORD_STOP;
        }
    }
}

void phrases_read(struct words *q)
{
    phrases_pairs(q);
    phrases_polite(q);
}
