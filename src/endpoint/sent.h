/*
 * What an endpoint gets, and nothing else: a fixed instruction, the question, and results as JSON - the answer of our
 * rules, and of the time that it is about the verdict, the main numbers, episodes and findings. No name of the
 * machine, no hardware id; what hide.h takes out is taken out of every text, the question included.
 */
#ifndef ENDPOINT_SENT_H
#define ENDPOINT_SENT_H

#include "ask/ask.h"
#include "look/judged.h"

struct sent_options {
    const char *model;
    bool process_names;   /* they are sent as they are */
    const char *question;
    const struct answer *answer;
    struct look *look;
    const struct judged *judged; /* of sent_range(); NULL: nothing was recorded then */
};

/* Of which time the results are: that of the answer, an hour at the least and six at the most, and not the future. */
void sent_range(const struct answer *a, int64_t now_ms, int64_t *from_ms, int64_t *to_ms);

/*
 * The body of the request, as OpenAI's interface takes it.
 *
 *   content  the message in it, as it reads before it becomes a text of JSON: what numbers may be repeated from
 *
 * Both are appended to.
 */
void sent_put(const struct sent_options *o, struct buf *body, struct buf *content);

#endif
