/*
 * Live streams: what one thread says, many clients hear. A topic is a selection of metrics (globs); all who chose the
 * same share each text.
 *
 * Texts come from any thread (hub_post) and are given out on the thread of the sockets (hub_deliver), which owns the
 * members. The lock inside guards the topics and what waits.
 */
#ifndef SERVE_STREAM_H
#define SERVE_STREAM_H

#include "modules/web.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HUB_TOPICS 64
#define HUB_GLOBS_MAX 4096  /* bytes of a selection, with its NUL */
#define HUB_WAITING 4096    /* texts; further ones are lost */
#define HUB_COMMENT_NS 15000000000 /* of silence; then a comment shows that the connection lives */

enum hub_kind {
    HUB_SCHEMA, /* kept: who joins later gets the newest first, */
    HUB_TICK,   /* and then the newest of these */
    HUB_EVENT,  /* only for who is there: it happened once */
};

struct hub;
struct hub_member;

/*
 *   send  hands a text to a client, on the thread of the sockets
 *   wake  makes that thread call hub_deliver() soon, from any thread
 */
struct hub *hub_new(void (*send)(void *who, struct web_text *t), void (*wake)(void *self), void *self);
void hub_free(struct hub *h);

/* ---- the thread of the sockets ---- */

/* Is there room for one more of this selection? */
bool hub_takes(const struct hub *h, const char *globs);

/* Joins a topic, which is made where there is none; hub_takes() said yes. */
struct hub_member *hub_join(struct hub *h, const char *globs, void *who);
void hub_leave(struct hub *h, struct hub_member *m); /* NULL: nothing to do */

void hub_deliver(struct hub *h, int64_t now_ns);

/* ---- any thread ---- */

struct hub_topic {
    uint32_t id;                 /* never used again */
    char globs[HUB_GLOBS_MAX];   /* "" for none */
};

/* The topics that somebody listens to. Returns how many. */
size_t hub_topics(struct hub *h, struct hub_topic out[static HUB_TOPICS]);

/* A text for all members of a topic; its reference goes over. Nothing where the topic is gone. */
void hub_post(struct hub *h, uint32_t topic, enum hub_kind kind, struct web_text *t);

#endif
