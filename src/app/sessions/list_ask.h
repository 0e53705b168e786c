/* The sessions of a running recorder whose archive we may not read. */
#ifndef APP_SESSIONS_LIST_ASK_H
#define APP_SESSIONS_LIST_ASK_H

#include "app/command.h"
#include "store/index.h"

/*
 * Asks the recorder, and calls each() for those that pass, the newest first, with what a table shows of them. Returns
 * their count; -ENOENT: it does not answer.
 *
 *   json  all that it says of them is put here, as an array, the oldest first; NULL: not
 */
int list_ask(const struct args *a, const struct index_filter *f,
             void (*each)(void *self, const struct index_session *s), void *self, struct buf *json);

#endif
