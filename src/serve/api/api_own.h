/* What the files of the API share: what a request is about, and the routes of each. */
#ifndef SERVE_API_OWN_H
#define SERVE_API_OWN_H

#include "base/json.h"
#include "look/ahead.h"
#include "serve/api/api.h"
#include "store/query.h"

struct api {
    struct api_shown s;
    char *dir;
    struct look look;
    bool open;               /* look is */
    int64_t opened_ms;       /* when */

    struct judged judged;    /* the last that was asked for, and what it is of */
    char judged_session[INDEX_ID_MAX];
    int64_t judged_from_ms, judged_to_ms, judged_at_ms;
    int judged_steps;
};

/* The archive as it is now; NULL where nothing is recorded yet, and the reply says so. */
struct look *api_look(struct api *a, struct http_reply *out);

struct api_range {
    int64_t from_ms, to_ms;
    const char *session; /* NULL: all */
};

/*
 * from, to and session of a query; without them, from the first to the last instant. False: the reply says what is
 * wrong with them. api_look() came before.
 */
bool api_range(struct api *a, const struct http_request *r, struct api_range *range, struct http_reply *out);

/* A time of the query, under that name; *at is left where it is not given. False as above. */
bool api_time(struct api *a, const struct http_request *r, const char *name, int64_t *at, struct http_reply *out);

/* A whole number of the query within min..max; *n is left where it is not given. */
bool api_count(const struct http_request *r, const char *name, int64_t min, int64_t max, int64_t *n,
               struct http_reply *out);

/* The globs of the query; NULL where there are none. False: they are too long to be any. */
bool api_globs(const struct http_request *r, const char **globs, struct http_reply *out);

/*
 * The analysis of a range, with a forecast of so many steps (0: none). Kept until another is asked for, or for
 * seconds where it reaches into the present. NULL: the reply says why there is none. Borrowed until the next call.
 */
const struct judged *api_judge(struct api *a, const struct api_range *range, int steps, struct http_reply *out);

/* Tells the catalog of the newest part of a range that can be read, borrowed. 0, or the error of the newest where none
 * can. Where there is none, nobody is told. */
int api_catalog(struct api *a, const struct api_range *range, void (*tell)(void *self, const struct schema *s),
                void *self);

/*
 * Forecasts of a range's end, so many minutes ahead, or half, a quarter ... of it down to `least` where not more is
 * there to learn from. As ahead_make(), of API_FORECASTS metrics at most.
 */
#define API_FORECASTS 16
int api_ahead(struct api *a, const struct api_range *range, const char *globs, int64_t horizon, int64_t least,
              struct ahead *out);

/* A number of a point; COLUMN_LAST is all that is told of counters. */
enum api_column { COLUMN_MEAN, COLUMN_LAST, COLUMN_MIN, COLUMN_MAX };

static inline double api_column(const struct query_point *p, enum api_column which)
{
    return which == COLUMN_MEAN ? p->mean : which == COLUMN_LAST ? p->last : which == COLUMN_MIN ? p->min : p->max;
}

/* What went wrong below: nothing recorded, damaged, out of memory. */
void api_fail(struct http_reply *out, int rc);

/* When "now" is: the last instant of a replay, else that of the clock. */
int64_t api_now_ms(struct api *a);

#define API_NUMBERS_MAX 3000000 /* of an answer, which is made in memory */

void api_host(void *self, const struct http_request *r, struct http_reply *out);
void api_metrics(void *self, const struct http_request *r, struct http_reply *out);
void api_settings(void *self, const struct http_request *r, struct http_reply *out);
void api_policy(void *self, const struct http_request *r, struct http_reply *out);
void api_revert(void *self, const struct http_request *r, struct http_reply *out);
void api_frames(void *self, const struct http_request *r, struct http_reply *out);
void api_processes(void *self, const struct http_request *r, struct http_reply *out);
void api_sessions(void *self, const struct http_request *r, struct http_reply *out);
void api_label(void *self, const struct http_request *r, struct http_reply *out);
void api_unlabel(void *self, const struct http_request *r, struct http_reply *out);
void api_export(void *self, const struct http_request *r, struct http_reply *out);
void api_events(void *self, const struct http_request *r, struct http_reply *out);
void api_anomalies(void *self, const struct http_request *r, struct http_reply *out);
void api_alerts(void *self, const struct http_request *r, struct http_reply *out);
void api_silence(void *self, const struct http_request *r, struct http_reply *out);
void api_unsilence(void *self, const struct http_request *r, struct http_reply *out);
void api_analysis(void *self, const struct http_request *r, struct http_reply *out);
void api_states(void *self, const struct http_request *r, struct http_reply *out);
void api_forecasts(void *self, const struct http_request *r, struct http_reply *out);
void api_changed(void *self, const struct http_request *r, struct http_reply *out);
void api_compare(void *self, const struct http_request *r, struct http_reply *out);
void api_ask(void *self, const struct http_request *r, struct http_reply *out);
void api_plot(void *self, const struct http_request *r, struct http_reply *out);
void api_report(void *self, const struct http_request *r, struct http_reply *out);
void api_scrape(void *self, const struct http_request *r, struct http_reply *out);

#endif
