/* Why nobody was told of an alert that holds. */
#ifndef APP_ALERTS_UNTOLD_H
#define APP_ALERTS_UNTOLD_H

#include "alert/state.h"
#include "core/config.h"

#define UNTOLD_MAX 256

struct untold {
    const struct alert_policy *policy;
    const struct rule *rule;  /* NULL: it is not configured any more */
    unsigned receivers;       /* that are configured */
    int64_t silenced_ms;      /* until when its rule is; 0: it is not */
    int64_t before_ms;        /* when a raise of the same was told last; 0: never */
    int64_t now_ms;
    int zone_s;
};

unsigned untold_receivers(const struct config *c); /* bits */

/* "quiet hours until 07:00, local time; it goes to webhook". Returns out. */
char *untold_words(const struct untold *u, const struct alert *a, char out[static UNTOLD_MAX]);

#endif
