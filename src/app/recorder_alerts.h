/* The alerts of a running recorder, as its socket tells them. */
#ifndef APP_RECORDER_ALERTS_H
#define APP_RECORDER_ALERTS_H

#include "alert/message.h"

struct recorder;
struct alarms;

/* NULL where it holds no rules. */
struct alarms *alarms_of(const struct recorder *r);

/* What lasts and was told, as a message for each; *next is where alarms_next() goes on. */
void alarms_lasting(struct alarms *a, void (*each)(void *self, const struct message *m), void *self, uint64_t *next);

/* The message *next, and *next behind it; waits. 0; -ETIMEDOUT; -EPIPE: it ends. What a slow one missed is left out. */
int alarms_next(struct alarms *a, uint64_t *next, struct message *out, int64_t until_ns);

#endif
