/* Puts sorted rows of processes into the order of a tree: each parent before its children. */
#ifndef APP_TOP_PROCTREE_H
#define APP_TOP_PROCTREE_H

#include "app/top/proclist.h"

/* Siblings keep the order in which they stand; who has no parent in the list is a root. */
void proctree_grow(struct proclist *l, const struct live *live);

#endif
