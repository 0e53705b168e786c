/*
 * The HTTP API, /api/v1/: what was recorded, as JSON. web/openapi.json describes every answer.
 *
 * Handlers are plain functions over one struct api (serve/router.h), called by one thread. Times in queries are
 * milliseconds since 1970 UTC or as base/when.h reads them, in answers milliseconds; what is not known is null.
 */
#ifndef SERVE_API_H
#define SERVE_API_H

#include "core/config.h"
#include "look/judged.h"
#include "look/look.h"
#include "serve/router.h"

/* A rule of alerts; texts are borrowed. */
struct api_rule {
    const char *name, *text;
    bool own;                       /* of the person, not of those that Sonde brings */
};

struct api_shown {
    const char *version;
    const char *replay;             /* the name of the file that is shown in place of this machine; NULL */
    const struct config *config;
    const struct api_rule *rules;   /* of alerts, n_rules of them */
    size_t n_rules;

    /* The rules as they are configured now, which may be others than at the start; borrowed until the next call. NULL:
     * `rules` are all that is known. */
    const struct api_rule *(*rules_now)(void *rules_self, size_t *n);
    void *rules_self;

    /* How ranges are analysed: budget, seed, categories; everything in it is borrowed. */
    struct analyze_options how;

    /* A JSON array of {"adapter", "reason", "remedy"}: what this machine does not have. Borrowed until the next call.
     * NULL, itself or what it returns: nobody knows. */
    const char *(*missing)(void *self);

    /* Why none of these is measured: as `missing` of a struct ask_world. NULL: nobody knows. */
    const char *(*why_missing)(void *self, const char *globs);
    void *self;
};

struct api;

/* The directory need not hold anything yet. To be freed with api_free(); *s is copied, what it points at borrowed. */
struct api *api_new(const char *dir, const struct api_shown *s);
void api_free(struct api *a);

/* To a route without a path; their self is the struct api. */
extern const struct route api_routes[];

#endif
