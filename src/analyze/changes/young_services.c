/* young_services.c - a short list of names and times. */
#include "analyze/changes/young_services.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

#define YOUNG_MS 60000

static int young_find(const struct young_services *y, const char *name)
{
    for (int i = 0; i < y->n; i++)
        if (strcmp(y->one[i].name, name) == 0)
            return i;
    return -1;
}

bool young_services_hold(struct young_services *y, const struct machine_item *was, const struct machine_item *is,
                         int64_t when_ms)
{
    const struct machine_item *one = is ? is : was;
    assert(one);
    int i = young_find(y, one->name);
    if (i >= 0 && !is)
        y->one[i] = y->one[--y->n];
    if (i >= 0 || was)
        return i >= 0;
    if (y->n < YOUNG_SERVICES_MAX) {
        text_copy(y->one[y->n].name, sizeof y->one->name, one->name);
        y->one[y->n++].since_ms = when_ms;
    }
    return true;
}

bool young_services_grown(struct young_services *y, int64_t now_ms, struct machine_item *out, int64_t *since_ms)
{
    for (int i = 0; i < y->n; i++) {
        if (now_ms - y->one[i].since_ms < YOUNG_MS)
            continue;
        *out = (struct machine_item){ .kind = MACHINE_SERVICE };
        text_copy(out->name, sizeof out->name, y->one[i].name);
        *since_ms = y->one[i].since_ms;
        y->one[i] = y->one[--y->n];
        return true;
    }
    return false;
}
