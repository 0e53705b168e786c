/*
 * One who is told of alerts: a file in this folder for each. What goes wrong is said in words that follow on the name
 * of the receiver: "webhook: ...".
 */
#ifndef ALERT_RECEIVER_H
#define ALERT_RECEIVER_H

#include "alert/message.h"
#include "core/config.h"

#define RECEIVER_WHY 320

struct receiver_type {
    enum receiver which;

    /* 0, and *self is to be closed; -ENODATA: the configuration names none; -EINVAL: what it names is wrong, and why.
     * `wanted`: an option asks for it, whatever the switch in the configuration says. */
    int (*open)(const struct config *c, bool wanted, void **self, char why[static RECEIVER_WHY]);

    /*
     * Tells it; waits as long as its own limits say. 0; -EAGAIN: it may work later; others: it will not.
     *
     *   body  the text by the template, plain
     */
    int (*send)(void *self, const struct message *m, const char *body, char why[static RECEIVER_WHY]);
    void (*close)(void *self);
};

extern const struct receiver_type receiver_desktop, receiver_log, receiver_webhook, receiver_email, receiver_command;

/* All of them, RECEIVERS, in the order of their bits. */
const struct receiver_type *const *receiver_types(void);

#endif
