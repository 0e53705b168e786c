/*
 * What an answer looks like, in a line, as JSON Schema.
 *
 *     "time:t level:s values:[{name:s value:n}] why:S"
 *
 * Members are separated by blanks, each a name and what it is; all are there in every answer, and nothing else is:
 *
 *     s  a text            S  a text or null
 *     n  a number or null (what was measured may not be known)
 *     i  a whole number    I  a whole number or null
 *     b  true or false     B  or null
 *     t  a time, RFC 3339  T  or null
 *     {...} an object      [x] a list of x
 */
#ifndef SERVE_MCP_SHAPE_H
#define SERVE_MCP_SHAPE_H

#include "base/json.h"

/* Puts the schema of an object of these members. A shape is ours: a wrong one ends the program. */
void shape_put(struct json *j, const char *key, const char *shape);

#endif
