/*
 * Writes JSON into a buffer as it is told, without building a tree.
 *
 * The writer puts commas and colons; the caller opens and closes. A key is NULL inside an array
 * and at the top. NaN and infinities become null.
 *
 *     struct json j;
 *     json_init(&j, &buf);
 *     json_object(&j, NULL);
 *         json_double(&j, "score", 0.5);
 *     json_end(&j);
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 32

struct json {
    struct buf *out;
    int depth;
    bool indent;                  /* one member per line, two blanks a level; set after json_init() */
    char closer[JSON_MAX_DEPTH];  /* '}' or ']' of each open level */
    bool filled[JSON_MAX_DEPTH];  /* does the level hold something already? */
};

void json_init(struct json *j, struct buf *out);

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j); /* closes the innermost object or array */

void json_string(struct json *j, const char *key, const char *text); /* NULL gives null */
void json_said(struct json *j, const char *key, const char *text); /* "" gives null, too: it is not known */
void json_double(struct json *j, const char *key, double v);
void json_digits(struct json *j, const char *key, double v, int digits); /* as text_number(), for what was measured */
void json_int(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);
void json_raw(struct json *j, const char *key, const char *value); /* JSON already, of ours */
void json_time(struct json *j, const char *key, int64_t wall_ms); /* RFC 3339 UTC, milliseconds */

#endif
