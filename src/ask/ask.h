/*
 * Questions in words about what was recorded, answered by rules: no language model, no connection, English only.
 *
 *     words -> times, amounts, things -> what is wanted (a table) -> numbers of the archive -> sentences
 *
 * An answer holds only numbers that were read: every number of its text is one of its facts, or a time of them. What
 * is not understood, not measured or not recorded is said. docs/ASK.md says what can be asked.
 */
#ifndef ASK_ASK_H
#define ASK_ASK_H

#include "analyze/report.h"
#include "ask/answer.h"
#include "look/look.h"

struct ask_world {
    struct look *look;       /* what was recorded; it may be empty */
    int64_t now_ms;          /* wall clock; of a replay, its end */
    int offset_s;            /* of local time from UTC */
    bool replay;             /* nothing comes after now */

    /* Why none of these is measured here: globs as adapter_provides() takes them. NULL or "" where that is not known.
     * Borrowed until the next call. NULL: nobody knows. */
    const char *(*missing)(void *self, const char *globs);
    void *self;
};

#define ASK_QUESTION_MAX 500 /* bytes that are looked at */

/*
 * Answers.
 *
 *   context  of the answer before, to go on from it; NULL or "" for a new talk. What is no context of ours is none.
 *
 * Always fills *out, to be released with answer_done(). 0, or the error that kept the archive from being read: then
 * the answer says that.
 */
int ask(const struct ask_world *w, const char *question, const char *context, struct answer *out);

#endif
