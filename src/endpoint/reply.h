/* What an endpoint sends back: a completion of OpenAI's interface, read from outside bytes. */
#ifndef ENDPOINT_REPLY_H
#define ENDPOINT_REPLY_H

#include "base/buf.h"

#define REPLY_MAX 65536 /* bytes of it */

/*
 * Puts choices[0].message.content, its control characters and what hides text as '?'. 0; -EBADMSG it is no JSON;
 * -ENODATA there is no such text, or only blanks.
 */
int reply_text(const char *bytes, size_t n, struct buf *out);

/* Puts error.message, or error where it is a text, in one line and cut; nothing where there is none. */
void reply_trouble(const char *bytes, size_t n, struct buf *out);

#endif
