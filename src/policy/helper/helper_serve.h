/*
 * The helper: sets knobs for users who lack the right, within what helper_may.h says, as long as they stay connected.
 *
 * A connection is a transaction of the helper's own journal. When it closes, also because its client was killed, what
 * was set through it is undone; when the helper itself is killed, its next start does it. One thread serves all; who is
 * slow, or says much, waits himself. Lines, clients and rates are bounded, so that no client takes memory or time from
 * another. While something stands that makes the machine hotter, its sensors are looked at.
 */
#ifndef POLICY_HELPER_SERVE_H
#define POLICY_HELPER_SERVE_H

#include "policy/helper/helper_may.h"

#define HELPER_CLIENTS 32
#define HELPER_CLIENTS_EACH 16 /* of one user who is not root */
#define HELPER_BAD_LINES 16    /* after which a client is sent away */

struct helper_serve_options {
    struct journal *journal; /* borrowed; recovered already */
    struct helper_rules rules;
    const char *group;       /* whose members may ask, beside root and the user as whom it runs */
    int fd;                  /* that listens; borrowed */
    double idle_s;           /* ends when nobody was connected for so long; 0: never */
    bool (*ends)(void);      /* asked about once a second: shall it end? */
};

/* Serves until it shall end, and undoes what is still set. 0, or what broke the waiting. */
int helper_serve(const struct helper_serve_options *o);

#endif
