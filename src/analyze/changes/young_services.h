/* Services that were seen to start: one that is gone within a minute was no change. */
#ifndef ANALYZE_YOUNG_SERVICES_H
#define ANALYZE_YOUNG_SERVICES_H

#include "analyze/changes/machine_state.h"

#define YOUNG_SERVICES_MAX 256

struct young_services {
    struct { char name[96]; int64_t since_ms; } one[YOUNG_SERVICES_MAX];
    int n;
};

/* A difference of two states. True: it is not told, or not yet; false: it is, as machine_state_say() has it. */
bool young_services_hold(struct young_services *y, const struct machine_item *was, const struct machine_item *is,
                         int64_t when_ms);

/* One whose minute is over, which is then forgotten: its item, and when it came. False: there is none. */
bool young_services_grown(struct young_services *y, int64_t now_ms, struct machine_item *out, int64_t *since_ms);

#endif
