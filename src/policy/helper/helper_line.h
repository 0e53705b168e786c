/*
 * What is said between the helper that has the rights and who has not: a line asks, a line of JSON answers.
 *
 *     begin COMMAND GOAL WHAT     "begin run latency redis-server"; GOAL "-" for none
 *     set KNOB[@INST] PID VALUE   "set autogroup 4711 -10", "set cpufreq.governor@policy0 - performance"
 *     end
 *
 * A knob goes by its name and a device by the name that the knob itself lists; nothing here is a path. The answer to
 * "begin" has the member "id", that to "set" those of a step (state, old, now, note), that to "end" those of an
 * undoing; what could not be understood, or may not be said now, is answered with "error".
 */
#ifndef POLICY_HELPER_LINE_H
#define POLICY_HELPER_LINE_H

#include "policy/undo/journal.h"

#define HELPER_LINE_MAX 512    /* bytes of a request, its end included */
#define HELPER_ANSWER_MAX 8192 /* of an answer */

enum helper_verb { HELPER_BEGIN, HELPER_SET, HELPER_END };

struct helper_request {
    enum helper_verb verb;
    char command[16];  /* of HELPER_BEGIN, as transaction_about has it */
    int goal;          /* -1: none */
    char what[100];
    char knob[64];     /* of HELPER_SET */
    char inst[KNOB_INST_MAX];
    int32_t pid;       /* 0: none */
    char value[KNOB_VALUE_MAX];
};

/* Reads a line, without its end. -EINVAL, and a sentence that says what is wrong. */
int helper_parse(const char *line, struct helper_request *out, char why[static KNOB_WHY]);

/* Puts the line, with its end. -EINVAL: it cannot be said in one. */
int helper_put(const struct helper_request *r, struct buf *out);

/* Answers, each a line with its end. */
void helper_put_begun(const char *id, struct buf *out);
void helper_put_step(const struct step *s, struct buf *out);
void helper_put_undone(const struct undone *u, struct buf *out);
void helper_put_error(const char *why, struct buf *out);

/* Read them. -EBADMSG: that is none; -EREMOTEIO: it was "error", whose text is in `why`. */
int helper_read_begun(const char *json, char why[static KNOB_WHY]);
int helper_read_step(const char *json, struct step *s, char why[static KNOB_WHY]); /* state, old, now and note */
int helper_read_undone(const char *json, struct undone *u, char why[static KNOB_WHY]); /* adds to what is there */

#endif
