/*
 * A language model that a person named (ask.endpoint) and that may be asked beside the rules, question by question. It
 * gets what sent.h writes, which can be looked at before. What comes back is its text, never our answer.
 */
#ifndef ENDPOINT_ENDPOINT_H
#define ENDPOINT_ENDPOINT_H

#include "core/config.h"
#include "endpoint/address.h"
#include "endpoint/numbers.h"
#include "endpoint/sent.h"

struct endpoint {
    struct address at;
    char model[128];
    const char *key_file, *ca_file; /* borrowed from the configuration; "" for none */
    double timeout_s;
};

/*
 * From the configuration. True where one is named; else `why` says what is wrong with it, and is empty where none is
 * named at all.
 */
#define ENDPOINT_WHY 200
bool endpoint_read(const struct config *c, struct endpoint *out, char why[static ENDPOINT_WHY]);

/* What it said, or why it did not. */
struct endpoint_said {
    char host[ADDRESS_HOST_MAX], model[128]; /* "" where none is named */
    struct buf sent;                          /* the body, byte by byte; of a preview: as it would be */
    struct buf text;
    struct buf error;                         /* a sentence, with what to do; empty: none */
    char loose[NUMBERS_MAX][NUMBERS_TEXT];    /* numbers of the text that were not sent */
    size_t n_loose;
};

void endpoint_said_done(struct endpoint_said *s);

/*
 * Fills host, model and sent.
 *
 *   o        model and process_names of it are filled here
 *   content  as of sent_put()
 *
 * True, and *e can be asked; else said->error says why not. What would be sent is there all the same.
 */
bool endpoint_prepare(const struct config *c, struct sent_options *o, struct endpoint *e, struct buf *content,
                      struct endpoint_said *said);

/*
 * Sends said->sent and waits; fills text and loose, or error.
 *
 *   content  of sent_put()
 *   stop     asked several times a second, from this thread; true gives up. NULL
 */
void endpoint_ask(const struct endpoint *e, const char *content, bool (*stop)(void), struct endpoint_said *said);

#endif
