/* Notifications on the desktop of this user: one bubble for an alert, replaced by what comes later. */
#ifndef ALERT_DESKTOP_H
#define ALERT_DESKTOP_H

#include "alert/receiver.h"

struct desktop;

struct desktop *desktop_new(void);
void desktop_free(struct desktop *d); /* what is shown stays */

/*
 * Shows a message in place of what was shown of the same id. Connects when needed. 0; -ENOENT: there is no session bus,
 * -ENODEV: nobody shows notifications; -EAGAIN others, which may pass. Why, in words.
 */
int desktop_show(struct desktop *d, const struct message *m, const char *body, char why[static RECEIVER_WHY]);

/* The same of a text that is no alert: id tells them apart. */
int desktop_say(struct desktop *d, const char *id, const char *title, const char *body, enum severity severity,
                char why[static RECEIVER_WHY]);

/* "dunst 1.9.0"; "" before something was shown. */
const char *desktop_server(const struct desktop *d);

#endif
