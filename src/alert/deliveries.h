/*
 * Messages on their way to those who are told: a bounded queue and a thread for each, so that a server which does not
 * answer delays nobody else, and whoever posts never waits. What may work later is tried again, ever more seldom.
 */
#ifndef ALERT_DELIVERIES_H
#define ALERT_DELIVERIES_H

#include "alert/receiver.h"

#define DELIVERIES_QUEUE 64    /* messages that wait for one; the oldest is left out */
#define DELIVERIES_ATTEMPTS 16 /* after 1, 2, 4 ... 256, 300, 300 ... s: for about 40 minutes */
#define DELIVERIES_BODY 900

struct deliveries;

/*
 *   wanted  bits of those whom options ask for
 *   who     "record", for messages
 *
 * What is wrong with a receiver is said, and the others are told. Never NULL.
 */
struct deliveries *deliveries_new(const struct config *c, unsigned wanted, const char *who);

/* Those that are there: bits. */
unsigned deliveries_to(const struct deliveries *d);

void deliveries_post(struct deliveries *d, const struct message *m); /* copies; from any thread */

/* Waits for at most wait_s until what was posted is told. What is being told then goes on by itself, as far as its own
 * limits let it, and is tried no more; what still waits is left out. */
void deliveries_free(struct deliveries *d, double wait_s);

/*
 * Tells each that `to` names and the configuration has, once and now: each(self, receiver, error, why). rc 0: told;
 * -ENODATA: it is not configured. Returns how many were told, or -EIO where one that is configured was not.
 */
int deliveries_test(const struct config *c, unsigned wanted, unsigned to, const struct message *m,
                    void (*each)(void *self, enum receiver r, int rc, const char *why), void *self);

/* The text of a message by the template of a configuration, which was checked. Returns out. */
char *deliveries_body(const struct config *c, const struct message *m, char out[static DELIVERIES_BODY]);

#endif
