/* What an endpoint said, beside our own answer: as text below it, as a member of its object. */
#ifndef ENDPOINT_SAID_H
#define ENDPOINT_SAID_H

#include "endpoint/endpoint.h"
#include "output/screen.h"

/* "From MODEL at HOST, not checked by Sonde:", its text, and its numbers that are not in the data. */
void said_text(struct buf *out, const struct endpoint_said *s, const struct screen *screen);

/*
 * Adds the member "endpoint" to the end of an object: {"host", "model", "sent", "text", "not_in_data": ["42"],
 * "error"}; what there is none of is null.
 */
void said_json(struct buf *object, const struct endpoint_said *s);

#endif
