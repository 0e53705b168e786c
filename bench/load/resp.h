/* Replies of a Redis server, counted as their bytes arrive: RESP 2 (redis.io/docs/reference/protocol-spec), of those
 * kinds that GET, SET and PING give: a line, an error, a number, a string. */
#ifndef LOAD_RESP_H
#define LOAD_RESP_H

#include <stdbool.h>
#include <stddef.h>

#define RESP_LINE 512      /* bytes of the first line of a reply */
#define RESP_BODY 16777216 /* of a string */

/* `struct resp r = { 0 }` stands before a reply. */
struct resp {
    char line[RESP_LINE];
    size_t n;       /* bytes of it so far */
    size_t body;    /* bytes of a string, and its line end, that are still to come */
    size_t replies; /* whole ones so far */
    size_t errors;  /* of those */
};

/* Takes n bytes. 0, or -EBADMSG: that is none of these replies, and nothing can be known of what follows. */
int resp_take(struct resp *r, const char *bytes, size_t n);

#endif
