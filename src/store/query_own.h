/*
 * query_own.h - what the parts of a question share: query.c picks what is read, query_lanes.c adds it up.
 */
#ifndef STORE_QUERY_OWN_H
#define STORE_QUERY_OWN_H

#include "store/query.h"
#include "store/summary.h"

/* What a derived slot needs of the instant before. */
struct lane_state {
    double num, den, rate;
    int64_t read_ms; /* when the source was read; 0 = never */
};

/* A series in the session that is read now. */
struct lane {
    size_t series;
    int slot;
    const struct metric *metric; /* the series' own */
    int num, den, source;        /* of a derived slot; num = -1: it is stored */
    struct lane_state state;
};

struct asking {
    struct query_result *r;
    const char *globs;
    int64_t *edge;               /* points + 1 of them: where points begin, and the end */
    size_t cap_series;
    struct schema *known;        /* the series by their ids: slot = number */

    char session[TAPE_SESSION_MAX];
    struct lane *lane;           /* of that session */
    size_t n_lanes, cap_lanes;
    int slots;                   /* of its schema that were looked at */
    bool derived;                /* is one of the lanes? */
    int64_t next_block;          /* that the states of the lanes fit; -1 = none */

    double **column;             /* of the block that is read: decoded, or NULL */
    int n_columns;
    double *pool;                /* where they lie, rows each */
    size_t cap_pool, used_pool;
    double *derive;              /* scratch, BLOCK_MAX_ROWS */
    struct summary_view view;
    struct summary_row *rows;    /* scratch, BLOCK_MAX_ROWS */
    struct buf buf;
};

/* Takes notice of a session's metrics; new ones become series. -ENOMEM, -E2BIG. */
int lanes_fit(struct asking *q, const char *session, const struct schema *s);

/* The instants before are not known: rates begin anew. */
void lanes_break(struct asking *q);

/* Adds a block, an instant, the rows of a summary. -EBADMSG: nothing of it was added; -ENOMEM.
 * only_states: the block only tells what the rates of the next one begin with. */
int lanes_add_block(struct asking *q, const struct segment *s, const struct chunk *c, bool only_states);
int lanes_add_frame(struct asking *q, const struct schema *s, const struct frame *f);

/* skip(self, begin, end) says which windows are left out. */
int lanes_add_summary(struct asking *q, const struct segment *s, const struct chunk *c,
                      bool (*skip)(void *self, int64_t begin_ms, int64_t end_ms), void *self);

void asking_done(struct asking *q);

#endif
