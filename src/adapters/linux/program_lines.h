/*
 * One line of what an adapter program prints; docs/EXTENDING.md describes the protocol.
 *
 * The reader has no state: in which order lines may come is up to whoever calls it.
 */
#ifndef ADAPTERS_LINUX_PROGRAM_LINES_H
#define ADAPTERS_LINUX_PROGRAM_LINES_H

#include "adapters/extension.h"

#define PROGRAM_VERSION 1
#define PROGRAM_LINE_MAX 4096 /* bytes of a line with its newline */

enum program_word {
    PROGRAM_NOTHING, /* a comment, or empty */
    PROGRAM_HELLO,   /* sonde 1 */
    PROGRAM_METRIC,  /* metric NAME{INST} UNIT gauge|counter [min=N] [max=N] [wrap=N] HELP */
    PROGRAM_VALUE,   /* NAME{INST} NUMBER|nan */
    PROGRAM_END,     /* end [SECONDS] */
    PROGRAM_EVENT,   /* event info|notice|warning|critical TEXT */
    PROGRAM_ABSENT,  /* absent TEXT */
};

/* What a line holds; texts point into it. */
struct program_line {
    enum program_word word;
    struct extension_metric metric;
    const char *id;    /* of a value: "NAME{INST}" */
    double value;      /* NaN = not known now */
    double seconds;    /* behind `end`; NaN where there is none */
    enum severity severity;
    const char *text;  /* of an event, and behind `absent` */
};

/*
 * Takes a line of n bytes apart, in place; line[n] is its newline, and becomes a NUL.
 *
 * Returns 0, or -EINVAL and `why` where it is no line of the protocol. Does not allocate.
 */
int program_line(char *line, size_t n, struct program_line *out, char why[static EXTENSION_WHY]);

/* Does it declare a metric? For a line that was not taken apart yet. */
bool program_line_declares(const char *line);

#endif
