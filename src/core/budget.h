/*
 * What Sonde may cost, held against what it does cost: a share of one core, memory, bytes written.
 *
 * Looked at over windows of ten seconds, so that one dear tick is no overrun; the first window,
 * with everything that a start costs, is not looked at.
 */
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget_limits { /* 0 = no limit */
    double cpu_percent;    /* of one core */
    double rss_bytes;
    double written_bytes_per_hour;
};

struct budget_use {
    double cpu_s;          /* so far */
    double rss_bytes;
    double written_bytes;  /* so far; NaN where not known */
};

enum budget_verdict {
    BUDGET_WAIT, /* nothing new */
    BUDGET_FINE,
    BUDGET_OVER, /* more processor time than allowed: do less */
    BUDGET_ROOM, /* far less than allowed for a minute: what was slowed may go faster again */
};

struct budget {
    struct budget_limits limits;
    int64_t start_ns;      /* of the window; 0 = not begun */
    struct budget_use before;
    bool judged;           /* a window has been left out: from now on they count */
    int calm;              /* windows in a row far below the limit */

    double cpu_percent;    /* of the last window */
    double rss_bytes;
    double written_per_hour;
    bool fat, chatty;      /* too much memory; too many bytes written in the hour so far */
    int64_t first_ns;
    double first_written;
};

/* Is the window over, so that budget_judge() wants to know what was used? */
bool budget_is_due(const struct budget *b, int64_t mono_ns);

/* Ends a window and begins the next. */
enum budget_verdict budget_judge(struct budget *b, int64_t mono_ns, const struct budget_use *use);

#endif
