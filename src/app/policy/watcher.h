/* A process of ours that stays in the background as the owner of a transaction, until the tree that it serves ends. */
#ifndef APP_POLICY_WATCHER_H
#define APP_POLICY_WATCHER_H

#include "policy/undo/journal.h"

struct watched {
    int32_t pid;
    uint64_t start;
};

/*
 * Goes into the background: in the child set(self) is called, which sets what is to be set, says it, and returns an
 * exit status; what it writes to stdout and stderr is still the caller's. The parent gets that status back; where
 * there is something to be watched (*stays), the child goes on with watch(self). A negative errno value: there is no
 * child.
 */
int watcher_start(int (*set)(void *self, bool *stays), void (*watch)(void *self), void *self);

/*
 * Waits until none of these processes is there any more, the wall clock reaches until_ms (0: never), the transaction
 * (NULL: none) was reverted by somebody, or a signal asks this process to end.
 */
void watcher_wait(const struct watched *w, size_t n, int64_t until_ms, struct transaction *t);

#endif
