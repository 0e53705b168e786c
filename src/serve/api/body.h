/* What a request carries: a JSON object with texts and switches. */
#ifndef SERVE_API_BODY_H
#define SERVE_API_BODY_H

#include "serve/http.h"

/*
 * Appends the text of a member of the body to *out. False: the body is no JSON object, or has no such member, or
 * another type of it.
 */
bool body_text(const struct http_request *r, const char *key, struct buf *out);

/* Has the body such a member, of whatever type? */
bool body_has(const struct http_request *r, const char *key);

/* The number of a member; NaN where there is none, or another type of it. */
double body_number(const struct http_request *r, const char *key);

/* Is a member of the body true? */
bool body_flag(const struct http_request *r, const char *key);

#endif
